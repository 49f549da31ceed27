/** Are the compose files valid, and is what they start in production hardened? */
import type { EmbeddedCheck, JudgedTree, Rule } from '../check.ts';
import {
  composeFile,
  composeStacks,
  dockerfileOf,
  isComposeFile,
  isForDevelopment,
  isProduction,
  mappingOf,
  placeOf,
  type ComposeFile,
  type ComposeStack,
} from './compose-stack.ts';
import { FindingList } from './finding-list.ts';
import { pinFault } from './image-reference.ts';
import { schemaFaults } from './json-schema.ts';
import { dig, isRecord, listOf, recordOf, scalarText, type PlainRecord } from './plain-data.ts';
import { isReference, isSecretName } from './secret-names.ts';
import { textOf } from './source-text.ts';

const SERVICES = 'https://docs.docker.com/reference/compose-file/services/';
const OWASP = 'OWASP Docker Security Cheat Sheet';

const rules = [
  {
    id: 'compose-schema',
    summary: 'Compose files fit the schema of the Compose Specification.',
    source: 'compose-go schema/compose-spec.json, v2.16',
    fix: 'compare the key and its value with the compose file reference',
  },
  {
    id: 'compose-undefined',
    summary: 'A service names only services, networks, volumes, secrets and configs that the stack defines.',
    source: `${SERVICES}; docker compose config refuses the stack`,
    fix: 'define it at the top level of the file, or correct the name',
  },
  {
    id: 'compose-read-only',
    summary: 'The root file system of a service is read-only.',
    source: `SPEC 4; ${OWASP}, rule 8; ${SERVICES}#read_only`,
    fix: 'set `read_only: true` and give it `tmpfs` or a volume where it must write',
  },
  {
    id: 'compose-cap-drop',
    summary: 'A service drops all capabilities and adds back only those it needs.',
    source: `SPEC 4; ${OWASP}, rule 3; ${SERVICES}#cap_drop`,
    fix: 'set `cap_drop: [ALL]`',
  },
  {
    id: 'compose-no-new-privileges',
    summary: 'No process of a service can gain privileges through setuid files.',
    source: `SPEC 4; ${OWASP}, rule 4; ${SERVICES}#security_opt`,
    fix: 'set `security_opt: [no-new-privileges:true]`',
  },
  {
    id: 'compose-privileged',
    summary: 'No service is privileged, shares a namespace with the host or holds its Docker socket.',
    source: `SPEC 4; ${OWASP}, rules 1 and 3`,
    fix: 'leave it out; where a service truly needs it, allow it at the line with the reason',
  },
  {
    id: 'compose-limits',
    summary: 'A service has a limit of CPU and memory.',
    source: `SPEC 4; ${OWASP}, rule 7; https://docs.docker.com/reference/compose-file/deploy/#resources`,
    fix: 'set `deploy.resources.limits.cpus` and `.memory`',
  },
  {
    id: 'compose-reservations',
    summary: 'A service reserves the memory it needs.',
    source: 'SPEC 4; https://docs.docker.com/reference/compose-file/deploy/#resources',
    fix: 'set `deploy.resources.reservations.memory`',
  },
  {
    id: 'compose-pids-limit',
    summary: 'A service has a limit of processes.',
    source: `SPEC 4; ${SERVICES}#pids_limit`,
    fix: 'set `deploy.resources.limits.pids`, or `pids_limit`',
  },
  {
    id: 'compose-healthcheck',
    summary: 'A service that keeps running has a health check.',
    source: `SPEC 4; ${SERVICES}#healthcheck`,
    fix: 'add `healthcheck.test`, or HEALTHCHECK to the Dockerfile it is built from',
  },
  {
    id: 'compose-depends-on',
    summary: 'A service waits for a state of what it depends on, not just for its start.',
    source: `SPEC 4; ${SERVICES}#depends_on`,
    fix: 'use the long form with `condition: service_healthy` or `service_completed_successfully`',
  },
  {
    id: 'compose-restart',
    summary: 'A service that keeps running is restarted when it fails.',
    source: `SPEC 4; ${SERVICES}#restart`,
    fix: 'set `restart: unless-stopped` or `deploy.restart_policy`',
  },
  {
    id: 'compose-loopback-port',
    summary: 'Outside of production, published ports listen on the loopback address alone.',
    source: `SPEC 4; ${SERVICES}#ports (Docker writes its rules before those of a host firewall)`,
    fix: 'publish on 127.0.0.1, as in `127.0.0.1:8000:8000`',
  },
  {
    id: 'compose-default-password',
    summary: 'No secret has a literal value or a default.',
    source: 'SPEC 4; CWE-1392 (use of default credentials)',
    fix: 'demand it with `${NAME:?}` or read it from a file under `secrets:`',
  },
  {
    id: 'compose-image-tag',
    summary: 'An image is named by an exact tag or a digest.',
    source: 'SPEC 4; hadolint DL3006 and DL3007 for Dockerfiles',
    fix: 'name the exact version, as in `postgres:17.11-alpine3.24`',
  },
  {
    id: 'compose-log-rotation',
    summary: 'In production the logs of a service are rotated.',
    source: 'SPEC 4; https://docs.docker.com/engine/logging/drivers/json-file/ (no limit unless set)',
    fix: 'set `logging.options.max-size` and `max-file`',
  },
  {
    id: 'compose-internal-network',
    summary: 'In production a data service is on internal networks alone and publishes no port.',
    source: 'SPEC 4; https://docs.docker.com/reference/compose-file/networks/#internal',
    fix: 'put it on a network with `internal: true` and take its ports away',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

export const compose: EmbeddedCheck = {
  id: 'compose',
  description: 'compose files fit their schema and start hardened services',
  rules,
  judges: ({ path }) => isComposeFile(path),
  run: async (files, tree) => {
    const found: Findings = new FindingList(rules);
    const readable = files.map(composeFile).filter((file) => file !== undefined);
    const schema = await composeSchema();
    for (const file of readable) {
      judgeSchema(file, schema, found);
      judgePorts(file, found);
    }
    for (const stack of composeStacks(readable)) {
      judgeNames(stack, found);
      for (const [name, service] of stack.services) {
        if (!isJudgedHere(stack, name)) continue;
        judgeConfinement(stack, name, service, found);
        judgeResources(stack, name, service, found);
        judgeRunning(stack, name, service, tree, found);
        judgeContent(stack, name, service, found);
        judgeReach(stack, name, service, found);
      }
    }
    return found.sorted();
  },
};

async function composeSchema(): Promise<PlainRecord> {
  const { default: schema } = await import('./data/compose-spec.json', { with: { type: 'json' } });
  return schema;
}

function judgeSchema({ file, document, data }: ComposeFile, schema: PlainRecord, found: Findings): void {
  for (const { path, message } of schemaFaults(schema, data)) {
    found.add(
      'compose-schema',
      file.path,
      document.lineOf(path),
      `${path.join('.') || 'the file'} ${message}`,
    );
  }
}

/** Production may publish; any other file only to the machine it runs on. */
function judgePorts({ file, document, data }: ComposeFile, found: Findings): void {
  if (isProduction(file.path)) return;
  for (const [name, service] of Object.entries(recordOf(data.services))) {
    for (const [index, port] of listOf(dig(service, 'ports')).entries()) {
      const address = isRecord(port) ? scalarText(port.host_ip) : hostAddress(scalarText(port) ?? '');
      if (address !== undefined && /^(?:127\.|\[?::1\]?$|localhost$)/.test(defaultOf(address))) continue;
      const shown = isRecord(port) ? scalarText(port.target) : scalarText(port);
      found.add(
        'compose-loopback-port',
        file.path,
        document.lineOf(['services', name, 'ports', index]),
        `${name} publishes ${shown ?? 'a port'} on every address of the machine`,
      );
    }
  }
}

/** What stands before the host port; undefined when nothing does. */
function hostAddress(port: string): string | undefined {
  // Colons inside of `${X:-1}` and `[::1]` are not separators.
  const masked = port.replace(/\$\{[^}]*\}|\[[^\]]*\]/g, (part) => '_'.repeat(part.length));
  const parts = masked.split(':');
  return parts.length < 3 ? undefined : port.slice(0, (parts[0] ?? '').length);
}

