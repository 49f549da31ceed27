/** The stack on one machine: for development, and with an overlay for production. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { integer } from '../src/component/fields.ts';
import { literal } from '../src/render/view.ts';

const publishedIn = (project: Project): string =>
  project.has('nginx')
    ? 'The proxy alone publishes ports, 80 and 443'
    : 'The application alone publishes ports, on 127.0.0.1, and a proxy with TLS has to stand before it';

export default defineComponent({
  id: 'compose',
  category: 'containers',
  description: 'compose files for development and production, hardened and with limits',
  chosenByDefault: true,
  requires: ['docker'],
  fields: {
    replicas: integer('Replicas', {
      help: 'How many containers of the application run in production on one machine.',
      default: 2,
      min: 1,
      max: 20,
    }),
  },
  jobs: () => ({ build: ['compose'] }),
  view: ({ replicas }, project) => ({
    replicas,
    several: replicas > 1,
    service: project.facts.app?.service ?? '',
    migrates: project.facts.app?.migrateTarget !== undefined,
    published: literal(publishedIn(project)),
  }),
  contributes: () => [
    open.compose('base', 'docker-compose.yml'),
    open.compose('production', 'docker-compose.prod.yml'),
    add.compose('base', 'compose/header.yml', { order: 0 }),
    add.compose('base', 'compose/networks.yml', { order: 45 }),
    add.compose('production', 'compose/header.production.yml', { order: 0 }),
    add.workflow('ci', 'ci/compose.yml', { order: 70 }),
    add.makefile('make', 'make/compose.mk', { order: 20 }),
    add.env('env', 'env/compose.env', { order: 80 }),
    add.dependabot('dependabot', 'dependabot.yml', { order: 61 }),
    add.readme('readme', 'readme/operations.md', { order: 40 }),
    add.readme('deployment', 'readme/deployment.md', { order: 20 }),
    add.readme('rollback', 'readme/rollback.md', { order: 20 }),
    add.readme('dependencies', 'dependencies/service-images.md', { order: 40 }),
  ],
  companions: () => [{ of: 'docker-compose.yml', files: ['docker-compose.prod.yml'] }],
  samples: { default: {}, single: { replicas: 1 } },
});
