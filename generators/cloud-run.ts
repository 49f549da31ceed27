/** Google Cloud Run: a service, a migration job, worker pools and jobs, and how a revision takes over by its tag. */
import { applicationOf } from '../src/component/application-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type ProjectNames, type Resources } from '../src/component/define.ts';
import { integer, matching, text } from '../src/component/fields.ts';
import { knownSlug } from '../src/component/project-fields.ts';
import { listenerFaults, smallestThatHolds, targetLayers, targetView } from '../src/component/target-view.ts';
import { literal } from '../src/render/view.ts';

const PROJECT = '^[a-z][a-z0-9-]{4,28}[a-z0-9]$';
const REGION = '^[a-z]+-[a-z]+[1-9][0-9]?$';
const NETWORK = '^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$';

/** Cloud Run's numbers of processors and the most memory that each can have (MiB). */
const SIZES = [
  { cpu: 1, from: 512, to: 4096 },
  { cpu: 2, from: 512, to: 8192 },
  { cpu: 4, from: 2048, to: 16_384 },
  { cpu: 6, from: 4096, to: 24_576 },
  { cpu: 8, from: 4096, to: 32_768 },
] as const;

function instanceSizeOf({ cpuLimitMillis, memoryLimitMb }: Resources) {
  const { size, isEnough } = smallestThatHolds(
    SIZES,
    ({ cpu, to }) => cpu * 1000 >= cpuLimitMillis && to >= memoryLimitMb,
  );
  return { cpu: size.cpu, memoryMb: Math.max(size.from, Math.min(memoryLimitMb, size.to)), isEnough };
}

/** Cloud Run pulls from Google's registries and Docker Hub; from others through a remote repository of Artifact Registry. */
const DIRECT = /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io|docker\.io)\//;

interface Place {
  readonly region: string;
  readonly project: string;
}

function pulledFrom(image: string, { region, project }: Place) {
  if (DIRECT.test(image)) return { image, upstream: undefined };
  const [host = '', ...path] = image.split('/');
  return {
    image: `${region}-docker.pkg.dev/${project}/upstream/${path.join('/')}`,
    upstream: `https://${host}`,
  };
}

/** A service account has 6 to 30 characters. */
const accountOf = ({ slug }: ProjectNames): string => `${slug.slice(0, 22).replace(/-+$/, '')}-runtime`;

/** A project of Google Cloud has 6 to 30 characters. */
const projectIdOf = (slug: string): string =>
  slug.length < 6 ? `${slug}-production` : slug.slice(0, 30).replace(/-+$/, '');

export default defineComponent({
  id: 'cloud-run',
  category: 'targets',
  description: 'Google Cloud Run: service, migration job, worker pools; revisions take over by tag',
  chosenByDefault: false,
  requires: ['delivery'],
  fields: {
    project: text('Google Cloud project', {
      help: 'The id of the project that production runs in; staging has one of its own.',
      default: (known) => projectIdOf(knownSlug(known)),
      maxLength: 30,
      ...matching(PROJECT, 'must be the id of a project: 6 to 30 lower-case letters, digits and hyphens'),
    }),
    region: text('Google Cloud region', {
      help: 'Where the service runs.',
      default: 'europe-west1',
      maxLength: 30,
      ...matching(REGION, 'must be a region of Google Cloud, such as europe-west1'),
    }),
    network: text('VPC network', {
      help: 'The network, and its subnetwork of the same name, through which it reaches the data services.',
      default: 'default',
      maxLength: 63,
      ...matching(NETWORK, 'must be the name of a network: lower-case letters, digits and hyphens'),
    }),
    minInstances: integer('Cloud Run instances, at least', {
      help: 'How many instances run when nobody calls.',
      default: 2,
      min: 1,
      max: 100,
    }),
    maxInstances: integer('Cloud Run instances, at most', {
      help: 'How many instances run under the highest load; each has its own connections to the database.',
      default: 10,
      min: 1,
      max: 1000,
    }),
  },
  faults: (_, project) => listenerFaults('cloud-run', project),
  layers: (_, project) => targetLayers(project),
  view: ({ project: projectId, region, network, minInstances, maxInstances }, project) => {
    const app = applicationOf(project);
    const size = instanceSizeOf(app.resources);
    const { image, upstream } = pulledFrom(project.image, { region, project: projectId });
    return {
      ...targetView(project, ['PORT']),
      pulledImage: literal(image),
      remote: upstream !== undefined,
      upstream: literal(upstream ?? ''),
      project: projectId,
      region,
      network,
      minInstances,
      // What runs always cannot be more than what may run.
      maxInstances: Math.max(minInstances, maxInstances),
      account: literal(`${accountOf(project.names)}@${projectId}.iam.gserviceaccount.com`),
      accountName: accountOf(project.names),
      cpu: size.cpu,
      memoryMb: size.memoryMb,
      tooSmall: !size.isEnough,
      longStop: app.stopSeconds > 10,
      stopSeconds: app.stopSeconds,
    };
  },
  contributes: () => [
    add.workflow('ci', 'ci/deploy.yml', { order: 91 }),
    add.readme('deployment', 'readme/deployment.md', { order: 41 }),
    add.readme('rollback', 'readme/rollback.md', { order: 41 }),
  ],
  samples: { default: {}, elsewhere: { project: 'acme-shop-42', region: 'us-central1', network: 'backend' } },
});
