/** Reads go.mod and finds the main package: web frameworks of Go. */
import type { RepoPath } from '../../tree/repo-path.ts';
import type { JudgedFile } from '../../verify/check.ts';
import { baseName } from '../../verify/embedded/source-text.ts';
import type { Sources } from '../sources.ts';
import {
  applicationOf,
  claimsOf,
  frameworkOf,
  placeOf,
  type Application,
  type Framework,
} from './application.ts';

/** gin alone has a port of its own (`router.Run()`, gin-gonic.com, "Quickstart"), and few rely on it. */
const FRAMEWORKS: readonly (readonly Framework[])[] = [
  [
    { library: 'github.com/gin-gonic/gin', name: 'gin' },
    { library: 'github.com/labstack/echo', name: 'echo' },
    { library: 'github.com/gofiber/fiber', name: 'fiber' },
    { library: 'github.com/go-chi/chi', name: 'chi' },
    { library: 'github.com/gorilla/mux', name: 'gorilla' },
    { library: 'github.com/beego/beego', name: 'beego' },
  ],
];

export function readGo(manifest: JudgedFile, sources: Sources): Application | undefined {
  const lines = sources.lines(manifest);
  const module = lines
    .map((line) => /^module\s+"?([^\s"]+)/.exec(line)?.[1])
    .find((one) => one !== undefined);
  if (module === undefined) return undefined;
  const folder = placeOf(manifest);
  const version = lines.map((line) => /^go\s+(\d+(?:\.\d+){0,2})\s*$/.exec(line)?.[1]).find((one) => one);
  const libraries = new Set(
    lines
      .filter((line) => !line.includes('// indirect'))
      .map((line) => /^(?:require\s+|\s+)([\w.-]+\.[\w./~-]+)\s+v/.exec(line)?.[1]?.toLowerCase())
      .filter((one) => one !== undefined)
      .map((one) => one.replace(/\/v\d+$/, '')),
  );
  const framework = frameworkOf(libraries, FRAMEWORKS, manifest, sources);
  const entryPoint = mainOf(folder, manifest, module, sources);
  const owner = /^github\.com\/([^/]+)\//.exec(module)?.[1];
  const claim = claimsOf(manifest.path);
  return applicationOf(
    {
      manifest,
      language: 'go',
      kind: entryPoint === undefined && framework === undefined ? 'library' : 'server',
      framework: framework?.name,
      entryPoint,
      startCommand: entryPoint === undefined ? undefined : `go run ${packageOf(folder, entryPoint)}`,
      testCommand: 'go test ./...',
      buildCommand: 'go build ./...',
      name: module,
      libraries,
      claims: [
        ...claim('packageManager', 'manifest', 'go'),
        ...claim('runtimeVersion', 'manifest', version, `go in ${manifest.path}`),
        ...claim('owner', 'manifest', owner, `module in ${manifest.path}`),
      ],
    },
    sources,
  );
}

/** The main.go at the top, the only one of `cmd/`, or the one that is named as the module or as a server; else they are several programs. */
function mainOf(
  folder: string,
  manifest: JudgedFile,
  module: string,
  sources: Sources,
): RepoPath | undefined {
  const below = folder === '' ? '' : `${folder}/`;
  const mains = sources
    .where(
      (path) =>
        path.startsWith(below) &&
        baseName(path) === 'main.go' &&
        /^(?:cmd\/(?:[\w.-]+\/){0,2})?main\.go$/.test(path.slice(below.length)),
    )
    .map(({ path }) => path);
  const [first, ...others] = mains;
  if (first === `${below}main.go` || others.length === 0) return first;
  const names = mains.map((path) => path.slice(0, path.lastIndexOf('/')));
  const servers = mains.filter((path) => /\/(?:server|api|web|http|httpd)\/main\.go$/.test(path));
  if (servers.length === 1) return servers[0];
  const own =
    module
      .replace(/\/v\d+$/, '')
      .split('/')
      .at(-1) ?? '';
  const named = mains.find((path) => path === `${below}cmd/${own}/main.go`);
  if (named !== undefined) return named;
  sources.doubt(`Entry point: ${manifest.path} has several programs: ${names.slice(0, 4).join(', ')}`);
  return undefined;
}

/** `./cmd/api`, or `.` for the top. */
function packageOf(folder: string, entryPoint: RepoPath): string {
  const path = entryPoint.slice(folder === '' ? 0 : folder.length + 1).replace(/\/?main\.go$/, '');
  return path === '' ? '.' : `./${path}`;
}
