/** What the Dockerfile of an application of one's own may say, from the answers. */
import type { View } from '../component/contribution.ts';
import { image, TOOLS } from '../component/pins.ts';
import { literal } from '../render/view.ts';
import { commandWords } from './command-words.ts';
import type { ApplicationAnswers } from './fields.ts';
import { pathsIn } from './paths-list.ts';
import { factsOf, TOOLCHAIN_FACTS, type KnownToolchain, type ToolchainFacts } from './toolchains.ts';

/** Tests lie between the code of these languages; what is compiled leaves them behind by itself. */
const TESTS: Readonly<Partial<Record<ToolchainFacts['family'], readonly string[]>>> = {
  node: ['**/__tests__', '**/*.test.*', '**/*.spec.*'],
  python: ['**/__pycache__', '**/tests', '**/test_*.py', '**/*_test.py'],
  ruby: ['**/spec', '**/test'],
};

/** What never belongs into a build, also where it lies in a folder that does. */
const NEVER = ['**/.git', '**/.env', '**/.env.*', '**/node_modules', '**/.venv', '**/.DS_Store'];

const INSTALL = {
  npm: { install: 'npm ci', prune: 'npm prune --omit=dev --ignore-scripts' },
  pnpm: { install: 'pnpm install --frozen-lockfile', prune: 'CI=true pnpm prune --prod' },
  yarn: {
    install: 'yarn install --frozen-lockfile --non-interactive',
    prune: 'yarn install --frozen-lockfile --non-interactive --production --ignore-scripts --prefer-offline',
  },
} as const;

/** The images that it is built on and that it runs on; a version without one is an issue, for which nothing is written. */
function basesOf(
  { family, versions }: ToolchainFacts,
  asked: string,
): { readonly builder: string; readonly base: string } {
  const version = versions.includes(asked) ? asked : (versions.at(-1) ?? '');
  switch (family) {
    case 'node':
    case 'python':
    case 'ruby': {
      const base = image(family, version);
      return { builder: base, base };
    }
    case 'go':
      return { builder: image('golang', version), base: 'scratch' };
    case 'rust':
      return { builder: image('rust', version), base: image('debian', 'trixie') };
    case 'maven':
      return { builder: image('maven', version), base: image('eclipse-temurin', `${version}-jre`) };
    case 'gradle':
      return {
        builder: image('eclipse-temurin', `${version}-jdk`),
        base: image('eclipse-temurin', `${version}-jre`),
      };
  }
}

/** A list as a Dockerfile reads it: JSON (docs.docker.com/reference/dockerfile, "Exec form"). */
const execForm = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;

/** What the container runs: as it was answered, else as a new repository of the kind would. */
function startOf(answers: ApplicationAnswers, facts: ToolchainFacts, port: number): readonly string[] {
  if (answers.startCommand === '') return facts.start?.(port) ?? [];
  const read = commandWords(answers.startCommand, port);
  if ('fault' in read) throw new Error(`none.startCommand ${read.fault}, which its field has let pass`);
  return read.words;
}

/**
 * @param toolchain of the answers
 * @param port where the application listens
 */
export function imageView(answers: ApplicationAnswers, toolchain: KnownToolchain, port: number): View {
  const facts = TOOLCHAIN_FACTS[toolchain];
  const files = pathsIn(answers.files);
  const isThere = (path: string): boolean =>
    files.some((file) => file === path || file.startsWith(`${path}/`));
  const at = answers.folder === '.' ? '' : `${answers.folder}/`;
  // Go makes the second file when there is something to sum up, and a pattern may match nothing.
  const manifests = facts.manifests.map((name) => (name === 'go.sum' && !isThere(name) ? 'go.sum*' : name));
  const install =
    toolchain === 'npm' || toolchain === 'pnpm' || toolchain === 'yarn' ? INSTALL[toolchain] : undefined;
  return {
    ...basesOf(facts, answers.version),
    language: literal(facts.language),
    from: answers.folder,
    inFolder: at !== '',
    files: files.map((path) => `${at}${path}`),
    healthCheck: `docker/healthcheck.${facts.family === 'go' ? 'go' : 'sh'}`,
    directory: literal(`/${answers.folder === '.' ? '' : answers.folder}`),
    ecosystem: facts.ecosystem,
    manifests: literal(
      manifests
        .filter((name) => name.endsWith('*') || isThere(name))
        .map((name) => `${at}${name}`)
        .join(' '),
    ),
    manifestFolders: (facts.manifestFolders ?? [])
      .filter(isThere)
      .map((name) => ({ from: `${at}${name}`, to: name })),
    start: literal(execForm(startOf(answers, facts, port))),
    buildCommand: literal(answers.buildCommand),
    hasBuild: answers.buildCommand !== '',
    install: literal(install?.install ?? ''),
    installForTests: literal(testedBy(toolchain, answers)),
    prune: literal(install?.prune ?? ''),
    isPnpm: toolchain === 'pnpm',
    pipWithHashes: toolchain === 'pip' && answers.hashes,
    pipWithoutHashes: toolchain === 'pip' && !answers.hashes,
    isPoetry: toolchain === 'poetry',
    isUv: toolchain === 'uv',
    pnpm: TOOLS.pnpm,
    poetry: TOOLS.poetry,
    uv: TOOLS.uv,
    ...requirementsView(answers, at),
    // A package that lies in src is not installed, but found there.
    pythonPath: isThere('src') ? '/app/src:/app' : '/app',
    program: programOf(answers, toolchain),
    dependenciesFirst: answers.dependenciesFirst,
    assets: literal(pathsIn(answers.assets).join(' ')),
    buildPackages: literal(answers.buildPackages),
    runPackages: literal(answers.runPackages),
    ignored: {
      allowed: files.map((path) => `${at}${path}`),
      denied: [...NEVER, ...(TESTS[facts.family] ?? [])].map(literal),
    },
  };
}

/** What installs the packages of Python for the tests: those of development too, where they are told apart. */
function testedBy(toolchain: KnownToolchain, { requirements }: ApplicationAnswers): string {
  if (toolchain === 'pip') return `pip install --requirement ${requirements}`;
  if (toolchain === 'poetry') return `pip install poetry==${TOOLS.poetry} && poetry install --no-interaction`;
  return toolchain === 'uv' ? `pip install uv==${TOOLS.uv} && uv sync --locked` : '';
}

/** The file that shows that the application is there. */
export function signOf({ toolchain, folder, requirements }: ApplicationAnswers): string {
  const [name] = factsOf(toolchain)?.files ?? [];
  const at = folder === '.' ? '' : `${folder}/`;
  return `${at}${toolchain === 'pip' ? requirements : (name ?? '')}`;
}

/** One file may include its neighbours, so that all of them are copied. */
function requirementsView({ requirements }: ApplicationAnswers, at: string): View {
  const folder = requirements.includes('/') ? requirements.slice(0, requirements.indexOf('/')) : undefined;
  const names = requirements.startsWith('requirements')
    ? ['requirements*.txt']
    : ['requirements*.txt', requirements];
  return {
    requirements,
    copiedRequirements: literal(
      folder === undefined
        ? `${names.map((name) => `${at}${name}`).join(' ')} ./`
        : `${at}${folder} ${folder}`,
    ),
  };
}

/** A package of Go begins with a dot, or it would be one of the standard library. */
function programOf({ program }: ApplicationAnswers, toolchain: KnownToolchain): string {
  if (toolchain !== 'go' || program.startsWith('.')) return program;
  return program === '' ? '.' : `./${program}`;
}
