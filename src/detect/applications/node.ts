/** Reads package.json and the lock beside it: frameworks of Node, package manager, scripts. */
import type { JudgedFile } from '../../verify/check.ts';
import { recordOf, scalarText, type PlainRecord } from '../../verify/embedded/plain-data.ts';
import type { Claim } from '../evidence.ts';
import { parseRemote } from '../remote-url.ts';
import { inFolder, nearestAbove, type Sources } from '../sources.ts';
import {
  applicationOf,
  claimsOf,
  firstFile,
  frameworkOf,
  placeOf,
  versionFile,
  type Application,
  type Framework,
} from './application.ts';

/** What listens by itself; ports as the documentation of each names them. */
const WHOLE: readonly Framework[] = [
  { library: 'next', name: 'next', port: 3000 },
  { library: 'nuxt', name: 'nuxt', port: 3000 },
  { library: '@remix-run/serve', name: 'remix', port: 3000 },
  { library: '@react-router/serve', name: 'react-router', port: 3000 },
  { library: '@sveltejs/adapter-node', name: 'sveltekit', port: 3000 },
  { library: '@astrojs/node', name: 'astro', port: 4321 },
  { library: '@nestjs/core', name: 'nest' },
  { library: '@adonisjs/core', name: 'adonis', port: 3333 },
];
/** Where these listen is said by the code alone. */
const SERVERS: readonly Framework[] = [
  { library: 'express', name: 'express' },
  { library: 'fastify', name: 'fastify' },
  { library: 'koa', name: 'koa' },
  { library: 'hono', name: 'hono' },
  { library: '@hapi/hapi', name: 'hapi' },
];
/** What these build is files; the port is one of the development server alone, and so it is none. */
const STATIC: readonly Framework[] = [
  { library: '@sveltejs/kit', name: 'sveltekit' },
  { library: 'astro', name: 'astro' },
  { library: '@angular/core', name: 'angular' },
  { library: 'gatsby', name: 'gatsby' },
  { library: 'react-scripts', name: 'create-react-app' },
];
const BUNDLERS: readonly Framework[] = [{ library: 'vite', name: 'vite' }];

const ENTRY_POINTS = ['main', 'server', 'index', 'app'].flatMap((name) =>
  ['src/', ''].flatMap((folder) => ['ts', 'js', 'mjs', 'cjs'].map((end) => `${folder}${name}.${end}`)),
);

const LOCKS = {
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
} as const;

/** @returns undefined for a package.json that cannot be read */
export function readNode(manifest: JudgedFile, sources: Sources): Application | undefined {
  const data = sources.json(manifest);
  if (data === undefined) return undefined;
  const folder = placeOf(manifest);
  const scripts = recordOf(data.scripts);
  const runtime = new Set(Object.keys(recordOf(data.dependencies)));
  const libraries = new Set([...runtime, ...Object.keys(recordOf(data.devDependencies))]);
  // A server that is only there for the tests or the tools of a library is none.
  const server = frameworkOf(runtime, [WHOLE, SERVERS], manifest, sources);
  const framework = server ?? frameworkOf(libraries, [STATIC, BUNDLERS], manifest, sources);
  const start = scripts.start === undefined ? undefined : scalarText(scripts.start);
  const isWorkspace = data.workspaces !== undefined || sources.has(inFolder(folder, 'pnpm-workspace.yaml'));
  const runs = server !== undefined || (start !== undefined && framework === undefined && !isWorkspace);
  const claims = [...managerClaims(folder, data, sources), ...versionClaims(folder, data, manifest, sources)];
  const manager = String(claims.find(({ subject }) => subject === 'packageManager')?.value ?? 'npm');
  const command = (script: string): string | undefined =>
    Object.hasOwn(scripts, script) && !isPlaceholder(scripts[script]) ? run(manager, script) : undefined;
  const application = applicationOf(
    {
      manifest,
      language:
        libraries.has('typescript') || nearestAbove(sources, folder, ['tsconfig.json']) !== undefined
          ? 'typescript'
          : 'javascript',
      kind: runs ? 'server' : framework ? 'static' : 'library',
      framework: framework?.name,
      frameworkPort: server?.port,
      entryPoint: runs ? entryPointOf(folder, start, data, server, sources) : undefined,
      startCommand: command('start'),
      testCommand: command('test'),
      buildCommand: command('build'),
      name: data.name,
      description: data.description,
      licence: data.license,
      libraries,
      claims: [...claims, ...startPorts(start, manifest), ...ownerClaims(data, manifest)],
    },
    sources,
  );
  return application;
}

/** What `npm init` writes is no test. */
const isPlaceholder = (script: unknown): boolean =>
  typeof script !== 'string' || script.includes('no test specified');

