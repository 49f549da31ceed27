/** RabbitMQ: a user for the application that is no administrator, no guest, no root. */
import { readsServicePasswords } from '../src/component/application-view.ts';
import { accountOf, composeResources } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';
import { resourcesOf, serviceResourceFields } from '../src/component/resource-fields.ts';

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
    ...serviceResourceFields('RabbitMQ', { cpuLimit: 2, memoryLimitMb: 2048 }),
  },
  layers: (_, project) => (project.has('compose') ? ['compose'] : []),
  view: ({ version, cpuLimit, memoryLimitMb }, { names }) => ({
    version,
    account: accountOf(names),
    resources: composeResources(resourcesOf({ cpuLimit, memoryLimitMb })),
  }),
  contributes: (_, project) => [
    add.compose('base', 'compose.yml', { order: 52 }),
    add.compose('production', 'compose.production.yml', { order: 52 }),
    ...(project.jobs.test.includes('test') ? [add.workflow('ci', 'ci.yml', { order: 33 })] : []),
    ...(readsServicePasswords(project) ? [add.env('env', 'rabbitmq.env', { order: 50 })] : []),
    ...(project.has('compose') ? [add.readme('readme', 'readme.md', { order: 52 })] : []),
  ],
  diagram: (_, { names }) => [{ from: names.slug, to: 'rabbitmq', label: 'AMQP' }],
  samples: { default: {}, previous: { version: '4.2' } },
});
