/** Finds the whole Kubernetes manifests of a tree, and the pods inside of them. */
import type { JudgedFile, JudgedTree } from '../check.ts';
import { inChart } from './helm-charts.ts';
import { dig, isRecord, listOf, recordOf, scalarText, type PlainRecord } from './plain-data.ts';
import { baseName, folderOf } from './source-text.ts';
import { isPlainYaml, yamlDocuments, type Path, type YamlDocument } from './yaml-source.ts';

export interface Manifest {
  readonly file: JudgedFile;
  readonly document: YamlDocument;
  readonly data: PlainRecord;
  readonly kind: string;
  readonly apiVersion: string;
}

/** Configuration of tools that borrows Kubernetes' look but is never applied to a cluster, or needs no name. */
const NOT_APPLIED =
  /^(?:kustomize\.config\.k8s\.io|[\w.]+\.config\.k8s\.io|kind\.x-k8s\.io|k3d\.io|skaffold|audit\.k8s\.io|kubeadm\.k8s\.io|kubelet\.config|client\.authentication|helm\.toolkit|ctlptl\.dev|cli\.kyverno\.io)\b/;

const PATCH_LISTS = ['patches', 'patchesStrategicMerge', 'patchesJson6902'];

/** Files that kustomizations name as patches: parts of manifests, which hold only what they change. */
function patchFiles(tree: JudgedTree): ReadonlySet<string> {
  const patches = new Set<string>();
  for (const { file, data } of kustomizations(tree)) {
    for (const key of PATCH_LISTS) {
      for (const entry of listOf(data[key])) {
        const path = isRecord(entry) ? scalarText(entry.path) : scalarText(entry);
        if (path !== undefined && !path.includes('\n')) patches.add(joined(folderOf(file.path), path));
      }
    }
  }
  return patches;
}

interface Kustomization {
  readonly file: JudgedFile;
  readonly data: PlainRecord;
}

function kustomizations(tree: JudgedTree): readonly Kustomization[] {
  return [...tree.values()]
    .filter(({ path }) => /^kustomization(?:\.ya?ml)?$/i.test(baseName(path)))
    .map((file) => ({ file, data: recordOf(yamlDocuments(file)[0]?.value) }));
}

/** Images to which some kustomization gives a tag or digest. */
export function kustomizedImages(tree: JudgedTree): ReadonlySet<string> {
  const images = new Set<string>();
  for (const { data } of kustomizations(tree)) {
    for (const image of listOf(data.images)) {
      const { name, newTag, digest } = recordOf(image);
      if (scalarText(newTag ?? digest) !== undefined) images.add(scalarText(name) ?? '');
    }
  }
  return images;
}

/** A path relative to a folder, without `.` and `..`. */
export function joined(folder: string, path: string): string {
  const parts: string[] = [];
  for (const segment of [...folder.split('/'), ...path.split('/')]) {
    if (segment === '..') parts.pop();
    else if (segment !== '' && segment !== '.') parts.push(segment);
  }
  return parts.join('/');
}

/** Folders by which one tells that a YAML file is meant for a cluster although it lacks `kind` or `apiVersion`. */
const CLUSTER_FOLDER = /(?:^|\/)(?:kubernetes|k8s|manifests|kustomize)\//;

const looksApplied = (data: PlainRecord, path: string): boolean => {
  const { apiVersion, kind, metadata } = data;
  if (typeof apiVersion === 'string' && typeof kind === 'string') return true;
  return CLUSTER_FOLDER.test(path) && isRecord(metadata) && (apiVersion !== undefined || kind !== undefined);
};

const manifestsByTree = new WeakMap<JudgedTree, ReadonlyMap<JudgedFile, readonly Manifest[]>>();

/** The manifests of every file that has some; lists (`kind: List`) are taken apart by nobody here. */
export function manifestsOf(tree: JudgedTree): ReadonlyMap<JudgedFile, readonly Manifest[]> {
  const known = manifestsByTree.get(tree);
  if (known) return known;
  const patches = patchFiles(tree);
  const found = new Map<JudgedFile, readonly Manifest[]>();
  for (const file of tree.values()) {
    // Parsing is the dear part: a manifest has both words in its text.
    if (!isPlainYaml(file, tree) || patches.has(file.path) || file.path.startsWith('.github/')) continue;
    if (!file.content.includes('kind:') && !file.content.includes('apiVersion:')) continue;
    if (inChart(file.path, tree)) continue;
    const manifests = yamlDocuments(file)
      .map((document) => ({ file, document, data: recordOf(document.value) }))
      .filter(({ data }) => looksApplied(data, file.path) && data.$patch === undefined)
      .map((part) => ({
        ...part,
        kind: scalarText(part.data.kind) ?? '',
        apiVersion: scalarText(part.data.apiVersion) ?? '',
      }))
      // A controller's own configuration has a version and a kind, and no name.
      .filter(
        ({ apiVersion, kind, data }) =>
          !NOT_APPLIED.test(apiVersion) && !(data.metadata === undefined && /Config(?:uration)?$/.test(kind)),
      );
    if (manifests.length > 0) found.set(file, manifests);
  }
  manifestsByTree.set(tree, found);
  return found;
}

export interface Pod {
  readonly manifest: Manifest;
  readonly path: Path;
  readonly spec: PlainRecord;
  /** Whether it is to keep running, so that probes make sense. */
  readonly serves: boolean;
}

export interface Container {
  readonly path: Path;
  readonly data: PlainRecord;
  readonly name: string;
  readonly init: boolean;
}

const TEMPLATES: Readonly<Record<string, { readonly at: readonly string[]; readonly serves: boolean }>> = {
  Pod: { at: ['spec'], serves: true },
  Deployment: { at: ['spec', 'template', 'spec'], serves: true },
  StatefulSet: { at: ['spec', 'template', 'spec'], serves: true },
  DaemonSet: { at: ['spec', 'template', 'spec'], serves: true },
  ReplicaSet: { at: ['spec', 'template', 'spec'], serves: true },
  Rollout: { at: ['spec', 'template', 'spec'], serves: true },
  Job: { at: ['spec', 'template', 'spec'], serves: false },
  CronJob: { at: ['spec', 'jobTemplate', 'spec', 'template', 'spec'], serves: false },
  ScaledJob: { at: ['spec', 'jobTargetRef', 'template', 'spec'], serves: false },
};

const WORKLOAD_GROUPS = /^(?:v1|apps\/|batch\/|argoproj\.io\/|keda\.sh\/)/;

/** The pod that a manifest starts, if it starts one. */
export function podOf(manifest: Manifest): Pod | undefined {
  const template = Object.hasOwn(TEMPLATES, manifest.kind) ? TEMPLATES[manifest.kind] : undefined;
  if (!template || !WORKLOAD_GROUPS.test(manifest.apiVersion)) return undefined;
  const spec = dig(manifest.data, ...template.at);
  return isRecord(spec) ? { manifest, path: template.at, spec, serves: template.serves } : undefined;
}

export function containersOf({ spec, path }: Pod): readonly Container[] {
  return ['initContainers', 'containers'].flatMap((key) =>
    listOf(spec[key]).map((container, index) => {
      const data = recordOf(container);
      return {
        path: [...path, key, index],
        data,
        name: scalarText(data.name) ?? '',
        init: key === 'initContainers',
      };
    }),
  );
}
