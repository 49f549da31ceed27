/** A FastAPI service: PostgreSQL, Redis and, if chosen, RabbitMQ; health, metrics, tracing, migrations, tests. */
import { defineComponent } from '../src/component/define.ts';
import { choice, integer, text } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';

const API_PREFIX = '^(?:/[a-z0-9]+(?:-[a-z0-9]+)*){1,4}$';

export default defineComponent({
  id: 'fastapi',
  category: 'stack',
  description: 'FastAPI service with PostgreSQL and Redis, RabbitMQ if chosen',
  chosenByDefault: true,
  requires: ['postgres', 'redis', 'env'],
  fields: {
    python: choice('Python version', versionsOf('python'), {
      help: 'The interpreter of the image, of the locks and of continuous integration.',
      default: '3.13',
      ask: true,
    }),
    apiPrefix: text('API prefix', {
      help: 'The path under which every route of the API stands.',
      default: '/api/v1',
      ask: true,
      maxLength: 60,
      pattern: API_PREFIX,
      validate: (value) =>
        new RegExp(API_PREFIX).test(value)
          ? undefined
          : 'must be a path of lower-case words, such as /api/v1',
    }),
    port: integer('Port', {
      help: 'Where the service listens, in the container and on the development machine.',
      default: 8000,
      min: 1024,
      max: 65535,
      ask: true,
    }),
    uid: integer('User id', {
      help: 'The numeric user of the image; the image works under any other as well.',
      default: 10001,
      min: 1000,
      max: 65533,
    }),
    workers: integer('Workers', {
      help: 'How many processes serve requests in one container.',
      default: 4,
      min: 1,
      max: 64,
    }),
  },
  facts: ({ port, apiPrefix, uid }) => ({
    app: {
      port,
      livePath: `${apiPrefix}/health/live`,
      readyPath: `${apiPrefix}/health/ready`,
      metricsPath: '/metrics',
      uid,
      dockerfile: 'Dockerfile',
      productionTarget: 'production',
      developmentTarget: 'development',
    },
  }),
  layers: (_, project) => [
    ...(project.has('rabbitmq') ? ['rabbitmq'] : ['without-rabbitmq']),
    ...(project.has('docker') ? ['docker'] : []),
  ],
  view: (answers, project) => ({ ...answers, rabbitmq: project.has('rabbitmq') }),
  seeded: ['core/', 'infrastructure/', 'services/', 'database/', 'tests/'],
  samples: {
    default: {},
    oldest: { python: '3.12', apiPrefix: '/v2', port: 9000 },
    newest: { python: '3.14', workers: 1, uid: 20000 },
  },
});