/** `${BIND:-127.0.0.1}` is 127.0.0.1 unless somebody says otherwise. */
const defaultOf = (value: string): string => /^\$\{\w+:?-(.*)\}$/.exec(value)?.[1] ?? value;

/** A base is judged with its production overlay, other overlays only for the services they bring. */
function isJudgedHere(stack: ComposeStack, name: string): boolean {
  const [base, overlay] = stack.files;
  if (!overlay) return base !== undefined && !isForDevelopment(base.file.path);
  if (isForDevelopment(overlay.file.path)) return false;
  return stack.production || dig(base?.data, 'services', name) === undefined;
}

function judgeNames(stack: ComposeStack, found: Findings): void {
  const demand = (kind: string, name: string, path: readonly string[], fallback: readonly string[]): void => {
    const defined =
      kind === 'services'
        ? stack.services.has(name)
        : isRecord(dig(stack.data, kind)) && Object.hasOwn(recordOf(stack.data[kind]), name);
    if (defined || (kind === 'networks' && name === 'default')) return;
    const place = placeOf(stack, dig(stack.data, ...path) === undefined ? fallback : path);
    found.add(
      'compose-undefined',
      place.path,
      place.line,
      `${fallback[1] ?? ''} names ${name}, which is not in \`${kind}\``,
    );
  };
  for (const [name, service] of stack.services) {
    const at = (...rest: readonly string[]): readonly string[] => ['services', name, ...rest];
    for (const other of Object.keys(mappingOf(service.depends_on)))
      demand('services', other, at('depends_on', other), at('depends_on'));
    for (const network of Object.keys(mappingOf(service.networks)))
      demand('networks', network, at('networks', network), at('networks'));
    for (const kind of ['secrets', 'configs']) {
      for (const one of listOf(service[kind])) {
        demand(kind, scalarText(isRecord(one) ? one.source : one) ?? '', at(kind), at(kind));
      }
    }
    for (const volume of listOf(service.volumes)) {
      const source = isRecord(volume)
        ? volume.type === 'volume'
          ? scalarText(volume.source)
          : undefined
        : /^([A-Za-z0-9][\w.-]*):/.exec(scalarText(volume) ?? '')?.[1];
      if (source !== undefined) demand('volumes', source, at('volumes'), at('volumes'));
    }
  }
}

