/** Reads pyproject.toml, Pipfile and requirements files: frameworks of Python, package manager, entry point. */
import type { RepoPath } from '../../tree/repo-path.ts';
import type { JudgedFile } from '../../verify/check.ts';
import { dig, listOf, recordOf, scalarText, type PlainRecord } from '../../verify/embedded/plain-data.ts';
import { baseName } from '../../verify/embedded/source-text.ts';
import type { Claim } from '../evidence.ts';
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

/** Ports as each framework's development server has them, or the server that its documentation starts it with. */
const FRAMEWORKS: readonly (readonly Framework[])[] = [
  [
    { library: 'django', name: 'django', port: 8000 },
    { library: 'fastapi', name: 'fastapi', port: 8000 },
    { library: 'flask', name: 'flask', port: 5000 },
    { library: 'litestar', name: 'litestar', port: 8000 },
    { library: 'sanic', name: 'sanic', port: 8000 },
    { library: 'streamlit', name: 'streamlit', port: 8501 },
    { library: 'quart', name: 'quart', port: 5000 },
    { library: 'tornado', name: 'tornado' },
    { library: 'falcon', name: 'falcon' },
  ],
  [
    // What others are built on.
    { library: 'starlette', name: 'starlette', port: 8000 },
    { library: 'aiohttp', name: 'aiohttp', port: 8080 },
  ],
];

const ENTRY_NAMES = ['main.py', 'app.py', 'wsgi.py', 'asgi.py', 'server.py', 'application.py'];
const LOCKS = {
  'uv.lock': 'uv',
  'poetry.lock': 'poetry',
  'pdm.lock': 'pdm',
  'Pipfile.lock': 'pipenv',
} as const;

/** Names of files that say what Python needs, besides requirements. */
export const PYTHON_MANIFESTS = ['pyproject.toml', 'Pipfile', 'setup.cfg', 'setup.py'] as const;

export const isRequirements = (path: string): boolean =>
  /(?:^|\/)requirements(?:[-_.][\w.-]+)?\.(?:txt|in)$|(?:^|\/)requirements\/[\w-]+\.(?:txt|in)$/.test(path);

/** @param manifest the best of the folder's: pyproject.toml before Pipfile, that before requirements */
export function readPython(manifest: JudgedFile, sources: Sources): Application | undefined {
  const folder = placeOf(manifest);
  const isToml = ['pyproject.toml', 'Pipfile'].includes(baseName(manifest.path));
  const read = isToml ? sources.toml(manifest) : {};
  const libraries = new Set([
    ...declaredLibraries(read ?? {}),
    ...requiredLibraries(folder, manifest, sources),
  ]);
  if (read === undefined && libraries.size === 0) return undefined;
  const data = read ?? {};
  const framework = frameworkOf(libraries, FRAMEWORKS, manifest, sources);
  const isDjango = framework?.name === 'django' && sources.has(inFolder(folder, 'manage.py'));
  const entryPoint = isDjango ? inFolder(folder, 'manage.py') : entryPointOf(folder, framework, sources);
  const managers = managerClaims(folder, data, manifest, sources);
  const manager = String(managers[0]?.value ?? 'pip');
  const project = recordOf(data.project);
  const poetry = recordOf(dig(data, 'tool', 'poetry'));
  return applicationOf(
    {
      manifest,
      language: 'python',
      kind: framework !== undefined || isRunnable(entryPoint) ? 'server' : 'library',
      framework: framework?.name,
      frameworkPort: framework?.port,
      entryPoint,
      testCommand: testCommand(folder, manager, isDjango, libraries, data, sources),
      name: project.name ?? poetry.name,
      description: project.description ?? poetry.description,
      licence: scalarText(project.license) ?? dig(project.license, 'text') ?? poetry.license,
      libraries,
      claims: [...managers, ...versionClaims(folder, data, manifest, sources)],
    },
    sources,
  );
}

/** A library may have an `app.py` deep inside; what stands at the top under such a name is run. */
const isRunnable = (entryPoint: RepoPath | undefined): boolean =>
  entryPoint !== undefined && ['main.py', 'wsgi.py', 'asgi.py'].includes(baseName(entryPoint));

/** PEP 508: a name, and extras, versions and markers behind it; names compare as PEP 503 says. */
const nameOf = (requirement: string): string | undefined =>
  /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/
    .exec(requirement)?.[1]
    ?.toLowerCase()
    .replace(/[._-]+/g, '-');

