/** Bring your own application: everything around it, and a contract that it has to keep. */
import { accountOf, containerView, OUR_TARGET } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type FactlessProject, type Project } from '../src/component/define.ts';
import { integer, matching, text } from '../src/component/fields.ts';
import { resourceFields, resourcesOf } from '../src/component/resource-fields.ts';
import { literal } from '../src/render/view.ts';

const HEALTH_PATH = '^(?:/[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*){1,6}$';
const SERVICES = ['postgres', 'redis', 'rabbitmq'] as const;

/** A secret for each variable that the compose file requires, where there is no script that makes them. */
const MAKE_SECRETS = [
  `docker compose config --variables | awk '$2 == "true" { print $1 }' |`,
  '  while read -r name; do echo "$name=$(openssl rand -hex 32)"; done > .env',
];

/** How the stack is started depends on what there is to make its secrets with. */
function runCommands(project: Project): readonly string[] {
  const make = project.has('make');
  return [
    ...(hasData(project) && !project.has('env') ? MAKE_SECRETS : []),
    ...(project.has('env') && !make ? ['python3 scripts/generate_env.py'] : []),
    make ? 'make up' : 'docker compose up --build --detach --wait',
  ];
}

/** The data services as the application finds them. */
const URLS = {
  postgres: (account: string) => ({
    variable: 'DATABASE_URL',
    url: `postgresql://${account}:PASSWORD@postgres:5432/${account}`,
  }),
  redis: (account: string) => ({ variable: 'REDIS_URL', url: `redis://${account}:PASSWORD@redis:6379/0` }),
  rabbitmq: (account: string) => ({
    variable: 'RABBITMQ_URL',
    url: `amqp://${account}:PASSWORD@rabbitmq:5672/`,
  }),
} as const;

const servicesOf = (project: FactlessProject) => SERVICES.filter((service) => project.has(service));

const hasData = (project: Project): boolean => servicesOf(project).length > 0;

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
      ...matching(HEALTH_PATH, 'must be a path, such as /healthz'),
    }),
    uid: integer('User id', {
      help: 'The numeric user of the image; the image works under any other as well.',
      default: 10001,
      min: 1000,
      max: 65533,
    }),
    target: text('Build target', {
      help: 'The stage of the Dockerfile that is deployed; empty for the last one of a Dockerfile of your own.',
      default: OUR_TARGET,
      maxLength: 100,
      ...matching('^(?:[A-Za-z][A-Za-z0-9_.-]*)?$', 'must be the name of a stage, such as production'),
    }),
    ...resourceFields,
  },
  facts: (answers, project) => ({
    app: {
      service: 'app',
      port: answers.port,
      livePath: answers.healthPath,
      readyPath: answers.healthPath,
      privatePaths: [],
      uid: answers.uid,
      productionTarget: answers.target,
      workers: [],
      jobs: [],
      settings: [{ name: 'PORT', value: String(answers.port) }],
      secrets: servicesOf(project).map((service) => ({
        name: URLS[service]('').variable,
        is: `the URL of ${service}`,
      })),
      stopSeconds: 30,
      resources: resourcesOf(answers),
    },
  }),
  layers: (_, project) => [
    ...(project.manages === 'repository' ? ['start'] : []),
    ...(project.has('docker') ? ['docker'] : []),
  ],
  view: (answers, project) => ({
    ...answers,
    ...containerView(project, answers.port, 'APP_PORTS'),
    hasData: hasData(project),
    secretsAreFiles: project.has('kustomize') && hasData(project),
    services: servicesOf(project).map((service) => URLS[service](accountOf(project.names))),
    runCommands: runCommands(project).map(literal),
    tmpMb: 64,
    // The image of a Dockerfile of the user's has its files elsewhere, and a health check of its own or none.
    keepsContract: project.manages === 'repository' || answers.target === OUR_TARGET,
  }),
  contributes: (_, project) => [
    add.compose('base', 'compose/app.yml', { order: 20 }),
    add.compose('production', 'compose/app.production.yml', { order: 20 }),
    ...servicesOf(project).map((service, index) =>
      add.compose('base', `compose/${service}.yml`, { order: 21 + index }),
    ),
    // The job that this adds steps to is of the component; beside a compose file of the user's there is none.
    ...(project.components.includes('compose') ? [add.workflow('ci', 'ci/compose.yml', { order: 75 })] : []),
    ...(project.has('compose') ? [add.env('env', 'env/app.env', { order: 10 })] : []),
    add.ignore('docker', 'ignore/dockerignore', { order: 50 }),
    add.readme('readme', 'readme/bring.md', { order: 9 }),
    ...(project.has('compose') ? [add.readme('readme', 'readme/run.md', { order: 10 })] : []),
  ],
  diagram: ({ port }, { names, has }) => [
    { from: has('nginx') ? 'nginx' : 'clients', to: names.slug, label: `HTTP ${port}` },
  ],
  seeded: ['app/', '__dockerfile__'],
  samples: {
    default: {},
    other: { port: 3000, healthPath: '/status/live', uid: 20000 },
    own: { target: '' },
  },
});
