/** What the Dockerfile of the application declares: port, user, health check, start command, version of the language. */
import type { RepoPath } from '../tree/repo-path.ts';
import type { JudgedFile } from '../verify/check.ts';
import {
  isDockerfile,
  readDockerfile,
  type Dockerfile,
  type Instruction,
} from '../verify/embedded/dockerfile-syntax.ts';
import { baseName, folderOf } from '../verify/embedded/source-text.ts';
import type { Language } from './detection.ts';
import { claimsOf } from './applications/application.ts';
import type { Claim } from './evidence.ts';
import { isForeign, parseImage, versionOfTag } from './image-names.ts';
import { pathOfHealthCheck, portsIn, portsOfCommand } from './ports-and-paths.ts';
import { parseRemote } from './remote-url.ts';
import { isOfEditor, type Sources } from './sources.ts';

/** Dockerfiles that nobody deploys. */
const FOR_DEVELOPERS =
  /(?:^|[./_-])(?:dev|development|test|tests|testing|local|ci|debug|lint|e2e)(?:$|[./_-])/i;
const MAX_DOCKERFILE_BYTES = 64 * 1024;
/** Variables are put in text for text: so many of them over so much text would fill the memory. */
const MAX_EXPANSION = 32 * 1024 * 1024;
const MAX_STAGES = 40;

/** A Dockerfile with what holds in its last stage, inherited instructions first. */
export interface ImageFile {
  readonly path: RepoPath;
  readonly last: readonly Instruction[];
  /** The images that its stages start from. */
  readonly bases: readonly string[];
  /** The image below the last stage. */
  readonly base: string;
  /** How a build asks for the last stage: by its name, or its number where it has none. */
  readonly target: string;
}

/** Every Dockerfile for deployment, the outermost first. */
export const dockerfilesOf = (sources: Sources): readonly ImageFile[] =>
  sources
    .where((path) => isDockerfile(path) && !isOfEditor(path))
    .filter(({ path }) => !FOR_DEVELOPERS.test(baseName(path).replace(/^dockerfile|dockerfile$/i, '')))
    .flatMap((file) => readImageFile(file, sources) ?? []);

/**
 * The Dockerfiles that build the application: the production one of the outermost folder, or of the application's own.
 * @param folder of the application, where there is one
 */
export function dockerfilesFor(all: readonly ImageFile[], folder: string | undefined): readonly ImageFile[] {
  const own = all.filter(({ path }) => folder !== undefined && folderOf(path) === folder);
  const outer = all.filter(({ path }) => folderOf(path) === '');
  const chosen = own.length > 0 ? own : outer.length > 0 ? outer : all.filter(({ base }) => !isProxy(base));
  const production = chosen.filter(({ path }) => /prod/i.test(baseName(path)));
  if (production.length > 0) return production;
  // What `docker build .` takes.
  const plain = chosen.filter(({ path }) => baseName(path) === 'Dockerfile');
  return plain.length > 0 ? plain : chosen;
}

/** An image of a proxy or a database made to fit: no application, as long as another is there. */
const isProxy = (base: string): boolean => {
  const image = parseImage(base);
  return (
    image !== undefined && isForeign({ ...image }) && !/^(?:alpine|debian|ubuntu|busybox)$/.test(image.name)
  );
};

function readImageFile(file: JudgedFile, sources: Sources): ImageFile | undefined {
  const text = sources.text(file);
  if (text === undefined) return undefined;
  const variables = text.split('$').length - 1;
  if (file.content.length > MAX_DOCKERFILE_BYTES || variables * text.length > MAX_EXPANSION) {
    sources.doubt(`${file.path} is too large`);
    return undefined;
  }
  const { stages }: Dockerfile = readDockerfile(file);
  const last = stages.at(-1);
  if (last === undefined || stages.length > MAX_STAGES) {
    sources.doubt(`${file.path} ${last === undefined ? 'has no FROM' : 'has too many stages'}`);
    return undefined;
  }
  // A stage that starts from an earlier one has its instructions too.
  const chain = [last];
  for (let index = stages.length - 1; index > 0;) {
    const { image } = stages[index] ?? last;
    const before = stages
      .slice(0, index)
      .findLastIndex(({ alias }) => alias?.toLowerCase() === image.toLowerCase());
    const stage = stages[before];
    if (stage === undefined) break;
    chain.unshift(stage);
    index = before;
  }
  return {
    path: file.path,
    last: chain.flatMap(({ instructions }) => instructions),
    bases: stages.map(({ image }) => image),
    base: chain[0]?.image ?? last.image,
    target: last.alias ?? String(stages.length - 1),
  };
}

