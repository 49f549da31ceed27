/** Redis: a memory limit with eviction, a user for the application, no default user, no root. */
import { accountOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';

/** A developer's machine holds a quarter of what production does, and what the server itself takes fits in too. */
const developmentMemoryOf = (maxMemoryMb: number): number => Math.ceil(maxMemoryMb / 4);
const limitOf = (memoryMb: number): number => 2 * memoryMb + 64;

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
  view: ({ version, maxMemoryMb, eviction }, { names }) => ({
    version,
    account: accountOf(names),
    eviction,
    maxMemoryMb,
    limitMb: limitOf(maxMemoryMb),
    developmentMemoryMb: developmentMemoryOf(maxMemoryMb),
    developmentLimitMb: limitOf(developmentMemoryOf(maxMemoryMb)),
  }),
  contributes: (_, project) => [
    add.compose('base', 'compose.yml', { order: 51 }),
    add.compose('production', 'compose.production.yml', { order: 51 }),
    // Who brings an application of their own has no job for tests yet.
    ...(project.stack === 'none' ? [] : [add.workflow('ci', 'ci.yml', { order: 32 })]),
    add.env('env', 'redis.env', { order: 40 }),
    ...(project.has('compose') ? [add.readme('readme', 'readme.md', { order: 51 })] : []),
  ],
  diagram: (_, { names }) => [{ from: names.slug, to: 'redis', label: 'cache' }],
  samples: {
    default: {},
    oldest: { version: '7.2', maxMemoryMb: 64, eviction: 'noeviction' },
    large: { version: '7.4', maxMemoryMb: 4096, eviction: 'volatile-ttl' },
  },
});
