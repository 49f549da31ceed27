/** What the image of an application of one's own needs to know: its toolchain, its files, how it is built and started. */
import { plainCommandFault } from '../../own-application/command-words.ts';
import { TOOLCHAIN_FACTS, type KnownToolchain } from '../../own-application/toolchains.ts';
import { dig, recordOf, scalarText } from '../../verify/embedded/plain-data.ts';
import { folderOf } from '../../verify/embedded/source-text.ts';
import { claimsOf, type Application } from '../applications/application.ts';
import type { Claim } from '../evidence.ts';
import type { Subject } from '../precedence.ts';
import { inFolder, type Sources } from '../sources.ts';
import { imageFiles } from './image-files.ts';
import { startOfNode, startOfPython, startOfRuby, type Start } from './start-command.ts';
import { versionFrom, versionWithin } from './version-choice.ts';

/** What all files together say of the application, each with its reason. */
export interface Known {
  readonly packageManager: string | undefined;
  readonly runtimeVersion: { readonly value: string; readonly because: string } | undefined;
  /** Of a Procfile or a manifest. */
  readonly start: Start | undefined;
  /** Of a Makefile, where no manifest has one. */
  readonly test: { readonly value: string; readonly because: string } | undefined;
  /** The repository has a Dockerfile, which is kept. */
  readonly hasDockerfile: boolean;
}

type Own = Exclude<Extract<Subject, `none.${string}`>, 'none.port' | 'none.healthPath' | 'none.uid'>;

export interface OwnImage {
  /** On the questions of the stack `none` that the Dockerfile hangs on; none where there is no Dockerfile for it. */
  readonly claims: readonly Claim[];
  /** What keeps an image from being built as it should, as sentences: of interest to who wants one. */
  readonly doubts: readonly string[];
}

type Doubt = (sentence: string) => void;

export function ownImage(application: Application | undefined, sources: Sources, known: Known): OwnImage {
  const doubts: string[] = [];
  const doubt: Doubt = (sentence) => {
    // Whose Dockerfile is there has settled all this.
    if (!known.hasDockerfile) doubts.push(sentence);
  };
  return { claims: claimsOn(application, sources, known, doubt), doubts };
}

function claimsOn(
  application: Application | undefined,
  sources: Sources,
  known: Known,
  doubt: Doubt,
): readonly Claim[] {
  if (application === undefined || application.facts.kind === 'library') {
    const why = application
      ? `${application.facts.manifest} is of a library`
      : 'no one application was found here';
    if (sources.paths.length > 0) doubt(`Toolchain: ${why}: the Dockerfile is the one for any program`);
    return [];
  }
  const chosen = toolchainOf(application, sources, known);
  if ('why' in chosen) {
    doubt(`Toolchain: ${chosen.why}: the Dockerfile is the one for any program`);
    return [];
  }
  const { toolchain, folder } = chosen;
  const at = folder === '' ? '.' : folder;
  const { manifest } = application.facts;
  const say = claimsOf(manifest);
  const claim = (subject: Own, value: string | undefined, because?: string): readonly Claim[] =>
    say(subject, 'application', value, because);
  tellLock(toolchain, folder, sources, doubt);
  return [
    ...claim('none.toolchain', toolchain, chosen.because),
    ...claim('none.folder', at),
    ...versionClaims(toolchain, known, doubt),
    ...filesClaims(application, toolchain, folder, sources, doubt),
    ...startClaims(application, toolchain, sources, known, doubt),
    ...testClaims(application, toolchain, folder, sources, known),
    ...OF_FAMILY[TOOLCHAIN_FACTS[toolchain].family](application, folder, sources).flatMap(
      ([subject, value, because]) => claim(subject, value, because),
    ),
  ];
}

type Chosen =
  | { readonly toolchain: KnownToolchain; readonly folder: string; readonly because: string }
  /** Why there is no Dockerfile for it, as a sentence without its end. */
  | { readonly why: string };

