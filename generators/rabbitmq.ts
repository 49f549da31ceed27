/** RabbitMQ: a user for the application that is no administrator, no guest, no root. */
import { accountOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';

export default defineComponent({
  id: 'rabbitmq',
  category: 'data',
  description: 'RabbitMQ: the application is no administrator, no guest user',
  chosenByDefault: false,
  fields: {
    version: choice('RabbitMQ version', versionsOf('rabbitmq'), {
      help: 'The version of the broker.',
      default: '4.3',
    }),
  },
  layers: (_, project) => (project.has('compose') ? ['compose'] : []),
  view: ({ version }, { names }) => ({ version, account: accountOf(names) }),
  contributes: (_, project) => [
    add.compose('base', 'compose.yml', { order: 52 }),
    add.compose('production', 'compose.production.yml', { order: 52 }),
    // Who brings an application of their own has no job for tests yet.
    ...(project.stack === 'none' ? [] : [add.workflow('ci', 'ci.yml', { order: 33 })]),
    add.env('env', 'rabbitmq.env', { order: 50 }),
    ...(project.has('compose') ? [add.readme('readme', 'readme.md', { order: 52 })] : []),
  ],
  diagram: (_, { names }) => [{ from: names.slug, to: 'rabbitmq', label: 'AMQP' }],
  samples: { default: {}, previous: { version: '4.2' } },
});
