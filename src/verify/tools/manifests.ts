/** What tools for Kubernetes judge: kustomizations and charts as they render, and the manifests that belong to none as they stand. */
import { posix } from 'node:path';
import type { RepoPath } from '../../tree/repo-path.ts';
import { chooseCharts, isChart, RENDER_OPTIONS, withChart } from './charts.ts';
import { chartTemplateFolders, isYaml } from './file-kinds.ts';
import {
  argumentFor,
  quote,
  ToolFailure,
  ToolMissing,
  type Judging,
  type ReadText,
  type ToolOutput,
} from './tool.ts';

/** What `chooseManifests` gives that has to be rendered first. */
export const isKustomization = (path: RepoPath): boolean => /(?:^|\/)kustomization\.ya?ml$/.test(path);

/** What another kustomization is made of, or a part that only others use, is judged with them. */
const COMPONENT = /^kind:\s*Component\s*$/m;
const LIST_ITEM = /^\s*-\s+["']?([^\s"'#]+)/gm;

const folderOf = (path: string): string => posix.dirname(path);

/** Configuration of programs, which borrows the look of a manifest. */
const NOT_APPLIED = /^apiVersion:\s*["']?(?:[\w.]*config\.k8s\.io|kind\.x-k8s\.io|k3d\.io|skaffold|kubeadm)/m;
/** Cloud Run's resources have the form of Knative's and of its own groups, and no cluster takes them (cloud.google.com/run/docs/reference/yaml/v1). */
const OF_CLOUD_RUN = /\brun\.googleapis\.com\//;

const isManifest = (text: string): boolean =>
  /^apiVersion:/m.test(text) &&
  /^kind:/m.test(text) &&
  /^metadata:/m.test(text) &&
  !NOT_APPLIED.test(text) &&
  !OF_CLOUD_RUN.test(text);

/** Whether a path stands for manifests that have to be rendered first. */
export const isRendered = (path: RepoPath): boolean => isKustomization(path) || isChart(path);

/** The kustomizations that nobody builds on, the charts, and the manifests outside of all of them. */
export function chooseManifests(paths: readonly RepoPath[], read: ReadText): readonly RepoPath[] {
  const kustomizations = paths.filter(isKustomization);
  const used = new Set(
    kustomizations.flatMap((path) =>
      [...read(path).matchAll(LIST_ITEM)].map(([, item = '']) => posix.join(folderOf(path), item)),
    ),
  );
  const folders = kustomizations.map((path) => (folderOf(path) === '.' ? '' : `${folderOf(path)}/`));
  const apart = [...folders, ...chartTemplateFolders(paths), '.github/'];
  const built = kustomizations.filter((path) => !used.has(folderOf(path)) && !COMPONENT.test(read(path)));
  const plain = paths.filter(
    (path) => isYaml(path) && !apart.some((folder) => path.startsWith(folder)) && isManifest(read(path)),
  );
  return [...built, ...chooseCharts(paths, read), ...plain];
}

/** The manifests that a path stands for, or why it does not render. */
export type Rendering = {
  /** The file that a finding is about: a chart's values, or the path itself. */
  readonly path: RepoPath;
} & ({ readonly manifests: string } | { readonly fault: string; readonly rule: string });

/**
 * @param path one of those that `chooseManifests` gave
 * @returns one rendering, and of a chart one for each of its files of values
 * @throws ToolMissing when there is nothing to render it with
 */
export async function renderManifests(judging: Judging, path: RepoPath): Promise<readonly Rendering[]> {
  if (isKustomization(path)) return [await buildKustomization(judging, path)];
  if (!isChart(path)) return [{ path, manifests: judging.read(path) }];
  return withChart(judging, path, async ({ folder, values }) => {
    const renderings: Rendering[] = [];
    for (const one of values) {
      const args = ['template', 'release', folder, ...RENDER_OPTIONS, ...one.options];
      const output = await judging.call(args, { command: 'helm' });
      renderings.push({ path: one.path, ...outcomeOf(output, one.path, 'helm-template') });
    }
    return renderings;
  });
}

async function buildKustomization({ call }: Judging, path: RepoPath): Promise<Rendering> {
  const folder = argumentFor(folderOf(path) as RepoPath);
  const output = await call(['kustomize', folder], { command: 'kubectl' }).catch((error: unknown) => {
    if (error instanceof ToolMissing) return call(['build', folder], { command: 'kustomize' });
    throw error;
  });
  return { path, ...outcomeOf(output, path, 'kustomize-build') };
}

function outcomeOf(output: ToolOutput, path: RepoPath, rule: string) {
  if (output.exitCode !== 0) {
    if (output.stderr.trim() === '') throw new ToolFailure(`could not render ${path}, and was not told why`);
    return { fault: quote(output.stderr).slice(2), rule };
  }
  if (output.stdout.trim() === '') throw new ToolFailure(`did not say what ${path} renders`);
  return { manifests: output.stdout };
}
