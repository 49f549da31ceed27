/** How a version gets into production: what is the same everywhere; each place has a section of its own. */
import { applicationOf, jobView, processView } from '../src/component/application-view.ts';
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { operationsView } from '../src/component/operations-view.ts';
import { TARGETS } from '../src/component/target-view.ts';
import { literal } from '../src/render/view.ts';

/** The ways of this repository, with the heading that each section has. */
const WAYS = [
  ['compose', 'Docker Compose', 'one machine with Docker'],
  ['kustomize', 'Kubernetes', 'a cluster, by kustomize'],
  ...Object.entries(TARGETS).map(
    ([id, { name, provider }]) => [id, name, `managed containers on ${provider}`] as const,
  ),
  ['delivery', 'How a commit is delivered', 'the pipeline that publishes images and deploys them'],
] as const;

const waysOf = (project: Project) => WAYS.filter(([id]) => project.has(id));

/** The field takes names of stages alone. */
const stageOption = (target: string): string => (target === '' ? '' : ` --target ${target}`);

export default defineComponent({
  id: 'deployment-guide',
  category: 'operations',
  description:
    'DEPLOYMENT.md: what is needed, settings and secrets, the way to each place, what to look at after',
  chosenByDefault: false,
  fields: {},
  view: (_, project) => ({
    ...operationsView(project),
    ways: waysOf(project).map(([, title, is]) => ({ title: literal(title), is: literal(is) })),
    askable: project.stack === 'fastapi' && project.has('runbooks'),
    hasWays: waysOf(project).length > 0,
    settings: applicationOf(project).settings.map(({ name, value }) => ({
      name,
      value: literal(value),
    })),
    secrets: applicationOf(project).secrets.map(({ name, is }) => ({ name, is: literal(is) })),
    hasSecrets: applicationOf(project).secrets.length > 0,
    asProcess: project.stack === 'fastapi' && waysOf(project).length === 0,
    asContainer: project.stack === 'none' && waysOf(project).length === 0 && project.has('docker'),
    workers: applicationOf(project).workers.map(processView),
    jobs: applicationOf(project).jobs.map(jobView),
    hasProcesses: applicationOf(project).workers.length + applicationOf(project).jobs.length > 0,
    ...(project.has('docker') && { dockerfile: String(project.answer('docker.file')) }),
    ofStage: literal(stageOption(applicationOf(project).productionTarget)),
  }),
  contributes: () => [
    open.readme('deployment', 'DEPLOYMENT.md'),
    add.readme('deployment', 'opening.md', { order: 0 }),
    add.readme('deployment', 'configuration.md', { order: 10 }),
    add.readme('deployment', 'process.md', { order: 15 }),
    add.readme('deployment', 'zero-downtime.md', { order: 80 }),
    add.readme('deployment', 'verification.md', { order: 90 }),
  ],
  documents: () => [
    {
      path: 'DEPLOYMENT.md',
      title: 'Deployment',
      tells: 'what has to be there, settings and secrets, and the commands of each place',
    },
  ],
  samples: { default: {} },
});
