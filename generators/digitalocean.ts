/** DigitalOcean App Platform: one spec for the service, its workers, its jobs and the migrations before each of them. */
import { applicationOf } from '../src/component/application-view.ts';
import { add, open, type Contribution } from '../src/component/contribution.ts';
import { defineComponent, type Project, type ProjectNames, type Resources } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { smallestThatHolds, targetLayers, targetView } from '../src/component/target-view.ts';
import { literal } from '../src/render/view.ts';

/** Instance sizes that can be scaled to several, cheapest first: shared processors, then dedicated ones. */
const SIZES = [
  { slug: 'apps-s-1vcpu-1gb', cpu: 1, memoryMb: 1024 },
  { slug: 'apps-s-1vcpu-2gb', cpu: 1, memoryMb: 2048 },
  { slug: 'apps-s-2vcpu-4gb', cpu: 2, memoryMb: 4096 },
  { slug: 'apps-d-1vcpu-4gb', cpu: 1, memoryMb: 4096 },
  { slug: 'apps-d-2vcpu-8gb', cpu: 2, memoryMb: 8192 },
  { slug: 'apps-d-4vcpu-8gb', cpu: 4, memoryMb: 8192 },
  { slug: 'apps-d-4vcpu-16gb', cpu: 4, memoryMb: 16_384 },
  { slug: 'apps-d-8vcpu-32gb', cpu: 8, memoryMb: 32_768 },
] as const;

/** What App Platform sets by itself. */
const RESERVED = ['PORT'];

/** Networks of Cloudflare, which App Platform stands behind (https://www.cloudflare.com/ips/). */
const CLOUDFLARE = [
  '103.21.244.0/22,103.22.200.0/22,103.31.4.0/22,104.16.0.0/13,104.24.0.0/14,108.162.192.0/18,131.0.72.0/22,141.101.64.0/18',
  '162.158.0.0/15,172.64.0.0/13,173.245.48.0/20,188.114.96.0/20,190.93.240.0/20,197.234.240.0/22,198.41.128.0/17',
  '2400:cb00::/32,2405:8100::/32,2405:b500::/32,2606:4700::/32,2803:f800::/32,2a06:98c0::/29,2c0f:f248::/32',
];

/** A folded scalar with a note beside it. */
const foldedProxies = (networks: string): string =>
  [
    '>- # private networks, and those of Cloudflare, which App Platform stands behind',
    [networks, ...CLOUDFLARE].join(',\n      '),
  ].join('\n      ');

function instanceSizeOf({ cpuLimitMillis, memoryLimitMb }: Resources) {
  const { size, isEnough } = smallestThatHolds(
    SIZES,
    ({ cpu, memoryMb }) => cpu * 1000 >= cpuLimitMillis && memoryMb >= memoryLimitMb,
  );
  return { slug: size.slug, isEnough };
}

function sizeNote({ cpuLimitMillis, memoryLimitMb }: Resources, { isEnough }: { isEnough: boolean }) {
  const asked = `${cpuLimitMillis / 1000} processors and ${memoryLimitMb} MiB`;
  return literal(
    isEnough
      ? `The size of an instance is the smallest that grants ${asked}.`
      : `The size of an instance is the largest there is, and less than ${asked}.`,
  );
}

/** An app has a name of 2 to 32 characters. */
const appNameOf = ({ slug }: ProjectNames): string =>
  slug.length < 2 ? `${slug}-app` : slug.slice(0, 32).replace(/-+$/, '');

/** What the app has beside its service; of two routes the one that says more comes first. */
const processFragments = (project: Project): readonly Contribution[] => {
  const layers = targetLayers(project);
  return [
    ...(layers.includes('listeners') ? [add.appSpec('app', 'app/routes.yml', { order: 10 })] : []),
    ...['listeners', 'workers', 'migrate', 'jobs']
      .filter((layer) => layers.includes(layer))
      .map((layer, index) => add.appSpec('app', `app/${layer}.yml`, { order: 30 + index })),
  ];
};

export default defineComponent({
  id: 'digitalocean',
  category: 'targets',
  description:
    'DigitalOcean App Platform: an app spec with migrations before and a way back after each deployment',
  chosenByDefault: false,
  requires: ['delivery'],
  fields: {
    region: choice(
      'DigitalOcean region',
      ['ams', 'atl', 'blr', 'fra', 'lon', 'nyc', 'sfo', 'sgp', 'syd', 'tor'],
      { help: 'Where the app runs.', default: 'fra' },
    ),
    replicas: integer('App Platform instances', {
      help: 'How many instances of the application run on App Platform.',
      default: 2,
      min: 1,
      max: 250,
    }),
  },
  view: ({ region, replicas }, project) => {
    const app = applicationOf(project);
    const size = instanceSizeOf(app.resources);
    return {
      ...targetView(project, RESERVED),
      settings: app.settings
        .filter(({ name }) => !RESERVED.includes(name))
        .map(({ name, value }) => ({
          name,
          value: literal(name === app.trustedProxiesSetting ? foldedProxies(value) : JSON.stringify(value)),
        })),
      region,
      replicas,
      appName: appNameOf(project.names),
      instanceSize: size.slug,
      sizeNote: sizeNote(app.resources, size),
      // App Platform kills after ten minutes at the latest.
      stopSeconds: Math.min(app.stopSeconds, 600),
    };
  },
  contributes: (_, project) => [
    open.appSpec('app', '.do/app.yaml'),
    add.appSpec('app', 'app/app.yml', { order: 0 }),
    add.appSpec('app', 'app/service.yml', { order: 20 }),
    ...processFragments(project),
    add.workflow('ci', 'ci/deploy.yml', { order: 93 }),
    add.readme('deployment', 'readme/deployment.md', { order: 43 }),
    add.readme('rollback', 'readme/rollback.md', { order: 43 }),
  ],
  samples: { default: {}, elsewhere: { region: 'nyc', replicas: 1 } },
});
