/** Finds every application of a repository, and the one that the rest is built around where there is one. */
import type { RepoPath } from '../../tree/repo-path.ts';
import type { JudgedFile } from '../../verify/check.ts';
import { baseName, folderOf } from '../../verify/embedded/source-text.ts';
import { isDockerfile } from '../../verify/embedded/dockerfile-syntax.ts';
import type { Sources } from '../sources.ts';
import type { Application } from './application.ts';
import { isDotnetProject, readDotnet } from './dotnet.ts';
import { readGo } from './go.ts';
import { JVM_MANIFESTS, readJvm } from './jvm.ts';
import { readNode } from './node.ts';
import { readPhp } from './php.ts';
import { isRequirements, PYTHON_MANIFESTS, readPython } from './python.ts';
import { readRuby } from './ruby.ts';
import { readRust } from './rust.ts';

/** Folders that tools write, manifests included. */
const BUILT = /(?:^|\/)(?:dist|build|out|target|bin|obj|public|static|docs?|scripts|tools|templates?)\//;

type Read = (manifest: JudgedFile, sources: Sources) => Application | undefined;

/** All applications and libraries, the outermost first. */
export function findApplications(sources: Sources): readonly Application[] {
  const read = (manifests: readonly JudgedFile[], by: Read): readonly Application[] =>
    manifests.filter(({ path }) => !BUILT.test(path)).flatMap((manifest) => by(manifest, sources) ?? []);
  const found = [
    ...read(sources.named('package.json'), readNode),
    ...read(firstOfEachFolder(pythonManifests(sources)), readPython),
    ...read(sources.named('Cargo.toml'), readRust),
    ...read(sources.named('go.mod'), readGo),
    ...read(firstOfEachFolder(sources.named(...JVM_MANIFESTS)), readJvm),
    ...read(sources.named('Gemfile'), readRuby),
    ...read(sources.named('composer.json'), readPhp),
    ...read(sources.where(isDotnetProject), readDotnet),
  ];
  const depth = ({ facts }: Application): number =>
    facts.folder === '' ? 0 : facts.folder.split('/').length;
  return found.sort((a, b) => depth(a) - depth(b) || (a.facts.manifest < b.facts.manifest ? -1 : 1));
}

function pythonManifests(sources: Sources): readonly JudgedFile[] {
  const manifests = sources.named(...PYTHON_MANIFESTS);
  const rank = (path: RepoPath): number => PYTHON_MANIFESTS.findIndex((name) => name === baseName(path));
  const best = [...manifests].sort((a, b) => rank(a.path) - rank(b.path));
  const folders = new Set(best.map(({ path }) => folderOf(path)));
  // `requirements/base.txt` belongs to the folder above.
  const requirements = sources
    .where(isRequirements)
    .filter(({ path }) => /^requirements[^/]*\.txt$/.test(baseName(path)) && !folders.has(folderOf(path)));
  const plain = [...requirements].sort((a, b) => a.path.length - b.path.length);
  return [...best, ...plain];
}

/** The first manifest that each folder has. */
function firstOfEachFolder(manifests: readonly JudgedFile[]): readonly JudgedFile[] {
  const seen = new Set<string>();
  return manifests.filter(({ path }) => {
    const folder = folderOf(path);
    if (seen.has(folder)) return false;
    seen.add(folder);
    return true;
  });
}

/**
 * The application that the repository is about: the only one that runs; of several the one with a framework beside tools, the
 * server beside what it serves in its own folder, the only one with a Dockerfile of its own. More are a doubt, and none is chosen.
 */
export function primaryOf(applications: readonly Application[], sources: Sources): Application | undefined {
  const running = applications.filter(({ facts }) => facts.kind !== 'library');
  if (running.length === 0) return applications.find(({ facts }) => facts.folder === '');
  const servers = running.filter(({ facts }) => facts.kind === 'server');
  const alone = running.filter(
    ({ facts }) => facts.kind === 'server' || !servers.some((server) => server.facts.folder === facts.folder),
  );
  const withFramework = alone.filter(({ facts }) => facts.framework !== undefined);
  const candidates = withFramework.length > 0 ? withFramework : alone;
  if (candidates.length === 1) return candidates[0];
  const withImage = candidates.filter(({ facts }) =>
    sources.paths.some((path) => isDockerfile(path) && folderOf(path) === facts.folder),
  );
  if (withImage.length === 1) return withImage[0];
  sources.doubt(
    `Application: there is more than one: ${candidates
      .slice(0, 5)
      .map(({ facts }) => `${facts.framework ?? facts.language} (${facts.manifest})`)
      .join(', ')}`,
  );
  return undefined;
}