function declaredLibraries(data: PlainRecord): readonly string[] {
  const project = recordOf(data.project);
  const poetry = recordOf(dig(data, 'tool', 'poetry'));
  const requirements = [
    ...listOf(project.dependencies),
    ...Object.values(recordOf(project['optional-dependencies'])).flatMap(listOf),
    ...Object.values(recordOf(data['dependency-groups'])).flatMap(listOf),
    ...Object.values(recordOf(dig(data, 'tool', 'pdm', 'dev-dependencies'))).flatMap(listOf),
    ...listOf(dig(data, 'tool', 'uv', 'dev-dependencies')),
    ...Object.keys(recordOf(poetry.dependencies)),
    ...Object.keys(recordOf(poetry['dev-dependencies'])),
    ...Object.values(recordOf(poetry.group)).flatMap((group) =>
      Object.keys(recordOf(recordOf(group).dependencies)),
    ),
    ...Object.keys(recordOf(data.packages)),
    ...Object.keys(recordOf(data['dev-packages'])),
  ];
  return requirements.map((one) => nameOf(scalarText(one) ?? '')).filter((name) => name !== undefined);
}

function requiredLibraries(folder: string, manifest: JudgedFile, sources: Sources): readonly string[] {
  const below = folder === '' ? '' : `${folder}/`;
  const files = sources.where((path) => {
    const rest = path.startsWith(below) ? path.slice(below.length) : undefined;
    return rest !== undefined && isRequirements(rest) && rest.split('/').length <= 2;
  });
  const setup = /setup\.(?:cfg|py)$/.test(manifest.path) ? [manifest] : [];
  return [
    ...files.flatMap((file) => sources.lines(file).map((line) => nameOf(line))),
    ...setup.flatMap((file) => sources.lines(file).map((line) => nameOf(line.replace(/^[\s"']+/, '')))),
  ].filter((name) => name !== undefined);
}

function managerClaims(
  folder: string,
  data: PlainRecord,
  manifest: JudgedFile,
  sources: Sources,
): readonly Claim[] {
  const claim = claimsOf(manifest.path);
  const tools = recordOf(data.tool);
  const locks = Object.entries(LOCKS).flatMap(([name, manager]) => {
    const path = nearestAbove(sources, folder, [name]);
    return path === undefined ? [] : claim('packageManager', 'lock file', manager, path);
  });
  const tables = ['poetry', 'pdm', 'uv', 'hatch'].filter((tool) => Object.hasOwn(tools, tool));
  // `[tool.uv]` in a project of Poetry, say, may only hold settings: what was locked counts for more.
  const declared =
    locks.length > 0
      ? []
      : tables.flatMap((tool) =>
          claim('packageManager', 'manifest', tool, `[tool.${tool}] in ${manifest.path}`),
        );
  const plain = isRequirements(manifest.path) ? claim('packageManager', 'configuration', 'pip') : [];
  const pipenv =
    baseName(manifest.path) === 'Pipfile' && locks.length === 0
      ? claim('packageManager', 'manifest', 'pipenv')
      : [];
  return [...locks, ...declared, ...pipenv, ...plain];
}

function versionClaims(
  folder: string,
  data: PlainRecord,
  manifest: JudgedFile,
  sources: Sources,
): readonly Claim[] {
  const poetry = scalarText(dig(data, 'tool', 'poetry', 'dependencies', 'python'));
  const required =
    scalarText(recordOf(data.project)['requires-python']) ??
    poetry ??
    scalarText(dig(data, 'requires', 'python_version'));
  return [
    ...versionFile(sources, nearestAbove(sources, folder, ['.python-version'])),
    ...versionFile(sources, nearestAbove(sources, folder, ['runtime.txt'])),
    ...claimsOf(manifest.path)(
      'runtimeVersion',
      'manifest',
      required,
      `the version of Python in ${manifest.path}`,
    ),
  ];
}

/** The file that makes the application, among the usual places; else one of the usual names at the top. */
function entryPointOf(
  folder: string,
  framework: Framework | undefined,
  sources: Sources,
): RepoPath | undefined {
  const direct = firstFile(sources, folder, [
    ...ENTRY_NAMES,
    ...['app', 'src', 'api', 'server', 'backend'].flatMap((inner) =>
      ENTRY_NAMES.map((name) => `${inner}/${name}`),
    ),
  ]);
  if (framework === undefined) return direct;
  const below = folder === '' ? '' : `${folder}/`;
  const makes = new RegExp(`\\b${framework.name}\\s{0,3}\\(`, 'i');
  const files = sources.where(
    (path) =>
      path.startsWith(below) &&
      path.slice(below.length).split('/').length <= 4 &&
      (ENTRY_NAMES.includes(baseName(path)) || baseName(path) === '__init__.py'),
  );
  return files.find((file) => makes.test(sources.text(file) ?? ''))?.path ?? direct;
}

function testCommand(
  folder: string,
  manager: string,
  isDjango: boolean,
  libraries: ReadonlySet<string>,
  data: PlainRecord,
  sources: Sources,
): string | undefined {
  const runner = ['uv', 'poetry', 'pdm', 'pipenv', 'hatch'].includes(manager) ? `${manager} run ` : '';
  const pytest =
    [...libraries].some((name) => name === 'pytest' || name.startsWith('pytest-')) ||
    dig(data, 'tool', 'pytest') !== undefined ||
    sources.has(inFolder(folder, 'pytest.ini'));
  if (pytest) return `${runner}pytest`;
  return isDjango ? `${runner}python manage.py test` : undefined;
}
