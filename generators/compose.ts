/** The stack on one machine: for development, and with an overlay for production. */
import { PRODUCTION_OVERLAY } from '../src/component/application-view.ts';
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { listOf } from '../src/component/names.ts';
import { literal } from '../src/render/view.ts';

const publishedIn = (project: Project): string =>
  project.has('nginx')
    ? 'The proxy alone publishes ports, 80 and 443'
    : 'The application alone publishes ports, on 127.0.0.1, and a proxy with TLS has to stand before it';

function secretsView({ secretScripts }: Project) {
  const listed = (field: 'makes' | 'section') =>
    literal(
      listOf(
        secretScripts.map((script) => script[field]),
        'and',
      ),
    );
  return {
    secretScripts: secretScripts.map(({ command, makes }) => ({
      command: literal(command),
      makes: literal(makes),
    })),
    hasSecretScripts: secretScripts.length > 0,
    firstLines: literal(secretScripts.length > 1 ? 'lines make' : 'line makes'),
    madeSecrets: listed('makes'),
    sectionsOfSecrets: listed('section'),
  };
}

export default defineComponent({
  id: 'compose',
  category: 'containers',
  description: 'compose files for development and production, hardened and with limits',
  chosenByDefault: true,
  requires: ['docker'],
  fields: {
    layout: choice('Compose files', ['overlay', 'standalone'], {
      help: 'Production laid over the development file, or two files of which each stands alone.',
      default: 'overlay',
    }),
    replicas: integer('Replicas', {
      help: 'How many containers of the application run in production on one machine.',
      default: 2,
      min: 1,
      max: 20,
    }),
  },
  facts: ({ layout }) => ({
    compose: {
      production: layout === 'overlay' ? PRODUCTION_OVERLAY : 'docker compose -f docker-compose.prod.yml',
    },
  }),
  jobs: () => ({ build: ['compose'] }),
  view: ({ replicas, layout }, project) => ({
    replicas,
    isOverlay: layout === 'overlay',
    several: replicas > 1,
    service: project.facts.app?.service ?? '',
    ...secretsView(project),
    migrates: project.facts.app?.migrateTarget !== undefined,
    published: literal(publishedIn(project)),
  }),
  layers: ({ layout }) => (layout === 'standalone' ? ['standalone'] : []),
  contributes: ({ layout }) => [
    ...(layout === 'overlay'
      ? [open.compose('base', 'docker-compose.yml'), open.compose('production', 'docker-compose.prod.yml')]
      : [
          open.compose('base', 'docker-compose.dev.yml'),
          open.compose('production', 'docker-compose.prod.yml', { over: 'base' }),
        ]),
    add.compose('base', 'compose/header.yml', { order: 0 }),
    add.compose('base', 'compose/networks.yml', { order: 45 }),
    add.compose('production', 'compose/header.production.yml', { order: 0 }),
    add.workflow('ci', 'ci/compose.yml', { order: 70 }),
    add.makefile('make', 'make/compose.mk', { order: 20 }),
    add.env('env', 'env/compose.env', { order: 80 }),
    add.dependabot('dependabot', 'dependabot.yml', { order: 61 }),
    add.readme('readme', 'readme/operations.md', { order: 40 }),
    add.readme('deployment', 'readme/deployment.md', { order: 20 }),
    // The proxy says how replicas are replaced behind it.
    add.readme('deployment', 'readme/version.md', { order: 22 }),
    add.readme('rollback', 'readme/rollback.md', { order: 20 }),
    add.readme('dependencies', 'dependencies/service-images.md', { order: 40 }),
  ],
  renames: ({ layout }) =>
    layout === 'overlay'
      ? [{ from: 'docker-compose.dev.yml', to: 'docker-compose.yml' }]
      : [{ from: 'docker-compose.yml', to: 'docker-compose.dev.yml' }],
  companions: ({ layout }) =>
    layout === 'overlay' ? [{ of: 'docker-compose.yml', files: ['docker-compose.prod.yml'] }] : [],
  samples: { default: {}, single: { replicas: 1 }, standalone: { layout: 'standalone' } },
});
