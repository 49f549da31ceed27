/** What is shown to be ready for production, by what; and the list to go through before the first users come. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { hasAccounts, operationsView } from '../src/component/operations-view.ts';
import { literal } from '../src/render/view.ts';

/** The scorecard's categories, in its order; each is a fragment. */
const categoriesOf = (project: Project): readonly string[] => [
  'infrastructure',
  ...(project.has('ci') ? ['ci'] : []),
  'security',
  'performance',
  project.stack === 'fastapi' ? 'testing' : 'testing-of-your-own',
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

const apiPrefixOf = (project: Project): string =>
  project.stack === 'fastapi' ? String(project.answer('fastapi.apiPrefix')) : '';

/** What the proxy lets through, and a number of requests of which it has to refuse some. */
function limitsOf(project: Project) {
  const requestsPerMinute = project.has('nginx') ? Number(project.answer('nginx.requestsPerMinute')) : 0;
  return { requestsPerMinute, tooManyRequests: 2 * requestsPerMinute + 50 };
}

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
    coverageShownBy: literal(project.has('ci') ? 'CI `test`' : '`python -m pytest`, which fails below it'),
    ...limitsOf(project),
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
