/** Bring your own application: everything around it, and a contract that it has to keep. */
import { containerView } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { integer, text } from '../src/component/fields.ts';

const HEALTH_PATH = '^(?:/[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*){1,6}$';
const SERVICES = ['postgres', 'redis', 'rabbitmq'] as const;

/** How the stack is started depends on what there is to make its secrets with. */
const runSection = (project: Project): string => {
  if (project.has('make') && project.has('env')) return 'readme/run.make.md';
  if (project.has('env')) return 'readme/run.env.md';
  return hasData(project) ? 'readme/run.secrets.md' : 'readme/run.md';
};

const hasData = (project: Project): boolean => SERVICES.some((service) => project.has(service));

export default defineComponent({
  id: 'none',
  category: 'stack',
  description: 'bring your own application: any language, by a small contract',
  chosenByDefault: false,
  fields: {
    port: integer('Port', {
      help: 'Where the application listens, in the container and on the development machine.',
      default: 8080,
      min: 1024,
      max: 65535,
      ask: true,
    }),
    healthPath: text('Health path', {
      help: 'The path that the application answers with 200 when it can serve.',
      default: '/healthz',
      ask: true,
      maxLength: 100,
      pattern: HEALTH_PATH,
      validate: (value) =>
        new RegExp(HEALTH_PATH).test(value) ? undefined : 'must be a path, such as /healthz',
    }),
    uid: integer('User id', {
      help: 'The numeric user of the image; the image works under any other as well.',
      default: 10001,
      min: 1000,
      max: 65533,
    }),
  },
  facts: ({ port, healthPath, uid }) => ({
    app: {
      port,
      livePath: healthPath,
      readyPath: healthPath,
      uid,
      dockerfile: 'Dockerfile',
      productionTarget: 'production',
    },
  }),
  layers: (_, project) => (project.has('docker') ? ['docker'] : []),
  view: (answers, project) => ({
    ...answers,
    ...containerView(project, answers.port, 'APP_PORTS'),
    hasData: hasData(project),
    tmpMb: 64,
  }),
  contributes: (_, project) => [
    add.compose('base', 'compose/app.yml', { order: 20 }),
    add.compose('production', 'compose/app.production.yml', { order: 20 }),
    ...SERVICES.filter((service) => project.has(service)).map((service, index) =>
      add.compose('base', `compose/${service}.yml`, { order: 21 + index }),
    ),
    ...(project.has('compose') ? [add.workflow('ci', 'ci/compose.yml', { order: 75 })] : []),
    ...(project.has('compose') ? [add.env('env', 'env/app.env', { order: 10 })] : []),
    add.ignore('docker', 'ignore/dockerignore', { order: 50 }),
    add.readme('readme', 'readme/bring.md', { order: 9 }),
    ...(project.has('compose') ? [add.readme('readme', runSection(project), { order: 10 })] : []),
  ],
  diagram: ({ port }, { names }) => [{ from: 'clients', to: names.slug, label: `HTTP ${port}` }],
  seeded: ['app/', 'Dockerfile'],
  samples: { default: {}, other: { port: 3000, healthPath: '/status/live', uid: 20000 } },
});
