/** Which names `python -m` may be given: modules of the tree, of Python itself, and of tools that are installed. */
import type { JudgedTree } from '../check.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import { baseName, textOf } from './source-text.ts';

/** Modules of the standard library that are made to be run, and tools that are installed beside a project. */
const TOOLS = new Set([
  'ast',
  'asyncio',
  'base64',
  'calendar',
  'cProfile',
  'compileall',
  'dis',
  'doctest',
  'ensurepip',
  'gzip',
  'http',
  'idlelib',
  'inspect',
  'json',
  'pdb',
  'pickle',
  'platform',
  'profile',
  'pstats',
  'py_compile',
  'pydoc',
  'secrets',
  'site',
  'sqlite3',
  'sysconfig',
  'tarfile',
  'timeit',
  'tokenize',
  'trace',
  'tracemalloc',
  'unittest',
  'uuid',
  'venv',
  'webbrowser',
  'zipapp',
  'zipfile',
  'pip',
  'pipx',
  'virtualenv',
  'build',
  'twine',
  'setuptools',
  'wheel',
  'piptools',
  'pip_audit',
  'pytest',
  'coverage',
  'mypy',
  'ruff',
  'black',
  'isort',
  'flake8',
  'pylint',
  'bandit',
  'pre_commit',
]);

/** Where a package may have its root: the folder one stands in, and the folders that path settings name. */
const ROOTS = ['', 'src/', 'app/', 'backend/', 'services/'];

/** @param folder where the command runs; undefined when that is not known */
export function isKnownModule(module: string, tree: JudgedTree, folder: string | undefined): boolean {
  if (!/^[A-Za-z_][\w.]*$/.test(module)) return true;
  const [top = ''] = module.split('.');
  const path = module.replaceAll('.', '/');
  const here = folder === undefined || folder === '' ? '' : `${folder}/`;
  const paths = [...tree.keys()];
  for (const root of new Set([here, ...ROOTS.map((one) => here + one), ...ROOTS])) {
    const isThere = [`${root}${path}.py`, `${root}${path}/__main__.py`, `${root}${path}/__init__.py`];
    if (isThere.some((one) => tree.has(one as RepoPath))) return true;
  }
  // A package of the tree that has no such module is a mistake, whatever is installed under its name.
  const own = paths.some(
    (one) => one === `${here}${top}.py` || one.startsWith(`${here}${top}/`) || one.startsWith(`src/${top}/`),
  );
  if (own) return false;
  return TOOLS.has(top) || isRequired(top, tree);
}

/** Whether some list of dependencies has the package; its name has dashes where the module's has underscores. */
function isRequired(top: string, tree: JudgedTree): boolean {
  const name = new RegExp(`(?<![\\w-])${top.replace(/_/g, '[-_]')}(?![\\w-])`, 'i');
  return [...tree.values()].some(
    (file) =>
      (/^(?:requirements|constraints)[^/]*\.(?:txt|in)$/.test(baseName(file.path)) ||
        baseName(file.path) === 'pyproject.toml') &&
      name.test(textOf(file)),
  );
}
