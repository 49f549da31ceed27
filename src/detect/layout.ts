/** Where a repository keeps each kind of file: its own habits, which new files follow. */
import type { RepoPath } from '../tree/repo-path.ts';
import type { JudgedFile } from '../verify/check.ts';
import { isComposeFile, purposeOf } from '../verify/embedded/compose-stack.ts';
import { folderOf } from '../verify/embedded/source-text.ts';
import { given } from './applications/application.ts';
import { chartFiles, kustomizationFiles } from './cluster-files.ts';
import type { Layout } from './detection.ts';
import type { ImageFile } from './dockerfiles.ts';
import { isOfEditor, type Sources } from './sources.ts';

/** Folders that divide what lies in them, and are not the place itself. */
const DIVISIONS =
  /^(?:base|overlays?|environments?|envs?|modules|stacks|live|components|apps|production|prod|staging|stage|development|dev)$/;

/** @param images Dockerfiles of the application */
export function layoutOf(
  sources: Sources,
  images: readonly ImageFile[],
  manifests: readonly JudgedFile[],
): Layout {
  const compose = sources.where((path) => isComposeFile(path) && !isOfEditor(path)).map(({ path }) => path);
  const bases = compose.filter((path) => purposeOf(path) === undefined);
  const outer = bases.filter((path) => folderOf(path) === '');
  const cluster = [...kustomizationFiles(sources), ...manifests].map(({ path }) => path);
  const terraform = terraformPaths(sources);
  return {
    ...given('dockerfile', onlyOf(images.map(({ path }) => path))),
    ...given('compose', onlyOf(outer.length > 0 ? outer : bases, sources, 'Compose file')),
    composeOverlays: compose.filter((path) => purposeOf(path) !== undefined),
    ...given('kubernetes', commonFolder(cluster, 'Manifests', sources)),
    ...given('chart', onlyOf(chartFiles(sources).map(({ path }) => folderOf(path)))),
    ...given('terraform', commonFolder(terraform, 'Terraform', sources)),
    ...given(
      'workflows',
      sources.paths.some((path) => path.startsWith('.github/workflows/')) ? '.github/workflows' : undefined,
    ),
    ...given('nginx', onlyOf(nginxPaths(sources).map(folderOf))),
    ...given('monitoring', commonFolder(monitoringPaths(sources), undefined, sources)),
    ...given(
      'scripts',
      firstFolder(sources, ['scripts', 'script', 'hack', 'bin'], /\.(?:sh|bash|py|rb|js|ts|mjs)$|\/[^./]+$/),
    ),
    ...given('docs', firstFolder(sources, ['docs', 'doc', 'documentation'], /\.(?:md|mdx|rst|adoc)$/)),
    ...given('tests', testFolder(sources)),
  };
}

/** A module that somebody downloaded is in a folder that is passed over. */
export const terraformPaths = (sources: Sources): readonly RepoPath[] =>
  sources.paths.filter((path) => /\.tf(?:\.json)?$/.test(path));

export const nginxPaths = (sources: Sources): readonly RepoPath[] =>
  sources.paths.filter((path) =>
    /(?:^|\/)nginx(?:\.[\w-]+)?\.conf(?:\.template)?$|(?:^|\/)nginx\/[^/]+\.conf(?:\.template)?$/.test(path),
  );

export const monitoringPaths = (sources: Sources): readonly RepoPath[] =>
  sources.paths.filter((path) => /(?:^|\/)(?:prometheus|alertmanager)\.ya?ml$/.test(path));

const onlyOf = <Path extends string>(
  paths: readonly Path[],
  sources?: Sources,
  what?: string,
): Path | undefined => {
  const [only, ...others] = new Set(paths);
  if (others.length === 0) return only;
  if (what !== undefined) {
    const some = [only ?? '', ...others].slice(0, 4).map((path) => path || 'the root');
    sources?.doubt(`${what}: there are ${some.join(' and ')}`);
  }
  return undefined;
};

/** The folder that all the paths lie in, without the folders that only divide; files at several places are a doubt. */
function commonFolder(
  paths: readonly RepoPath[],
  what: string | undefined,
  sources: Sources,
): string | undefined {
  if (paths.length === 0) return undefined;
  const places = [...new Set(paths.map((path) => placeOf(folderOf(path))))].sort();
  // `k8s` holds `k8s/jobs`.
  const outer = places.filter(
    (place) => !places.some((other) => other !== place && (other === '' || place.startsWith(`${other}/`))),
  );
  if (outer.length === 1) return outer[0];
  const parents = [...new Set(outer.map(folderOf))];
  // Neighbours of one parent: `deploy/jobs` and `deploy/web`, but not two folders at the top.
  if (parents.length === 1 && parents[0] !== '') return parents[0];
  return onlyOf(outer, sources, what);
}

function placeOf(folder: string): string {
  const segments = folder.split('/');
  const division = segments.findIndex((segment, index) => index > 0 && DIVISIONS.test(segment));
  return (division < 0 ? segments : segments.slice(0, division)).join('/');
}

const firstFolder = (sources: Sources, names: readonly string[], holds: RegExp): string | undefined =>
  names.find((name) => sources.paths.some((path) => path.startsWith(`${name}/`) && holds.test(path)));

/** Tests are of no use to all else here, so that they are among the paths that are passed over. */
function testFolder(sources: Sources): string | undefined {
  for (const name of ['tests', 'test', 'spec', '__tests__']) {
    for (const path of sources.tree.keys()) if (path.startsWith(`${name}/`)) return name;
  }
  return undefined;
}