function judgeConfinement(stack: ComposeStack, name: string, service: PlainRecord, found: Findings): void {
  const add = (rule: Parameters<Findings['add']>[0], key: string, message: string): void => {
    const { path, line } = placeOf(stack, ['services', name, key]);
    found.add(rule, path, line, `${name} ${message}`);
  };
  if (service.read_only !== true) add('compose-read-only', 'read_only', 'can write to its root file system');
  if (!listOf(service.cap_drop).some((one) => /^(?:cap_)?all$/i.test(String(one)))) {
    add('compose-cap-drop', 'cap_drop', 'keeps capabilities it was not given on purpose');
  }
  if (!listOf(service.security_opt).some((one) => /^no-new-privileges(?:[:=]true)?$/.test(String(one)))) {
    add('compose-no-new-privileges', 'security_opt', 'can gain privileges through setuid files');
  }
  if (service.privileged === true) add('compose-privileged', 'privileged', 'is privileged');
  for (const key of ['network_mode', 'pid', 'ipc', 'userns_mode', 'uts']) {
    if (service[key] === 'host') add('compose-privileged', key, `shares \`${key}\` with the host`);
  }
  if (
    listOf(service.volumes).some((one) =>
      /\/docker\.sock\b/.test(scalarText(isRecord(one) ? one.source : one) ?? ''),
    )
  ) {
    add('compose-privileged', 'volumes', 'holds the Docker socket, which is root on the host');
  }
}

function judgeResources(stack: ComposeStack, name: string, service: PlainRecord, found: Findings): void {
  const place = placeOf(stack, ['services', name, 'deploy', 'resources']);
  const limits = recordOf(dig(service, 'deploy', 'resources', 'limits'));
  const missing = [
    (limits.cpus ?? service.cpus) === undefined ? 'CPU' : undefined,
    (limits.memory ?? service.mem_limit) === undefined ? 'memory' : undefined,
  ].filter((what) => what !== undefined);
  if (missing.length > 0) {
    found.add('compose-limits', place.path, place.line, `${name} has no limit of ${missing.join(' and ')}`);
  }
  if (
    (dig(service, 'deploy', 'resources', 'reservations', 'memory') ?? service.mem_reservation) === undefined
  ) {
    found.add('compose-reservations', place.path, place.line, `${name} reserves no memory`);
  }
  const pids = Number(limits.pids ?? service.pids_limit ?? 0);
  if (pids <= 0) found.add('compose-pids-limit', place.path, place.line, `${name} has no limit of processes`);
}

/** A service that is to end, such as a migration: it says so, or another waits for it to complete. */
function isOneShot(stack: ComposeStack, name: string, service: PlainRecord): boolean {
  if (service.restart === 'no' || service.restart === false) return true;
  if (['none', 'on-failure'].includes(String(dig(service, 'deploy', 'restart_policy', 'condition'))))
    return true;
  return [...stack.services.values()].some(
    (other) => dig(other, 'depends_on', name, 'condition') === 'service_completed_successfully',
  );
}

