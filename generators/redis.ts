/** Redis: a memory limit with eviction, a user for the application, no default user, no root. */
import { readsServicePasswords } from '../src/component/application-view.ts';
import { backupOf } from '../src/component/backup-view.ts';
import { accountOf, sizeOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';

/** A developer's machine holds a quarter of what production does. */
const developmentMemoryOf = (maxMemoryMb: number): number => Math.ceil(maxMemoryMb / 4);
/** Twice the data, for a rewrite of the append-only file; what the server itself takes fits in too. */
const limitOf = (memoryMb: number): number => Math.max(2 * memoryMb, memoryMb + 64);

export default defineComponent({
  id: 'redis',
  category: 'data',
  description: 'Redis: memory limit and eviction, append-only file in production, no default user',
  chosenByDefault: true,
  fields: {
    version: choice('Redis version', versionsOf('redis'), {
      help: 'The version of the cache.',
      default: '8',
    }),
    maxMemoryMb: integer('Redis memory (MB)', {
      help: 'How much Redis keeps in production before it evicts.',
      default: 512,
      min: 64,
      max: 65536,
    }),
    cpuLimit: integer('Redis CPU limit', {
      help: 'How many processor cores Redis may use in production; half of it is reserved.',
      default: 1,
      min: 1,
      max: 64,
    }),
    eviction: choice(
      'Eviction',
      ['allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-lfu', 'volatile-ttl', 'noeviction'],
      {
        help: 'What Redis forgets first when its memory is full; noeviction refuses to write instead.',
        default: 'allkeys-lru',
      },
    ),
  },
  layers: (_, project) => (project.has('compose') ? ['compose'] : []),
  view: ({ version, maxMemoryMb, cpuLimit, eviction }, project) => ({
    version,
    account: accountOf(project.names),
    backedUp: backupOf(project)?.hasRedis === true,
    eviction,
    maxMemoryMb,
    cpus: String(cpuLimit),
    reservedCpus: String(cpuLimit / 2),
    limit: sizeOf(limitOf(maxMemoryMb)),
    reserved: sizeOf(maxMemoryMb),
    developmentMemoryMb: developmentMemoryOf(maxMemoryMb),
    developmentLimitMb: limitOf(developmentMemoryOf(maxMemoryMb)),
  }),
  contributes: (_, project) => [
    add.compose('base', 'compose.yml', { order: 51 }),
    add.compose('production', 'compose.production.yml', { order: 51 }),
    ...(project.jobs.test.includes('test') ? [add.workflow('ci', 'ci.yml', { order: 32 })] : []),
    ...(readsServicePasswords(project) ? [add.env('env', 'redis.env', { order: 40 })] : []),
    ...(project.has('compose') ? [add.readme('readme', 'readme.md', { order: 51 })] : []),
  ],
  diagram: (_, { names }) => [{ from: names.slug, to: 'redis', label: 'cache' }],
  samples: {
    default: {},
    oldest: { version: '7.2', maxMemoryMb: 64, eviction: 'noeviction' },
    large: { version: '7.4', maxMemoryMb: 4096, eviction: 'volatile-ttl' },
  },
});
