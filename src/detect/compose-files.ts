/** What the compose files tell: the services that are built here, and those that stand beside them. */
import type { JudgedFile } from '../verify/check.ts';
import { isComposeFile, isForDevelopment, purposeOf } from '../verify/embedded/compose-stack.ts';
import { listOf, recordOf, scalarText, type PlainRecord } from '../verify/embedded/plain-data.ts';
import { folderOf } from '../verify/embedded/source-text.ts';
import { claimsOf } from './applications/application.ts';
import type { ServiceFacts } from './detection.ts';
import { shown, type Claim } from './evidence.ts';
import type { GitFacts } from './git-facts.ts';
import { dataServiceOf, isForeign, parseImage, withDefaults, type ImageName } from './image-names.ts';
import { registryClaims, serverClaims, type Server } from './own-images.ts';
import { pathOfHealthCheck, portsIn, portsOfCommand } from './ports-and-paths.ts';
import { isOfEditor, type Sources } from './sources.ts';

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

/** What is for developers alone is read where there is nothing else; a base comes before its overlays. */
function deployedFiles(sources: Sources): readonly JudgedFile[] {
  const all = sources.where((path) => isComposeFile(path) && !isOfEditor(path));
  const deployed = all.filter(({ path }) => !isAside(path));
  const isOverlay = ({ path }: JudgedFile): number => (purposeOf(path) === undefined ? 0 : 1);
  return [...(deployed.length > 0 ? deployed : all)].sort((a, b) => isOverlay(a) - isOverlay(b));
}

/** One service in one file. */
interface Written {
  readonly name: string;
  readonly service: PlainRecord;
  readonly file: JudgedFile;
  /** With its line. */
  readonly where: string;
}

export function readCompose(sources: Sources, git: GitFacts): ComposeReading {
  const written = deployedFiles(sources).flatMap((file) =>
    sources
      .yaml(file)
      .slice(0, 1)
      .flatMap(({ document, data }) =>
        Object.entries(recordOf(data.services)).map(([name, service]): Written => ({
          name,
          service: recordOf(service),
          file,
          where: `${file.path}:${document.lineOf(['services', name])}`,
        })),
      ),
  );
  // An overlay says nothing of the build that its base has, and means the same service.
  const built = new Set(
    written
      .filter(({ service }) => service.build !== undefined || isOfRepository(imageOf(service), git))
      .map(placeOf),
  );
  const own = written.filter((one) => built.has(placeOf(one)) && !stoodBeside(one));
  const servers = written.flatMap(({ service, file, where }): Server[] => {
    const image = imageOf(service);
    return image && dataServiceOf(image) ? [{ image, origin: 'compose', where, path: file.path }] : [];
  });
  const ports = own.flatMap((one) => containerPorts(one.service).map((found) => ({ ...found, ...one })));
  return {
    services: servicesOf(written, built),
    servers,
    claims: [
      ...ports.flatMap(({ port, shows, name, where }) =>
        claimsOf(where)('none.port', 'compose', port, `${shows} of ${shown(name)} in ${where}`),
      ),
      ...own.flatMap(({ name, service, where }) => {
        const image = imageOf(service);
        return [
          ...processClaims(name, service, where),
          ...(image ? registryClaims(image, 'compose', `image of ${shown(name)} in ${where}`) : []),
        ];
      }),
      ...serverClaims(servers),
    ],
    ports: ports.map(({ port }) => port),
  };
}

/** Services of one name in one folder are one service. */
const placeOf = ({ name, file }: Written): string => `${folderOf(file.path)}:${name}`;

/** An image that has the names of the remote is what this repository makes. */
const isOfRepository = (image: ImageName | undefined, { origin }: GitFacts): boolean =>
  image !== undefined &&
  origin !== undefined &&
  `/${image.repository}`.endsWith(`/${origin.owner}/${origin.name}`.toLowerCase());

const imageOf = (service: PlainRecord): ImageName | undefined => parseImage(scalarText(service.image) ?? '');

/** A proxy or a database that is built here to fit. */
const stoodBeside = ({ name, service }: Written): boolean =>
  isForeign(imageOf(service) ?? { name, repository: name, tag: undefined });

function servicesOf(written: readonly Written[], built: ReadonlySet<string>): readonly ServiceFacts[] {
  const services = new Map<string, ServiceFacts>();
  for (const one of written) {
    const { name, service, file } = one;
    const image = scalarText(service.image);
    const isBuilt = built.has(placeOf(one));
    if (services.has(name) || (!isBuilt && image === undefined)) continue;
    services.set(name, {
      name,
      path: file.path,
      ...(!isBuilt && image !== undefined && { image: withDefaults(image).slice(0, 200) }),
    });
  }
  return [...services.values()];
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
