/** PostgreSQL: a role for the application that is no superuser, passwords by SCRAM, no root. */
import { readsServicePasswords } from '../src/component/application-view.ts';
import { accountOf, composeResources, postgresDataFolderOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';
import { literal } from '../src/render/view.ts';
import { resourcesOf, serviceResourceFields } from '../src/component/resource-fields.ts';

/** Whole gigabytes where they are, as the server's own documentation writes them. */
const megabytes = (size: number): string => (size % 1024 === 0 ? `${size / 1024}GB` : `${size}MB`);

const between = (least: number, value: number, most: number): number =>
  Math.min(most, Math.max(least, Math.floor(value)));

/** What is kept beside the shared buffers: files in the kernel's cache, and what each connection sorts in. */
const largestSharedBuffersOf = (memoryLimitMb: number): number => Math.floor(memoryLimitMb / 2);

/** What follows from the memory that the database has. */
function tuningOf(memoryLimitMb: number, sharedBuffersMb: number, maxConnections: number) {
  return {
    sharedBuffers: literal(megabytes(sharedBuffersMb)),
    effectiveCacheSize: literal(megabytes(Math.floor(memoryLimitMb / 2))),
    // Two sorts in every connection still fit.
    workMem: literal(megabytes(between(1, (memoryLimitMb - sharedBuffersMb) / (2 * maxConnections), 64))),
    maintenanceWorkMem: literal(megabytes(between(16, memoryLimitMb / 32, 1024))),
  };
}

export default defineComponent({
  id: 'postgres',
  category: 'data',
  description: 'PostgreSQL: tuned, the application is no superuser, passwords by SCRAM',
  chosenByDefault: true,
  fields: {
    version: choice('PostgreSQL version', versionsOf('postgres'), {
      help: 'The major version of the database.',
      default: '17',
    }),
    maxConnections: integer('Database connections', {
      help: 'How many connections the production database accepts, over all workers and replicas.',
      default: 200,
      min: 20,
      max: 1000,
    }),
    ...serviceResourceFields('PostgreSQL', { cpuLimit: 2, memoryLimitMb: 2048 }),
    sharedBuffersMb: integer('Shared buffers (MB)', {
      help: 'How much memory PostgreSQL caches its pages in; at most half of its limit.',
      default: (known) => between(16, Number(known.get('postgres.memoryLimitMb') ?? 2048) / 8, 65_536),
      min: 16,
      max: 65_536,
    }),
  },
  layers: (_, project) => (project.has('compose') ? ['compose'] : []),
  faults: ({ memoryLimitMb, sharedBuffersMb }) =>
    sharedBuffersMb <= largestSharedBuffersOf(memoryLimitMb)
      ? []
      : [
          {
            id: 'memory-too-small',
            message: `${sharedBuffersMb} MB of shared buffers do not fit in the ${memoryLimitMb} MB that PostgreSQL may use`,
            where: 'postgres.sharedBuffersMb',
            hint: `--postgres-shared-buffers-mb ${largestSharedBuffersOf(memoryLimitMb)} or less, or a larger --postgres-memory-limit-mb`,
          },
        ],
  view: ({ version, maxConnections, cpuLimit, memoryLimitMb, sharedBuffersMb }, { names }) => ({
    version,
    maxConnections,
    account: accountOf(names),
    dataFolder: postgresDataFolderOf(version),
    resources: composeResources(resourcesOf({ cpuLimit, memoryLimitMb })),
    sharedBuffersMb,
    ...tuningOf(memoryLimitMb, sharedBuffersMb, maxConnections),
  }),
  contributes: (_, project) => [
    add.compose('base', 'compose.yml', { order: 50 }),
    add.compose('production', 'compose.production.yml', { order: 50 }),
    ...(project.jobs.test.includes('test') ? [add.workflow('ci', 'ci.yml', { order: 31 })] : []),
    ...(readsServicePasswords(project) ? [add.env('env', 'postgres.env', { order: 30 })] : []),
    ...(project.has('compose') ? [add.readme('readme', 'readme.md', { order: 50 })] : []),
  ],
  diagram: (_, { names }) => [{ from: names.slug, to: 'postgres', label: 'SQL' }],
  samples: {
    default: {},
    oldest: { version: '15', maxConnections: 100 },
    newest: { version: '18' },
    large: { cpuLimit: 8, memoryLimitMb: 32_768, sharedBuffersMb: 8192, maxConnections: 500 },
  },
});
