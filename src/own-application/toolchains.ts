/** What an application of one's own may be built with: for each tool its language, its base images and its habits. */
import { versionsOf } from '../component/pins.ts';

/** `other` is the contract of `app/run`, for any language. Elsewhere what installs the dependencies says the language too. */
export const TOOLCHAINS = [
  'other',
  'npm',
  'pnpm',
  'yarn',
  'pip',
  'poetry',
  'uv',
  'go',
  'cargo',
  'maven',
  'gradle',
  'bundler',
] as const;
export type Toolchain = (typeof TOOLCHAINS)[number];
/** One that a Dockerfile for the application's own language is rendered for. */
export type KnownToolchain = Exclude<Toolchain, 'other'>;

/** The folder below `templates/none/` that holds the Dockerfile. */
type Family = 'node' | 'python' | 'go' | 'rust' | 'maven' | 'gradle' | 'ruby';

export interface ToolchainFacts {
  readonly family: Family;
  /** For sentences: "Node.js". */
  readonly language: string;
  /** Versions of the language that have a pinned image, oldest first. */
  readonly versions: readonly string[];
  /** What stands at the top of a repository of this kind, where nobody has said it. */
  readonly files: readonly string[];
  /** Files that say what is installed, as far as a repository has them: they are copied before all others. */
  readonly manifests: readonly string[];
  /** Folders of the same kind. */
  readonly manifestFolders?: readonly string[];
  /** Without it nothing can be installed twice alike. */
  readonly lock?: { readonly name: string; readonly make: string };
  /** How it starts where nobody has said it; absent: what was compiled is what starts. */
  readonly start?: (port: number) => readonly string[];
  /** The ecosystem of Dependabot. */
  readonly ecosystem: string;
}

const NODE = {
  family: 'node',
  language: 'Node.js',
  // What an application of one's own needs to be built is not known, so the base that has most.
  versions: versionsOf('node').filter((version) => !version.endsWith('-alpine')),
  start: () => ['node', 'src/server.js'],
  ecosystem: 'npm',
} as const;

const PYTHON = {
  family: 'python',
  language: 'Python',
  versions: versionsOf('python'),
  start: () => ['python', 'main.py'],
} as const;

export const TOOLCHAIN_FACTS: Readonly<Record<KnownToolchain, ToolchainFacts>> = {
  npm: {
    ...NODE,
    files: ['package.json', 'package-lock.json', 'src'],
    manifests: ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', '.npmrc'],
    lock: { name: 'package-lock.json', make: 'npm install --package-lock-only' },
  },
  pnpm: {
    ...NODE,
    files: ['package.json', 'pnpm-lock.yaml', 'src'],
    manifests: ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'],
    lock: { name: 'pnpm-lock.yaml', make: 'pnpm install --lockfile-only' },
  },
  yarn: {
    ...NODE,
    files: ['package.json', 'yarn.lock', 'src'],
    manifests: ['package.json', 'yarn.lock', '.yarnrc', '.npmrc'],
    lock: { name: 'yarn.lock', make: 'yarn install' },
  },
  pip: {
    ...PYTHON,
    files: ['requirements.txt', 'main.py'],
    manifests: [],
    ecosystem: 'pip',
  },
  poetry: {
    ...PYTHON,
    files: ['pyproject.toml', 'poetry.lock', 'main.py'],
    manifests: ['pyproject.toml', 'poetry.lock', 'poetry.toml'],
    lock: { name: 'poetry.lock', make: 'poetry lock' },
    ecosystem: 'pip',
  },
  uv: {
    ...PYTHON,
    files: ['pyproject.toml', 'uv.lock', 'main.py'],
    manifests: ['pyproject.toml', 'uv.lock', 'uv.toml'],
    lock: { name: 'uv.lock', make: 'uv lock' },
    ecosystem: 'uv',
  },
  go: {
    family: 'go',
    language: 'Go',
    versions: versionsOf('golang'),
    files: ['go.mod', 'go.sum', 'main.go'],
    manifests: ['go.mod', 'go.sum'],
    ecosystem: 'gomod',
  },
  cargo: {
    family: 'rust',
    language: 'Rust',
    versions: versionsOf('rust'),
    files: ['Cargo.toml', 'Cargo.lock', 'src'],
    manifests: ['Cargo.toml', 'Cargo.lock'],
    lock: { name: 'Cargo.lock', make: 'cargo generate-lockfile' },
    ecosystem: 'cargo',
  },
  maven: {
    family: 'maven',
    language: 'Java',
    versions: versionsOf('maven'),
    files: ['pom.xml', 'src'],
    manifests: ['pom.xml'],
    manifestFolders: ['.mvn'],
    ecosystem: 'maven',
  },
  gradle: {
    family: 'gradle',
    language: 'Java',
    versions: versionsOf('maven'),
    files: ['build.gradle', 'settings.gradle', 'gradlew', 'gradle', 'src'],
    manifests: [
      ...['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'],
      ...['gradle.properties', 'gradle.lockfile', 'gradlew'],
    ],
    manifestFolders: ['gradle'],
    ecosystem: 'gradle',
  },
  bundler: {
    family: 'ruby',
    language: 'Ruby',
    versions: versionsOf('ruby'),
    files: ['Gemfile', 'Gemfile.lock', 'config.ru', 'app.rb'],
    manifests: ['Gemfile', 'Gemfile.lock', '.ruby-version'],
    lock: { name: 'Gemfile.lock', make: 'bundle lock' },
    start: (port) => ['bundle', 'exec', 'puma', '--bind', `tcp://0.0.0.0:${port}`],
    ecosystem: 'bundler',
  },
};

const isKnown = (toolchain: Toolchain): toolchain is KnownToolchain => toolchain !== 'other';

/** What is known of a toolchain; undefined for the contract. */
export const factsOf = (toolchain: Toolchain): ToolchainFacts | undefined =>
  isKnown(toolchain) ? TOOLCHAIN_FACTS[toolchain] : undefined;

/** The newest version that has an image. */
export const newestOf = (toolchain: Toolchain): string => factsOf(toolchain)?.versions.at(-1) ?? '';
