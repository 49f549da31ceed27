/** Many repositories from one: a workflow that brings each up to the present templates by a pull request of its own. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice, integer, matching, text } from '../src/component/fields.ts';
import { literal } from '../src/render/view.ts';

/** Not at the full hour, when GitHub's queue is longest. */
const TIMES = { daily: '17 4 * * *', weekly: '17 4 * * 1', monthly: '17 4 1 * *' } as const;
const TOPIC = '^[a-z0-9][a-z0-9-]{0,49}$';

export default defineComponent({
  id: 'fleet',
  category: 'workflows',
  description: 'for a platform team: updates all repositories of an organisation, a pull request for each',
  chosenByDefault: false,
  standsAlone: true,
  fields: {
    source: choice('Repositories of the fleet', ['file', 'topic'], {
      help: 'Where the repositories are listed: in fleet.yaml, or on GitHub by a topic that they have.',
      default: 'file',
      ask: true,
    }),
    topic: text('Topic', {
      help: 'The topic on GitHub that the repositories of the fleet have.',
      default: 'bulwark',
      maxLength: 50,
      ...matching(TOPIC, 'must be a topic of GitHub, such as bulwark'),
      when: {
        test: (known) => known.get('fleet.source') === 'topic',
        reason: 'the repositories are listed in fleet.yaml',
      },
    }),
    schedule: choice('Fleet schedule', ['daily', 'weekly', 'monthly'], {
      help: 'How often the repositories are updated.',
      default: 'weekly',
    }),
    maxParallel: integer('Fleet jobs', {
      help: 'How many repositories are updated at the same time.',
      default: 10,
      min: 1,
      max: 100,
    }),
  },
  layers: ({ source }) => (source === 'file' ? ['file'] : []),
  view: ({ source, topic, schedule, maxParallel }) => ({
    cron: literal(TIMES[schedule]),
    listed: source === 'file',
    topic: source === 'topic' ? topic : '',
    maxParallel,
  }),
  contributes: ({ source }) => [
    open.workflow('fleet', '.github/workflows/bulwark-fleet.yml'),
    add.workflow('fleet', 'fleet/header.yml', { order: 0 }),
    add.workflow('fleet', source === 'file' ? 'fleet/plan-file.yml' : 'fleet/plan-topic.yml', { order: 10 }),
    add.workflow('fleet', 'fleet/update.yml', { order: 20 }),
    add.readme('readme', 'readme.md', { order: 65 }),
  ],
  seeded: ['fleet.yaml'],
  samples: { default: {}, topic: { source: 'topic', topic: 'service', schedule: 'daily', maxParallel: 4 } },
});
