/** Bring your own application: everything around it, and a contract that it has to keep. */
import { accountOf, containerView, OUR_TARGET } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type FactlessProject, type Jobs, type Project } from '../src/component/define.ts';
import { integer, matching, text } from '../src/component/fields.ts';
import { hasCluster } from '../src/component/operations-view.ts';
import { resourceFields, resourcesOf } from '../src/component/resource-fields.ts';
import { applicationFaults, applicationFields } from '../src/own-application/fields.ts';
import { imageView, signOf } from '../src/own-application/image-view.ts';
import { factsOf, type ToolchainFacts } from '../src/own-application/toolchains.ts';
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

/** There is no action of Ruby among the pinned ones: its tests are run by what the repository has. */
const isTested = (facts: ToolchainFacts | undefined, testCommand: string): boolean =>
  facts !== undefined && facts.family !== 'ruby' && testCommand !== '';

export default defineComponent({
  id: 'none',
  category: 'stack',
  description:
    'bring your own application: Node.js, Python, Go, Rust, Java, Ruby, or any other by a small contract',
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
    ...applicationFields,
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
      // What an application of one's own exports is not known.
      metrics: [],
      listeners: [],
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
  jobs: ({ toolchain, testCommand }): Partial<Jobs> =>
    isTested(factsOf(toolchain), testCommand) ? { test: ['test'] } : {},
  faults: (answers, project) =>
    project.components.includes('docker') && !project.keeps('Dockerfile')
      ? applicationFaults(answers, project.manages === 'components')
      : [],
  layers: ({ toolchain }, project) => {
    const facts = factsOf(toolchain);
    const [family, script] = [`docker-${facts?.family ?? 'other'}`, 'docker-script'];
    return [
      ...(facts === undefined && (project.manages === 'repository' || project.has('docker'))
        ? ['start']
        : []),
      ...(facts !== undefined && project.manages === 'repository' ? ['application'] : []),
      ...(project.has('docker') ? [family, ...(facts?.family === 'go' ? [] : [script])] : []),
    ];
  },
  view: (answers, project) => ({
    ...answers,
    ...containerView(project, answers.port, 'APP_PORTS'),
    keepsContract: answers.toolchain === 'other' && !project.keeps('Dockerfile'),
    keepsDockerfile: project.keeps('Dockerfile'),
    hasData: hasData(project),
    secretsAreFiles: hasCluster(project) && hasData(project),
    services: servicesOf(project).map((service) => URLS[service](accountOf(project.names))),
    runCommands: runCommands(project).map(literal),
    tmpMb: 64,
    ...(answers.toolchain !== 'other' && imageView(answers, answers.toolchain, answers.port)),
    // What shows that the application is there: in a new repository it comes later.
    sign: literal(answers.toolchain === 'other' ? 'app/run' : signOf(answers)),
    comesLater: project.manages === 'repository',
  }),
  contributes: ({ toolchain, testCommand }, project) => {
    const facts = factsOf(toolchain);
    return [
      add.compose('base', 'compose/app.yml', { order: 20 }),
      add.compose('production', 'compose/app.production.yml', { order: 20 }),
      ...servicesOf(project).map((service, index) =>
        add.compose('base', `compose/${service}.yml`, { order: 21 + index }),
      ),
      ...(facts && isTested(facts, testCommand)
        ? [
            add.workflow('ci', `ci/test-${facts.family}.yml`, { order: 30 }),
            ...servicesOf(project).map((service) => add.workflow('ci', `ci/${service}.yml`, { order: 30 })),
          ]
        : []),
      // The job that this adds steps to is of the component; beside a compose file of the user's there is none.
      ...(project.components.includes('compose')
        ? [add.workflow('ci', 'ci/compose.yml', { order: 75 })]
        : []),
      ...(project.has('compose') ? [add.env('env', 'env/app.env', { order: 10 })] : []),
      ...(facts ? [add.dependabot('dependabot', 'dependabot.yml', { order: 10 })] : []),
      add.ignore('docker', `ignore/${facts ? 'application' : 'contract'}`, { order: 50 }),
      ...(facts === undefined ? [add.readme('readme', 'readme/bring.md', { order: 9 })] : []),
      ...(facts && project.manages === 'repository'
        ? [add.readme('readme', 'readme/application.md', { order: 9 })]
        : []),
      ...(project.has('compose') ? [add.readme('readme', 'readme/run.md', { order: 10 })] : []),
    ];
  },
  diagram: ({ port }, { names, has }) => [
    { from: has('nginx') ? 'nginx' : 'clients', to: names.slug, label: `HTTP ${port}` },
  ],
  seeded: ['app/', 'APPLICATION.md', '__dockerfile__'],
  samples: {
    default: {},
    other: { port: 3000, healthPath: '/status/live', uid: 20000 },
    own: { target: '' },
    npm: {
      toolchain: 'npm',
      version: '22',
      files: 'package.json, package-lock.json, .npmrc, src, public',
      startCommand: 'node dist/server.js --port $PORT',
      buildCommand: 'npm run build',
      testCommand: 'npm test',
      buildPackages: 'python3 make g++',
    },
    pnpm: { toolchain: 'pnpm', testCommand: 'pnpm test' },
    yarn: { toolchain: 'yarn', folder: 'backend', testCommand: 'yarn test' },
    pip: {
      toolchain: 'pip',
      version: '3.13',
      requirements: 'requirements/production.txt',
      files: 'requirements, manage.py, shop',
      startCommand: "gunicorn 'shop.wsgi:application' --bind 0.0.0.0:$PORT",
      buildPackages: 'gcc libpq-dev',
      runPackages: 'libpq5',
      testCommand: 'python manage.py test',
    },
    pipWithoutHashes: { toolchain: 'pip', hashes: false },
    poetry: { toolchain: 'poetry', testCommand: 'poetry run pytest' },
    uv: { toolchain: 'uv', files: 'pyproject.toml, uv.lock, src', testCommand: 'uv run pytest' },
    go: { toolchain: 'go', program: './cmd/api', assets: 'templates, static', testCommand: 'go test ./...' },
    rust: { toolchain: 'cargo', program: 'orders', assets: 'templates', testCommand: 'cargo test' },
    rustWorkspace: { toolchain: 'cargo', program: 'orders', dependenciesFirst: false },
    maven: { toolchain: 'maven', version: '21', testCommand: './mvnw test' },
    gradle: { toolchain: 'gradle', version: '17', testCommand: './gradlew test' },
    ruby: { toolchain: 'bundler', buildCommand: 'bin/rails assets:precompile' },
  },
});