function toolchainOf({ facts, libraries }: Application, sources: Sources, { packageManager }: Known): Chosen {
  const { folder, manifest, language, kind, framework } = facts;
  const has = (name: string): boolean => sources.has(inFolder(folder, name));
  switch (language) {
    case 'typescript':
    case 'javascript': {
      if (kind === 'static')
        return { why: `what ${framework ?? manifest} builds are files that a web server delivers` };
      const data = recordOf(sources.json(sources.file(manifest)));
      if (data.workspaces !== undefined || has('pnpm-workspace.yaml'))
        return { why: `${manifest} is a workspace of several packages` };
      const manager = packageManager ?? 'npm';
      const lock = inFolder(folder, 'yarn.lock');
      if (manager === 'yarn' && (sources.text(sources.file(lock)) ?? '').includes('__metadata:'))
        return { why: `${lock} is one of Yarn 2 or later` };
      return manager === 'npm' || manager === 'pnpm' || manager === 'yarn'
        ? {
            toolchain: manager,
            folder,
            because: packageManager === undefined ? manifest : lockOf(manager, folder),
          }
        : { why: `there is no pinned image with ${manager}` };
    }
    case 'python': {
      if (packageManager === 'poetry' || packageManager === 'uv')
        return { toolchain: packageManager, folder, because: lockOf(packageManager, folder) };
      const requirements = requirementsOf(folder, sources);
      if (requirements !== undefined)
        return { toolchain: 'pip', folder, because: inFolder(folder, requirements) };
      return { why: `${manifest} has no lock of uv or Poetry and no requirements.txt beside it` };
    }
    case 'go':
      if (facts.entryPoint === undefined) return { why: `${manifest} has no main package that can be told` };
      if (libraries.has('github.com/mattn/go-sqlite3'))
        return { why: `go-sqlite3 in ${manifest} is compiled with C` };
      return { toolchain: 'go', folder, because: manifest };
    case 'rust': {
      const isMember = folder !== '' && sources.has('Cargo.toml');
      return { toolchain: 'cargo', folder: isMember ? '' : folder, because: manifest };
    }
    case 'java':
    case 'kotlin': {
      const isMaven = manifest.endsWith('pom.xml');
      if (framework === 'quarkus') return { why: `Quarkus in ${manifest} makes a folder instead of one jar` };
      const outer = isMaven ? ['pom.xml'] : ['settings.gradle', 'settings.gradle.kts', 'gradlew'];
      if (folder !== '' && outer.some((name) => sources.has(name)))
        return { why: `${manifest} is one module of several` };
      if (!isMaven && !has('gradlew'))
        return { why: `${manifest} has no gradlew beside it (make it with: gradle wrapper)` };
      return { toolchain: isMaven ? 'maven' : 'gradle', folder, because: manifest };
    }
    case 'ruby':
      return { toolchain: 'bundler', folder, because: manifest };
    case 'php':
    case 'csharp':
    case 'fsharp':
      return { why: `there is no Dockerfile for ${language} yet` };
  }
}

const lockOf = (toolchain: KnownToolchain, folder: string): string =>
  inFolder(folder, TOOLCHAIN_FACTS[toolchain].lock?.name ?? '');

/** A Dockerfile installs what the lock names: without one its build ends with an error, and so it is told before. */
function tellLock(toolchain: KnownToolchain, folder: string, sources: Sources, doubt: Doubt): void {
  const { lock } = TOOLCHAIN_FACTS[toolchain];
  if (lock === undefined) return;
  const names = toolchain === 'npm' ? [lock.name, 'npm-shrinkwrap.json'] : [lock.name];
  if (names.some((name) => sources.has(inFolder(folder, name)))) return;
  doubt(
    `Lock: there is no ${inFolder(folder, lock.name)}, and the image is installed from it: make it with "${lock.make}" and commit it`,
  );
}

function versionClaims(toolchain: KnownToolchain, { runtimeVersion }: Known, doubt: Doubt): readonly Claim[] {
  if (runtimeVersion === undefined) return [];
  const { family, versions, language } = TOOLCHAIN_FACTS[toolchain];
  const { value, because } = runtimeVersion;
  // Go, Rust and Java name the least that they need, and later ones build it.
  const compiled = family !== 'node' && family !== 'python' && family !== 'ruby';
  const version = compiled ? versionFrom(versions, value) : versionWithin(versions, value);
  if (version === undefined) {
    doubt(
      `Language version: ${language} ${value.slice(0, 40)} (${because}) has no image here; there are ${versions.join(', ')}`,
    );
  }
  return claimsOf(because)('none.version', 'application', version, `${value.slice(0, 40)}: ${because}`);
}

