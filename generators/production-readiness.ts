/** What is shown to be ready for production, by what; and the list to go through before the first users come. */
import { apiPrefixOf, isOurApplication } from '../src/component/application-view.ts';
import { add, open, type View } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { hasAccounts, operationsView } from '../src/component/operations-view.ts';
import { literal } from '../src/render/view.ts';

/** The scorecard's categories, in its order; each is a fragment. */
const categoriesOf = (project: Project): readonly string[] => [
  'infrastructure',
  ...(project.has('ci') ? ['ci'] : []),
  'security',
  'performance',
  isOurApplication(project) ? 'testing' : 'testing-of-your-own',
  'monitoring',
  'documentation',
  'deployment',
  'not-covered',
];

/** Ports that must not answer to the internet, and whose they are. */
const closedPorts = (project: Project) => {
  const { app } = project.facts;
  const ports = [
    ...(app ? [{ port: app.port, of: 'the application, without its proxy' }] : []),
    ...(project.has('postgres') ? [{ port: 5432, of: 'PostgreSQL' }] : []),
    ...(project.has('redis') ? [{ port: 6379, of: 'Redis' }] : []),
    ...(project.has('rabbitmq')
      ? [
          { port: 5672, of: 'RabbitMQ' },
          { port: 15672, of: 'its management' },
        ]
      : []),
  ];
  return ports.map(({ port, of }) => ({ port, of: literal(of) }));
};

/** Paths that give an answer to who has a token, or in development, only. */
const privatePaths = (project: Project) =>
  project.stack === 'fastapi'
    ? ['/metrics', `${apiPrefixOf(project)}/health/system`, `${apiPrefixOf(project)}/docs`].map((path) => ({
        path,
      }))
    : [];

/** What the proxy lets through, and a number of requests of which it has to refuse some. */
function limitsOf(project: Project) {
  const requestsPerMinute = project.has('nginx') ? Number(project.answer('nginx.requestsPerMinute')) : 0;
  return { requestsPerMinute, tooManyRequests: 2 * requestsPerMinute + 50 };
}

/** How the tests of our applications are run, and which of them shows what documents claim. */
const TESTS: Readonly<Record<string, Readonly<Record<'command' | 'limitIn' | 'ofMigrations', string>>>> = {
  fastapi: {
    command: 'python -m pytest',
    limitIn: 'pyproject.toml',
    ofMigrations: 'tests/integration/services/test_migrations.py',
  },
  node: {
    command: 'npm test',
    limitIn: 'vitest.config.ts',
    ofMigrations: 'tests/integration/migrations.test.ts',
  },
};

function testsOf(project: Project): View {
  const tests = TESTS[project.stack];
  if (tests === undefined) return {};
  return {
    coverageShownBy: literal(project.has('ci') ? 'CI `test`' : `\`${tests.command}\`, which fails below it`),
    coverageLimitIn: literal(tests.limitIn),
    testsOfMigrations: literal(tests.ofMigrations),
  };
}

/** The job that deletes old entries of the audit log, as it is typed; empty where there is none. */
const retentionCommandOf = ({ facts }: Project): string =>
  facts.app?.jobs.find(({ name }) => name === 'audit-retention')?.command.join(' ') ?? '';

/** What the script checks, in its order. */
const checksOf = (project: Project): readonly string[] => [
  'ready',
  ...(hasAccounts(project) ? ['accounts'] : []),
  ...(project.has('env') ? ['secrets'] : []),
  ...['https', 'cors', 'headers'],
  ...(project.stack === 'fastapi' ? ['private'] : []),
  'firewall',
  ...(hasAccounts(project) ? ['limits'] : []),
  'cookies',
];

/** A name that fits into a line of the script, whatever the project's own is. */
const EXAMPLE_HOST = 'my-service.example.com';

export default defineComponent({
  id: 'production-readiness',
  category: 'operations',
  description:
    'a scorecard whose rows name their checks, the production checklist, and a script that goes through it',
  chosenByDefault: false,
  fields: {},
  layers: (_, project) => (project.stack === 'fastapi' ? ['fastapi'] : []),
  view: (_, project) => ({
    ...operationsView(project),
    apiPrefix: apiPrefixOf(project),
    private: privatePaths(project),
    closedPorts: closedPorts(project),
    exampleHost: EXAMPLE_HOST,
    envFileOption: literal(project.has('env') ? 'options.env_file' : 'None'),
    envFileArgument: literal(project.has('env') ? ' --env-file .env' : ''),
    ...testsOf(project),
    ...limitsOf(project),
    retentionCommand: literal(retentionCommandOf(project)),
    checks: checksOf(project).map((name) => ({ name })),
  }),
  contributes: (_, project) => [
    open.readme('readiness', 'docs/PRODUCTION_READINESS.md'),
    add.readme('readiness', 'readiness/opening.md', { order: 0 }),
    ...categoriesOf(project).map((category, index) =>
      add.readme('readiness', `readiness/${category}.md`, { order: 10 + index }),
    ),
    open.readme('checklist', 'docs/PRODUCTION_CHECKLIST.md'),
    add.readme('checklist', 'checklist/opening.md', { order: 0 }),
    add.readme('checklist', hasAccounts(project) ? 'checklist/accounts.md' : 'checklist/no-accounts.md', {
      order: 10,
    }),
    add.readme('checklist', 'checklist/secrets-https.md', { order: 20 }),
    add.readme('checklist', 'checklist/limits-cors-cookies.md', { order: 30 }),
    add.readme('checklist', 'checklist/operation.md', { order: 40 }),
  ],
  documents: () => [
    {
      path: 'docs/PRODUCTION_CHECKLIST.md',
      title: 'Production checklist',
      tells: 'ten things to check before the first users come, and how',
    },
    {
      path: 'docs/PRODUCTION_READINESS.md',
      title: 'Production readiness',
      tells: 'what is claimed of the system, and what shows it',
    },
  ],
  samples: { default: {} },
});
