/** Images of pods, wherever a manifest has them: workloads, Cloud Run, Argo, Tekton, Azure container groups. */
import type { Reference } from '../reference.ts';
import {
  eachMap,
  itemsOf,
  nodeAt,
  plainAt,
  type YamlNode,
  type YamlRoot,
  type YamlText,
} from '../yaml-places.ts';
import { imageAt } from './image-text.ts';

/** Lists of containers (Kubernetes API, PodSpec; Argo Workflows: sidecars). */
const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers', 'sidecars'] as const;
/** Single containers of an Argo Workflow's template. */
const SINGLE_CONTAINERS = ['container', 'script'] as const;

/** Whether a document is meant for a cluster, or is a container group of Azure. */
export const isManifest = ({ root }: YamlRoot): boolean => {
  const apiVersion = plainAt(nodeAt(root, 'apiVersion'));
  const kind = plainAt(nodeAt(root, 'kind')) ?? plainAt(nodeAt(root, 'type'));
  return apiVersion !== undefined && kind !== undefined;
};

export const kubernetesReferences = ({ text, documents }: YamlText): readonly Reference[] =>
  documents.filter(isManifest).flatMap(({ root }) => {
    const found: Reference[] = [];
    const workloadOf = nearestWorkload(root);
    eachMap(root, (map) => {
      for (const key of CONTAINER_LISTS) {
        for (const container of itemsOf(nodeAt(map, key))) {
          const workload = workloadOf(container);
          // Azure keeps what is said of a container one level deeper.
          const image = nodeAt(container, 'image') ?? nodeAt(container, 'properties', 'image');
          found.push(...imageAt(image, text, { ...(workload && { workload }) }));
        }
      }
      for (const key of SINGLE_CONTAINERS) found.push(...imageAt(nodeAt(map, key, 'image'), text));
      if (/^(?:Task|ClusterTask|Pipeline|TaskRun|PipelineRun)$/.test(plainAt(nodeAt(root, 'kind')) ?? '')) {
        for (const step of itemsOf(nodeAt(map, 'steps'))) found.push(...imageAt(nodeAt(step, 'image'), text));
      }
      // Volumes of an image (Kubernetes API, ImageVolumeSource).
      for (const volume of itemsOf(nodeAt(map, 'volumes')))
        found.push(...imageAt(nodeAt(volume, 'image', 'reference'), text));
    });
    return found;
  });

/** Says of a container which object it belongs to, by the document's own kind and name. */
function nearestWorkload(root: YamlNode) {
  const kind = plainAt(nodeAt(root, 'kind'));
  const name = plainAt(nodeAt(root, 'metadata', 'name'));
  return (node: YamlNode) => {
    const container = plainAt(nodeAt(node, 'name'));
    return kind === undefined || name === undefined || container === undefined
      ? undefined
      : { kind, name, container };
  };
}
