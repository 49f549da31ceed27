/**
 * Stands in for nodes: a pod of a Job succeeds, every other pod runs and is ready. A pod that has to await its migrations gets
 * ready only after the Job of its version has succeeded, as its init container sees to.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';

/** What it looks at of a pod. */
export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly creationTimestamp: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec: {
    readonly initContainers?: readonly { readonly name: string; readonly image: string }[];
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status?: { readonly phase?: string };
}

export interface Kubelet {
  /** Pods of Jobs whose names match fail from now on. */
  failing: RegExp;
  /** Pods whose names match never get ready from now on. */
  stuck: RegExp;
  /** The pods that began to run, `namespace/name`, in their order. */
  readonly begun: readonly string[];
  readonly end: () => Promise<void>;
}

export const NONE = /^$/;

/** Begins to play the nodes of a cluster. */
export function startKubelet(cluster: Cluster): Kubelet {
  const begun: string[] = [];
  const stop = new AbortController();
  const kubelet = {
    failing: NONE,
    stuck: NONE,
    begun,
    end: async (): Promise<void> => {
      stop.abort();
      await loop;
    },
  };
  const play = async (): Promise<void> => {
    const { items } = (await cluster.ask('GET', '/api/v1/pods')) as { items: readonly PodObject[] };
    for (const pod of items) {
      if ((pod.status?.phase ?? 'Pending') !== 'Pending' || !mayBegin(pod, items, kubelet)) continue;
      const { namespace, name } = pod.metadata;
      begun.push(`${namespace}/${name}`);
      await cluster
        .ask('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, statusOf(pod, kubelet))
        // It may be gone by now.
        .catch(() => undefined);
    }
  };
  const loop = (async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await play();
      await sleep(200);
    }
  })();
  return kubelet;
}

function mayBegin(pod: PodObject, all: readonly PodObject[], { stuck }: Kubelet): boolean {
  if (stuck.test(pod.metadata.name)) return false;
  const awaiting = pod.spec.initContainers?.find(({ name }) => name === 'await-migrations');
  if (!awaiting) return true;
  const job = `migrate-${awaiting.image.split(':').at(-1) ?? ''}`;
  return all.some(
    ({ metadata, status }) =>
      metadata.namespace === pod.metadata.namespace &&
      status?.phase === 'Succeeded' &&
      metadata.ownerReferences?.some(({ kind, name }) => kind === 'Job' && name === job),
  );
}

function statusOf({ metadata, spec }: PodObject, { failing }: Kubelet): unknown {
  const isOfJob = metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true;
  const phase = !isOfJob ? 'Running' : failing.test(metadata.name) ? 'Failed' : 'Succeeded';
  const runs = phase === 'Running';
  const at = metadata.creationTimestamp;
  const ended = { terminated: { exitCode: phase === 'Failed' ? 1 : 0, startedAt: at, finishedAt: at } };
  return {
    status: {
      phase,
      startTime: at,
      podIP: '10.1.0.1',
      podIPs: [{ ip: '10.1.0.1' }],
      conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
        type,
        status: runs || type === 'PodScheduled' ? 'True' : 'False',
        lastTransitionTime: at,
      })),
      containerStatuses: spec.containers.map(({ name, image }) => ({
        name,
        image,
        imageID: image,
        ready: runs,
        started: runs,
        restartCount: 0,
        state: runs ? { running: { startedAt: at } } : ended,
      })),
    },
  };
}