const run = (manager: string, script: string): string =>
  script === 'start' || script === 'test'
    ? `${manager} ${bun(manager)}${script}`
    : `${manager} run ${script}`;

/** `bun test` is bun's own test runner, and no script. */
const bun = (manager: string): string => (manager === 'bun' ? 'run ' : '');

function managerClaims(folder: string, data: PlainRecord, sources: Sources): readonly Claim[] {
  const claim = claimsOf(inFolder(folder, 'package.json'));
  const nearest = nearestAbove(sources, folder, Object.keys(LOCKS));
  const beside = nearest?.slice(0, Math.max(nearest.lastIndexOf('/'), 0)) ?? folder;
  const locks = Object.entries(LOCKS).filter(([name]) => sources.has(inFolder(beside, name)));
  const declared = /^(npm|pnpm|yarn|bun)@/.exec(scalarText(data.packageManager) ?? '')?.[1];
  return [
    ...claim('packageManager', 'manifest', declared, `packageManager in ${inFolder(folder, 'package.json')}`),
    ...locks.flatMap(([name, manager]) =>
      claim('packageManager', 'lock file', manager, inFolder(beside, name)),
    ),
  ];
}

function versionClaims(
  folder: string,
  data: PlainRecord,
  manifest: JudgedFile,
  sources: Sources,
): readonly Claim[] {
  const engine = scalarText(recordOf(data.engines).node);
  const volta = scalarText(recordOf(data.volta).node);
  const claim = claimsOf(manifest.path);
  return [
    ...versionFile(sources, nearestAbove(sources, folder, ['.nvmrc'])),
    ...versionFile(sources, nearestAbove(sources, folder, ['.node-version'])),
    ...claim('runtimeVersion', 'version file', volta, `volta.node in ${manifest.path}`),
    ...claim('runtimeVersion', 'manifest', engine, `engines.node in ${manifest.path}`),
  ];
}

/** The script is what `npm start` runs, so that its own flags count. */
const startPorts = (start: string | undefined, manifest: JudgedFile): readonly Claim[] =>
  [...(start ?? '').matchAll(/(?:^|\s)(?:--port|-p)[= ](\d{2,5})(?!\d)|\bPORT=(\d{2,5})(?!\d)/g)].flatMap(
    ([, flag, variable]) =>
      claimsOf(manifest.path)(
        'none.port',
        'command',
        Number(flag ?? variable),
        `scripts.start in ${manifest.path}`,
      ),
  );

function ownerClaims(data: PlainRecord, manifest: JudgedFile): readonly Claim[] {
  const { repository } = data;
  const address = scalarText(repository) ?? scalarText(recordOf(repository).url);
  const short = /^(?:github:)?([\w.-]+)\/[\w.-]+$/.exec(address ?? '')?.[1];
  const remote = address === undefined ? undefined : parseRemote(address.replace(/^git\+(?=https?:)/, ''));
  const scope = /^@([^/]+)\//.exec(scalarText(data.name) ?? '')?.[1];
  const claim = claimsOf(manifest.path);
  return [
    ...claim('owner', 'manifest', short ?? remote?.owner, `repository in ${manifest.path}`),
    ...claim('owner', 'scope', scope, `the scope of the name in ${manifest.path}`),
  ];
}

/** The file that `npm start` runs, or its source where that is built; else the first of the usual names. */
function entryPointOf(
  folder: string,
  start: string | undefined,
  data: PlainRecord,
  server: Framework | undefined,
  sources: Sources,
) {
  const named = /(?:^|\s)(?:node|tsx|ts-node|nodemon|bun|bun run|deno run)\s(?:-\S+\s)*([\w@./-]+)/.exec(
    start?.slice(0, 1000) ?? '',
  )?.[1];
  const candidates = [named, scalarText(data.main)]
    .filter((path) => path !== undefined)
    .map((path) => path.replace(/^\.\//, ''))
    .flatMap((path) => [path, `${path}.js`, ...sourcesOf(path)]);
  // What listens by itself has no file that starts it, and `src/index.ts` is something else there.
  const usual = server?.port === undefined ? ENTRY_POINTS : [];
  return firstFile(sources, folder, [...candidates, ...usual]);
}

/** `src/main.ts` for `dist/main.js`, and for `dist/main`. */
const sourcesOf = (path: string): readonly string[] => {
  const source = /^(?:dist|build|lib|out)\/(?:src\/)?(.+?)(?:\.[cm]?js)?$/.exec(path)?.[1];
  return source === undefined ? [] : ['ts', 'js', 'mts', 'mjs'].map((end) => `src/${source}.${end}`);
};