function filesClaims(
  { facts }: Application,
  toolchain: KnownToolchain,
  folder: string,
  sources: Sources,
  doubt: Doubt,
): readonly Claim[] {
  const manifest = sources.text(sources.file(inFolder(folder, facts.manifest.split('/').at(-1) ?? ''))) ?? '';
  const { manifests, family } = TOOLCHAIN_FACTS[toolchain];
  const targets = /\[\[(?:bench|test|example)\]\]/.test(manifest);
  const found = imageFiles(
    sources,
    folder,
    (name) =>
      manifests.includes(name) ||
      // Scripts of package.json may run what lies there.
      (/^(?:scripts?|tools)$/.test(name) && manifest.includes(`${name}/`)) ||
      (family === 'rust' && targets && /^(?:benches|tests|examples)$/.test(name)),
  );
  if (found === undefined) {
    doubt('Files of the image: there are too many at the top of the repository to list them');
    return [];
  }
  if (found.unlistable.length > 0) {
    doubt(
      `Files of the image: left out for their names: ${found.unlistable
        .slice(0, 4)
        .map((name) => JSON.stringify(name.slice(0, 60)))
        .join(', ')}`,
    );
  }
  return claimsOf(facts.manifest)(
    'none.files',
    'application',
    found.files.length === 0 ? undefined : found.files.join(', '),
    `what lies beside ${facts.manifest}, without tests, documents and deployment`,
  );
}

function startClaims(
  application: Application,
  toolchain: KnownToolchain,
  sources: Sources,
  { start: found }: Known,
  doubt: Doubt,
): readonly Claim[] {
  const { family } = TOOLCHAIN_FACTS[toolchain];
  const by = { node: startOfNode, python: startOfPython, ruby: startOfRuby };
  if (family !== 'node' && family !== 'python' && family !== 'ruby') return [];
  const start = by[family](application, sources, found);
  if (start === undefined) {
    doubt(
      `Start command: nothing shows how the application of ${application.facts.manifest} starts in production${family === 'python' ? ', with a server such as gunicorn or uvicorn among its packages' : ''}`,
    );
  }
  return claimsOf(application.facts.manifest)(
    'none.startCommand',
    'application',
    start?.command,
    start?.because,
  );
}

/** Packages for tests alone are installed first, where they are listed apart. */
function testClaims(
  { facts }: Application,
  toolchain: KnownToolchain,
  folder: string,
  sources: Sources,
  { test }: Known,
): readonly Claim[] {
  // The Makefile lies at the top, and a command of the manifest's starts in its folder.
  const found = facts.testCommand ?? (folder === '' ? test?.value : undefined);
  if (found === undefined || plainCommandFault(found) !== undefined) return [];
  const more = DEVELOPMENT_REQUIREMENTS.find((name) => sources.has(inFolder(folder, name)));
  const command =
    toolchain === 'pip' && more !== undefined ? `pip install --requirement ${more} && ${found}` : found;
  const because = facts.testCommand === undefined ? test?.because : undefined;
  return claimsOf(facts.manifest)('none.testCommand', 'application', command, because);
}

const REQUIREMENTS = [
  'requirements.txt',
  'requirements/production.txt',
  'requirements/prod.txt',
  'requirements/base.txt',
];
const DEVELOPMENT_REQUIREMENTS = [
  ...['requirements-dev.txt', 'requirements_dev.txt', 'requirements-test.txt', 'requirements-tests.txt'],
  ...['dev-requirements.txt', 'test-requirements.txt'],
  ...['dev', 'development', 'test', 'tests', 'local'].map((name) => `requirements/${name}.txt`),
];
const requirementsOf = (folder: string, sources: Sources): string | undefined =>
  REQUIREMENTS.find((name) => sources.has(inFolder(folder, name)));

type Answer = readonly [subject: Own, value: string | undefined, because?: string | undefined];
type OfFamily = (application: Application, folder: string, sources: Sources) => readonly Answer[];

