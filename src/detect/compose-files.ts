/** What the compose files tell: the services that are built here, and those that stand beside them. */
import type { JudgedFile } from '../verify/check.ts';
import { isComposeFile, isForDevelopment, purposeOf } from '../verify/embedded/compose-stack.ts';
import { listOf, recordOf, scalarText, type PlainRecord } from '../verify/embedded/plain-data.ts';
import { claimsOf } from './applications/application.ts';
import type { ServiceFacts } from './detection.ts';
import { shown, type Claim } from './evidence.ts';
import { dataServiceOf, isForeign, parseImage, withDefaults } from './image-names.ts';
import { registryClaims, serverClaims, type Server } from './own-images.ts';
import { pathOfHealthCheck, portsIn, portsOfCommand } from './ports-and-paths.ts';
import type { Sources } from './sources.ts';

export interface ComposeReading {
  readonly services: readonly ServiceFacts[];
  readonly servers: readonly Server[];
  readonly claims: readonly Claim[];
  readonly ports: readonly number[];
}

/** Whether an overlay is for a test or a developer, and says nothing of what is deployed. */
const isAside = (path: string): boolean =>
  isForDevelopment(path) ||
  (purposeOf(path) !== undefined && /^(?:monitoring|debug)/.test(purposeOf(path) ?? ''));

/** What is for developers alone is read where there is nothing else. */
function deployedFiles(sources: Sources): readonly JudgedFile[] {
  const all = sources.where(isComposeFile);
  const deployed = all.filter(({ path }) => !isAside(path));
  return deployed.length > 0 ? deployed : all;
}

export function readCompose(sources: Sources): ComposeReading {
  const services: ServiceFacts[] = [];
  const servers: Server[] = [];
  const claims: Claim[] = [];
  const ports: number[] = [];
  for (const file of deployedFiles(sources)) {
    const [first] = sources.yaml(file);
    if (first === undefined) continue;
    const { document, data } = first;
    for (const [name, value] of Object.entries(recordOf(data.services))) {
      const service = recordOf(value);
      const reference = scalarText(service.image);
      const image = reference === undefined ? undefined : parseImage(reference);
      const isBuilt = service.build !== undefined;
      // An overlay changes what its base has; a service without either is one of these.
      if (!isBuilt && reference === undefined) continue;
      if (!services.some((one) => one.name === name))
        services.push({
          name,
          path: file.path,
          ...(!isBuilt && reference !== undefined && { image: withDefaults(reference).slice(0, 200) }),
        });
      const line = document.lineOf(['services', name]);
      const place = { origin: 'compose', where: `${file.path}:${line}`, path: file.path } as const;
      if (image && dataServiceOf(image)) servers.push({ ...place, image });
      if (!isBuilt || (image && isForeign(image))) continue;
      const found = containerPorts(service);
      ports.push(...found.map(({ port }) => port));
      claims.push(
        ...found.map(({ port, shows }) => ({
          subject: 'none.port' as const,
          origin: 'compose' as const,
          value: port,
          because: `${shows} of ${shown(name)} in ${file.path}:${line}`,
        })),
        ...processClaims(name, service, `${file.path}:${line}`),
        ...(image ? registryClaims(image, 'compose', `image of ${shown(name)} in ${file.path}:${line}`) : []),
      );
    }
  }
  return { services, servers, claims: [...claims, ...serverClaims(servers)], ports };
}

/** The port in the container: behind the last colon of `8080:3000`, and `target` of the long form. */
function containerPorts(service: PlainRecord): readonly { readonly port: number; readonly shows: string }[] {
  const published = listOf(service.ports).map((entry) => {
    const target = scalarText(recordOf(entry).target);
    const written = scalarText(entry);
    const text =
      written === undefined
        ? target
        : withDefaults(written)
            .replace(/\/tcp$/, '')
            .split(':')
            .at(-1);
    return { text, shows: `ports: ${(written ?? target ?? '').slice(0, 40)}` };
  });
  const exposed = listOf(service.expose).map((entry) => {
    const text = withDefaults(scalarText(entry) ?? '').replace(/\/tcp$/, '');
    return { text, shows: `expose: ${text.slice(0, 40)}` };
  });
  return [...published, ...exposed].flatMap(({ text, shows }) =>
    portsIn([text]).map((port) => ({ port, shows })),
  );
}

function processClaims(name: string, service: PlainRecord, where: string): readonly Claim[] {
  const claim = claimsOf(where);
  const variables = variablesOf(service.environment);
  const test = recordOf(service.healthcheck).test;
  const check = Array.isArray(test) ? (test as unknown[]).map(scalarText).join(' ') : scalarText(test);
  const path = pathOfHealthCheck(check ?? '');
  const uid = /^(\d{1,9})(?::|$)/.exec(withDefaults(scalarText(service.user) ?? ''))?.[1];
  const of = `${shown(name)} in ${where}`;
  const command = Array.isArray(service.command)
    ? (service.command as unknown[]).map(scalarText).join(' ')
    : scalarText(service.command);
  return [
    ...portsOfCommand(withDefaults(command ?? '')).flatMap((port) =>
      claim('none.port', 'command', port, `command of ${of}`),
    ),
    ...portsIn([withDefaults(variables.get('PORT') ?? '')]).flatMap((port) =>
      claim('none.port', 'configuration', port, `PORT=${port} of ${of}`),
    ),
    ...claim('none.healthPath', 'health check', path === '/' ? undefined : path, `healthcheck of ${of}`),
    ...claim('none.uid', 'compose', uid === undefined ? undefined : Number(uid), `user of ${of}`),
  ];
}

/** `environment` as a mapping or as a list of `NAME=value`. */
function variablesOf(environment: unknown): ReadonlyMap<string, string> {
  const pairs = Array.isArray(environment)
    ? (environment as unknown[]).map((entry) => {
        const text = scalarText(entry) ?? '';
        const equals = text.indexOf('=');
        return [text.slice(0, Math.max(equals, 0)), text.slice(equals + 1)] as const;
      })
    : Object.entries(recordOf(environment)).map(([name, value]) => [name, scalarText(value) ?? ''] as const);
  return new Map(pairs);
}
