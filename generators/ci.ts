/** Continuous integration on GitHub: what every stack shares; its own jobs a stack contributes. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice } from '../src/component/fields.ts';
import { actionVersion } from '../src/component/pins.ts';

export default defineComponent({
  id: 'ci',
  category: 'workflows',
  description:
    'quality, security, tests with real services, images for two architectures, compose validation',
  chosenByDefault: true,
  fields: {
    coverage: choice('Coverage report', ['artifact', 'codecov'], {
      help: 'Where the coverage of the tests goes: kept with the run, or sent to Codecov as well.',
      default: 'artifact',
    }),
  },
  jobs: (_, { isLookedAfter }) => ({
    quality: isLookedAfter ? ['templates'] : [],
    security: ['scan', 'secrets'],
  }),
  view: () => ({ trufflehogVersion: actionVersion('trufflesecurity/trufflehog') }),
  contributes: (_, { isLookedAfter }) => [
    open.workflow('ci', '.github/workflows/ci.yml'),
    add.workflow('ci', 'ci/header.yml', { order: 0 }),
    ...(isLookedAfter ? [add.workflow('ci', 'ci/templates.yml', { order: 5 })] : []),
    add.workflow('ci', 'ci/secrets.yml', { order: 50 }),
    add.workflow('ci', 'ci/scan.yml', { order: 51 }),
    add.dependabot('dependabot', 'dependabot.yml', { order: 50 }),
    add.readme('readme', 'readme.md', { order: 62 }),
    add.readme('dependencies', 'dependencies/actions.md', { order: 20 }),
  ],
  samples: { default: {}, codecov: { coverage: 'codecov' } },
});