/** What only one family of toolchains asks. */
const OF_FAMILY: Readonly<Record<(typeof TOOLCHAIN_FACTS)[KnownToolchain]['family'], OfFamily>> = {
  node: ({ facts }) => [['none.buildCommand', facts.buildCommand, `scripts.build in ${facts.manifest}`]],
  python: ({ libraries, facts }, folder, sources) => {
    const requirements = requirementsOf(folder, sources);
    const file = sources.file(inFolder(folder, requirements ?? ''));
    const isHashed = (sources.text(file) ?? '').includes('--hash=sha256:');
    const compiled = [
      ...(libraries.has('psycopg2') ? [['gcc libpq-dev', 'libpq5', 'psycopg2']] : []),
      ...(libraries.has('mysqlclient')
        ? [['gcc default-libmysqlclient-dev pkg-config', 'libmariadb3', 'mysqlclient']]
        : []),
    ];
    return [
      ...(requirements === undefined
        ? []
        : ([
            ['none.requirements', requirements, inFolder(folder, requirements)],
            [
              'none.hashes',
              String(isHashed),
              `${isHashed ? 'hashes' : 'no hashes'} in ${inFolder(folder, requirements)}`,
            ],
          ] as const)),
      ...packagesOf(compiled, facts.manifest),
    ];
  },
  go: ({ facts }, folder, sources) => {
    const inside = facts.entryPoint?.slice(folder === '' ? 0 : folder.length + 1);
    const program = inside === undefined ? undefined : folderOf(inside);
    return [
      ['none.program', program === '' ? '.' : program && `./${program}`, facts.entryPoint],
      ['none.assets', assetsOf(folder, sources)],
    ];
  },
  rust: ({ facts }, folder, sources) => {
    const data = sources.toml(sources.file(facts.manifest)) ?? {};
    const [binary] = Array.isArray(data.bin) ? (data.bin as unknown[]) : [];
    const lists = ['workspace', 'bin', 'test', 'bench', 'example', 'lib'].some((key) =>
      Object.hasOwn(data, key),
    );
    const isPlain = !lists && folder === facts.folder && sources.has(inFolder(folder, 'src/main.rs'));
    const lock = sources.file(inFolder(folder, 'Cargo.lock'));
    const locked = lock !== undefined && lock.content.length < MAX_LOCK ? lock.content.toString('utf8') : '';
    const needs = (crate: string): boolean => locked.includes(`name = "${crate}"`);
    return [
      ['none.program', scalarText(recordOf(binary).name) ?? scalarText(dig(data, 'package', 'name'))],
      ['none.dependenciesFirst', String(isPlain)],
      ['none.assets', assetsOf(folder, sources)],
      ...packagesOf(
        [
          ...(needs('openssl-sys') ? [['libssl-dev pkg-config', 'libssl3t64', 'openssl-sys']] : []),
          ...(needs('pq-sys') ? [['libpq-dev', 'libpq5', 'pq-sys']] : []),
        ],
        lock?.path ?? facts.manifest,
      ),
    ];
  },
  maven: () => [],
  gradle: () => [],
  ruby: ({ libraries, facts }, folder, sources) => {
    const isRails = facts.framework === 'rails';
    const hasAssets = [...sources.paths].some((path) => path.startsWith(inFolder(folder, 'app/assets/')));
    return [
      [
        'none.buildCommand',
        isRails && hasAssets ? 'SECRET_KEY_BASE_DUMMY=1 bin/rails assets:precompile' : undefined,
        inFolder(folder, 'app/assets'),
      ],
      ...packagesOf(
        libraries.has('pg') ? [['build-essential libpq-dev libyaml-dev', 'libpq5', 'pg']] : [],
        facts.manifest,
      ),
    ];
  },
};

/** A lock of this size has some thousand crates. */
const MAX_LOCK = 1024 * 1024;

function packagesOf(needs: readonly (readonly string[])[], where: string): readonly Answer[] {
  if (needs.length === 0) return [];
  const join = (index: number): string =>
    [...new Set(needs.flatMap((need) => (need[index] ?? '').split(' ')))].sort().join(' ');
  const because = `${needs.map(([, , library]) => library ?? '').join(', ')} in ${where}`;
  return [
    ['none.buildPackages', join(0), because],
    ['none.runPackages', join(1), because],
  ];
}

/** Folders that programs read when they run, by their usual names; code lies elsewhere. */
const ASSETS = ['assets', 'locales', 'migrations', 'public', 'static', 'templates', 'views', 'web'];

function assetsOf(folder: string, sources: Sources): string | undefined {
  const found = ASSETS.filter((name) => {
    const below = `${inFolder(folder, name)}/`;
    const files = sources.paths.filter((path) => path.startsWith(below));
    return files.length > 0 && !files.some((path) => /\.(?:go|rs)$/.test(path));
  });
  return found.length === 0 ? undefined : found.join(', ');
}
