/** How much it is made for, what bounds it, how that is measured and what is turned first: figures of the options chosen. */
import { applicationOf, isOurApplication } from '../src/component/application-view.ts';
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { hasAccounts, hasCluster, hasWorkflows } from '../src/component/operations-view.ts';
import { literal } from '../src/render/view.ts';

const figure = (project: Project, component: string, field: string): number =>
  project.has(component) ? Number(project.answer(`${component}.${field}`)) : 0;

/** Replicas of the service: on one machine, and in a cluster at least and at most. */
function replicasOf(project: Project) {
  const least = figure(project, 'kustomize', 'replicas');
  const [fewest, most] = project.has('kustomize')
    ? [least, least + figure(project, 'kustomize', 'burstReplicas')]
    : [figure(project, 'helm', 'minReplicas'), figure(project, 'helm', 'maxReplicas')];
  return { onOneMachine: figure(project, 'compose', 'replicas'), fewest, most };
}

/** Replicas of the worker in a cluster. */
const replicasOfWorkers = (project: Project): number =>
  figure(project, project.has('kustomize') ? 'kustomize' : 'helm', 'workerReplicas');

export default defineComponent({
  id: 'performance',
  category: 'operations',
  description:
    'docs/PERFORMANCE.md: what it is made for, what bounds it, how to measure and what to turn first',
  chosenByDefault: false,
  fields: {},
  view: (_, project) => {
    const { resources, metricsPath, stopSeconds } = applicationOf(project);
    return {
      ...replicasOf(project),
      stopSeconds,
      cpuLimit: String(resources.cpuLimitMillis / 1000),
      cpuRequest: String(resources.cpuRequestMillis / 1000),
      memoryLimitMb: resources.memoryLimitMb,
      memoryRequestMb: resources.memoryRequestMb,
      connections: figure(project, 'postgres', 'maxConnections'),
      cacheMb: figure(project, 'redis', 'maxMemoryMb'),
      eviction: project.has('redis') ? String(project.answer('redis.eviction')) : '',
      requestsPerMinute: figure(project, 'nginx', 'requestsPerMinute'),
      authRequestsPerMinute: figure(project, 'nginx', 'authRequestsPerMinute'),
      inCluster: hasCluster(project),
      asUser: literal(hasAccounts(project) ? ', as the user of `ACCESS_TOKEN`' : ''),
      testCommand: literal(
        project.has('make')
          ? 'make test'
          : '.venv/bin/python scripts/with_env.py .env .venv/bin/python -m pytest tests/performance',
      ),
      isFastapi: project.stack === 'fastapi',
      isNode: project.stack === 'node',
      workflows: hasWorkflows(project),
      workers: literal(hasCluster(project) ? `, of which a cluster has ${replicasOfWorkers(project)}` : ''),
      metricsPath: metricsPath ?? '',
    };
  },
  contributes: (_, project) => [
    open.readme('performance', 'docs/PERFORMANCE.md'),
    add.readme('performance', 'figures.md', { order: 0 }),
    ...(isOurApplication(project) ? [add.readme('performance', 'measuring.md', { order: 20 })] : []),
    add.readme('performance', 'tuning.md', { order: 30 }),
  ],
  documents: () => [
    {
      path: 'docs/PERFORMANCE.md',
      title: 'Performance',
      tells: 'what it is made for, what bounds it, how to measure it, what to turn first',
    },
  ],
  samples: { default: {} },
});