/** What the Dockerfiles of the application say, and every port among it. */
export function dockerfileClaims(
  files: readonly ImageFile[],
  language: Language | undefined,
): { readonly claims: readonly Claim[]; readonly ports: readonly number[] } {
  const exposed = files.map((file) => ({ file, exposed: exposedBy(file) }));
  return {
    claims: [
      ...exposed.flatMap(({ exposed: ports }) => ports.map(({ claim }) => claim)),
      ...files.flatMap((file) => [
        ...variableClaims(file),
        ...userClaims(file),
        ...healthClaims(file),
        ...commandClaims(file),
        ...labelClaims(file),
        ...claimsOf(file.path)('none.target', 'dockerfile', file.target, `the last stage of ${file.path}`),
        ...languageClaims(file, language),
      ]),
      ...fileClaims(files),
    ],
    ports: exposed.flatMap(({ exposed: ports }) => ports.map(({ port }) => port)),
  };
}

const at = ({ path }: ImageFile, { line }: Instruction): string => `${path}:${line}`;

const lastOf = (file: ImageFile, name: string): Instruction | undefined =>
  file.last.findLast((instruction) => instruction.name === name);

/** `PORT` of the image's own environment, which EXPOSE may name. */
const variablesOf = (file: ImageFile): ReadonlyMap<string, string> =>
  new Map(
    file.last
      .filter(({ name }) => name === 'ENV' || name === 'ARG')
      .flatMap(({ text }) => {
        const pairs = [...text.matchAll(/(\w+)=["']?([^\s"']*)/g)].map(
          ([, name = '', value = '']) => [name, value] as const,
        );
        const [, name, value] = pairs.length > 0 ? [] : (/^(\w+)\s+(\S+)$/.exec(text) ?? []);
        return name === undefined || value === undefined ? pairs : [[name, value] as const];
      }),
  );

function exposedBy(file: ImageFile): readonly { readonly port: number; readonly claim: Claim }[] {
  const variables = variablesOf(file);
  return file.last
    .filter(({ name }) => name === 'EXPOSE')
    .flatMap((instruction) =>
      portsIn(
        instruction.text
          .split(/\s+/)
          .filter((port) => !port.endsWith('/udp'))
          .map((port) => port.replace(/\/tcp$/, ''))
          .map((port) => {
            const [, name, fallback] = /^\$\{?(\w+)(?::-(\d+))?\}?$/.exec(port) ?? [];
            return name === undefined ? port : (variables.get(name) ?? fallback);
          }),
      ).map((port) => ({
        port,
        claim: {
          subject: 'none.port',
          origin: 'dockerfile',
          value: port,
          because: `EXPOSE ${port} in ${at(file, instruction)}`,
        } as const,
      })),
    );
}

function variableClaims(file: ImageFile): readonly Claim[] {
  const instruction = file.last.findLast(
    ({ name, text }) => name === 'ENV' && /(?:^|\s)PORT[=\s]/.test(text),
  );
  return instruction === undefined
    ? []
    : portsIn([variablesOf(file).get('PORT')]).map((port) => ({
        subject: 'none.port',
        origin: 'configuration',
        value: port,
        because: `ENV PORT=${port} in ${at(file, instruction)}`,
      }));
}

/** Users that images bring along, by their own documentation. */
const KNOWN_USERS: readonly (readonly [image: RegExp, user: string, uid: number])[] = [
  [/(?:^|\/)node(?::|$)/, 'node', 1000],
  [/(?:^|\/)bun(?::|$)/, 'bun', 1000],
  [/gcr\.io\/distroless\//, 'nonroot', 65_532],
  [/mcr\.microsoft\.com\/dotnet\//, 'app', 1654],
  [/mcr\.microsoft\.com\/dotnet\//, '$APP_UID', 1654],
];

function userClaims(file: ImageFile): readonly Claim[] {
  const instruction = lastOf(file, 'USER');
  if (instruction === undefined) return [];
  const variables = variablesOf(file);
  const written = instruction.text.split(':')[0]?.trim() ?? '';
  const name = /^\$\{?(\w+)\}?$/.exec(written)?.[1];
  const user = name === undefined ? written : (variables.get(name) ?? written);
  const known = KNOWN_USERS.find(
    ([image, of]) => of === user && file.bases.some((base) => image.test(base)),
  )?.[2];
  const uid = /^\d{1,9}$/.test(user) ? Number(user) : (madeUser(file, user, variables) ?? known);
  const because = `USER ${written.slice(0, 40)} in ${at(file, instruction)}`;
  return claimsOf(file.path)('none.uid', 'dockerfile', uid, because);
}

/** The number that `useradd --uid 1001 app` or `adduser -u 1001 app` gives. */
function madeUser(file: ImageFile, user: string, variables: ReadonlyMap<string, string>): number | undefined {
  if (!/^[a-z_][\w-]{0,31}$/i.test(user)) return undefined;
  for (const { name, text } of file.last) {
    if (name !== 'RUN') continue;
    for (const command of text.slice(0, 4000).split(/[;&|]+/)) {
      const words = command.trim().split(/\s+/);
      const start = words.findIndex((word) => word === 'useradd' || word === 'adduser');
      if (start < 0 || ![words[start + 1], words.at(-1)].includes(user)) continue;
      const uid = /\s(?:-u|--uid)[\s=]["']?(\d{1,9}|\$\{?\w+\}?)/.exec(command)?.[1];
      const plain = uid?.startsWith('$') === true ? variables.get(uid.replace(/[${}]/g, '')) : uid;
      if (plain !== undefined && /^\d{1,9}$/.test(plain)) return Number(plain);
    }
  }
  return undefined;
}

/** The repository that the image names as its source (opencontainers/image-spec, "annotations"). */
function labelClaims(file: ImageFile): readonly Claim[] {
  const labels = file.last.filter(({ name }) => name === 'LABEL');
  return labels.flatMap((label) => {
    const source = /org\.opencontainers\.image\.source=["']?([^\s"']{1,200})/.exec(label.text)?.[1];
    const owner = source === undefined ? undefined : parseRemote(source)?.owner;
    return claimsOf(file.path)('owner', 'image', owner, `image.source in ${at(file, label)}`);
  });
}

function healthClaims(file: ImageFile): readonly Claim[] {
  const instruction = lastOf(file, 'HEALTHCHECK');
  if (instruction === undefined) return [];
  // A script may be told by a variable what to ask.
  const variable = variablesOf(file).get('HEALTH_PATH');
  const path =
    pathOfHealthCheck(instruction.text) ?? (variable?.startsWith('/') === true ? variable : undefined);
  return claimsOf(file.path)(
    'none.healthPath',
    'health check',
    path === '/' ? undefined : path,
    `HEALTHCHECK in ${at(file, instruction)}`,
  );
}

function commandClaims(file: ImageFile): readonly Claim[] {
  const entry = lastOf(file, 'ENTRYPOINT');
  const command = lastOf(file, 'CMD');
  const words = [entry, command].flatMap((instruction) =>
    instruction ? [plainCommand(instruction.text)] : [],
  );
  const place = command ?? entry;
  if (place === undefined || words.length === 0) return [];
  const whole = words.join(' ').slice(0, 300);
  const claim = claimsOf(file.path);
  const because = `${place.name} in ${at(file, place)}`;
  return [
    ...claim('startCommand', 'dockerfile', whole, because),
    ...portsOfCommand(whole).flatMap((port) => claim('none.port', 'command', port, because)),
  ];
}

/** The exec form's words with spaces between. */
function plainCommand(text: string): string {
  if (!text.startsWith('[')) return text;
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word).join(' ');
}

/** Images by the language whose version their tag names. */
const LANGUAGE_IMAGES: Readonly<Record<Language, RegExp>> = {
  typescript: /^node$/,
  javascript: /^node$/,
  python: /^python$/,
  rust: /^rust$/,
  go: /^golang$/,
  java: /^(?:eclipse-temurin|openjdk|amazoncorretto)$/,
  kotlin: /^(?:eclipse-temurin|openjdk|amazoncorretto)$/,
  ruby: /^ruby$/,
  php: /^php$/,
  csharp: /^(?:aspnet|runtime)$/,
  fsharp: /^(?:aspnet|runtime)$/,
};

function languageClaims(file: ImageFile, language: Language | undefined): readonly Claim[] {
  if (language === undefined) return [];
  return file.bases.flatMap((base) => {
    const image = parseImage(base);
    const isOfLanguage = image !== undefined && LANGUAGE_IMAGES[language].test(image.name);
    const version = isOfLanguage ? versionOfTag(image.tag) : undefined;
    return claimsOf(file.path)(
      'runtimeVersion',
      'dockerfile',
      version,
      `FROM ${base.slice(0, 80)} in ${file.path}`,
    );
  });
}

const fileClaims = (files: readonly ImageFile[]): readonly Claim[] =>
  files
    .filter(({ path }) => folderOf(path) === '')
    .flatMap(({ path }) => claimsOf(path)('docker.file', 'dockerfile', path));
