/** The stack on one machine: for development, and with an overlay for production. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { integer } from '../src/component/fields.ts';

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
  ],
  samples: { default: {}, single: { replicas: 1 } },
});
