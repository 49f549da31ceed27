/** What `make deploy` calls: the way that rolls a version out, and how documents say so. */
import { productionStackOf } from './application-view.ts';
import type { Project } from './define.ts';
import { targetsOf } from './target-view.ts';

export interface DeployWay {
  readonly environments: readonly string[];
  /** Lines of a recipe; `$(ENV)` is one of the environments by then. */
  readonly recipe: readonly string[];
  /** Whether `TAG` names the version; on one machine `.env` does. */
  readonly takesTag: boolean;
  /** As a sentence has it: "rolls out …". */
  readonly by: string;
}

const CLUSTER_ENVIRONMENTS = ['staging', 'production'];

/** The first of these that the repository has: a cluster before a managed platform, and one machine last. */
export function deployWayOf(project: Project): DeployWay | undefined {
  const [target] = targetsOf(project);
  if (project.has('helm'))
    return {
      environments: CLUSTER_ENVIRONMENTS,
      recipe: ["scripts/deploy-helm.sh '$(ENV)' $(TAG)"],
      takesTag: true,
      by: 'by the Helm chart',
    };
  if (project.has('kustomize'))
    return {
      environments: ['dev', ...CLUSTER_ENVIRONMENTS],
      recipe: ["scripts/deploy-kubernetes.sh '$(ENV)' $(TAG)"],
      takesTag: true,
      by: 'on Kubernetes',
    };
  if (project.has('delivery') && target !== undefined)
    return {
      environments: CLUSTER_ENVIRONMENTS,
      recipe: [`scripts/deploy-blue-green.sh $(or $(TARGET),${target}) '$(ENV)' '$(TAG)'`],
      takesTag: true,
      by: `on TARGET (${target} unless it is set)`,
    };
  const stack = productionStackOf(project);
  if (project.has('compose'))
    return {
      environments: ['production'],
      recipe: project.has('nginx')
        ? ['scripts/deploy-compose.sh']
        : [`${stack} pull`, `${stack} up --detach --wait --no-build`],
      takesTag: false,
      by: 'on this machine',
    };
  return undefined;
}

/** What is typed to deploy to production, which every way has. */
export const makeDeploy = ({ takesTag }: DeployWay): string =>
  `make deploy ENV=production${takesTag ? ' TAG=1.4.0' : ''}`;