function judgeRunning(
  stack: ComposeStack,
  name: string,
  service: PlainRecord,
  tree: JudgedTree,
  found: Findings,
): void {
  for (const [other, how] of Object.entries(mappingOf(service.depends_on))) {
    const condition = dig(how, 'condition');
    if (condition === 'service_healthy' || condition === 'service_completed_successfully') continue;
    const { path, line } = placeOf(stack, ['services', name, 'depends_on']);
    found.add(
      'compose-depends-on',
      path,
      line,
      `${name} waits for the start of ${other}, not until it can answer`,
    );
  }
  if (isOneShot(stack, name, service)) return;
  const dockerfile = dockerfileOf(service, stack, tree);
  const checkedByImage = dockerfile !== undefined && /^HEALTHCHECK\s+(?!NONE)/m.test(textOf(dockerfile));
  const own = recordOf(service.healthcheck);
  const disabled = own.disable === true || String(own.test) === 'NONE';
  if (disabled || (own.test === undefined && !checkedByImage)) {
    const { path, line } = placeOf(stack, ['services', name, 'healthcheck']);
    found.add('compose-healthcheck', path, line, `${name} has no health check`);
  }
  const restarts = service.restart ?? dig(service, 'deploy', 'restart_policy', 'condition');
  if (restarts === undefined && dig(service, 'deploy', 'restart_policy') === undefined) {
    const { path, line } = placeOf(stack, ['services', name, 'restart']);
    found.add('compose-restart', path, line, `${name} stays down when it fails`);
  }
}

/** Images whose service nobody but the application has to reach. */
const DATA_IMAGE =
  /(?:^|\/)(?:postgres|postgresql|mysql|mariadb|mongo|redis|valkey|rabbitmq|memcached|elasticsearch|opensearch)(?=[:@]|$)/;

function judgeReach(stack: ComposeStack, name: string, service: PlainRecord, found: Findings): void {
  if (!stack.production || !DATA_IMAGE.test(scalarText(service.image) ?? '')) return;
  const networks = Object.keys(mappingOf(service.networks ?? ['default']));
  const open = networks.filter((network) => {
    const definition = recordOf(dig(stack.data, 'networks', network));
    // Of one that is made elsewhere nothing is known here.
    return definition.internal !== true && definition.external !== true;
  });
  const add = (key: string, message: string): void => {
    const { path, line } = placeOf(stack, ['services', name, key]);
    found.add('compose-internal-network', path, line, `${name} ${message}`);
  };
  if (open.length > 0) add('networks', `is on ${open.join(' and ')}, which reaches out of the host`);
  if (listOf(service.ports).length > 0) add('ports', 'can be reached from outside of its networks');
}

/** Drivers that keep no file on the host, or rotate it by themselves. */
const ROTATING_DRIVERS = new Set([
  'local',
  'none',
  'syslog',
  'journald',
  'gelf',
  'fluentd',
  'awslogs',
  'gcplogs',
  'splunk',
  'etwlogs',
  'loki',
]);

function judgeContent(stack: ComposeStack, name: string, service: PlainRecord, found: Findings): void {
  const image = scalarText(service.image);
  // The image of a service that is built here is named after the build, not pulled.
  const fault = image === undefined || service.build !== undefined ? undefined : pinFault(image);
  if (fault !== undefined) {
    const { path, line } = placeOf(stack, ['services', name, 'image']);
    found.add('compose-image-tag', path, line, `the image ${image ?? ''} of ${name} ${fault}`);
  }
  for (const [key, raw] of Object.entries(mappingOf(service.environment))) {
    const value = scalarText(raw) ?? '';
    if (value === '' || typeof raw === 'boolean' || typeof raw === 'number') continue;
    const trusting = key === 'POSTGRES_HOST_AUTH_METHOD' && value === 'trust';
    if (!trusting && (!isSecretName(key) || isReference(value))) continue;
    const { path, line } = placeOfVariable(stack, name, key);
    found.add('compose-default-password', path, line, `${name} starts with a known ${key}`);
  }
  const driver = scalarText(dig(service, 'logging', 'driver')) ?? 'json-file';
  const rotated =
    ROTATING_DRIVERS.has(driver) || dig(service, 'logging', 'options', 'max-size') !== undefined;
  if (stack.production && !rotated) {
    const at = service.logging === undefined ? [] : ['logging'];
    const { path, line } = placeOf(stack, ['services', name, ...at]);
    found.add('compose-log-rotation', path, line, `the log of ${name} grows without end`);
  }
}

/** Where a variable is set, in a mapping or in a list of `NAME=value`. */
function placeOfVariable(stack: ComposeStack, name: string, key: string): { path: string; line: number } {
  for (const { data, document, file } of stack.files.toReversed()) {
    const index = listOf(dig(data, 'services', name, 'environment')).findIndex((item) =>
      String(item).startsWith(`${key}=`),
    );
    if (index >= 0) {
      return { path: file.path, line: document.lineOf(['services', name, 'environment', index]) };
    }
  }
  return placeOf(stack, ['services', name, 'environment', key]);
}
