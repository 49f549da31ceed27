/** A look into the cache of the development stack, which production does not have. */
import { accountOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';

export default defineComponent({
  id: 'redis-commander',
  category: 'containers',
  description: 'Redis Commander beside the development stack: on loopback, with a password, without rights',
  chosenByDefault: false,
  requires: ['docker', 'compose', 'redis'],
  fields: {},
  view: (_, { names }) => ({ account: accountOf(names) }),
  contributes: () => [
    add.compose('base', 'compose/redis-commander.yml', { order: 54 }),
    add.compose('production', 'compose/redis-commander.production.yml', { order: 54 }),
    add.env('env', 'redis-commander.env', { order: 42 }),
    add.readme('readme', 'readme.md', { order: 54 }),
  ],
  samples: { default: {} },
});
