/** A look into the database of the development stack, which production does not have. */
import { accountOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';

export default defineComponent({
  id: 'pgadmin',
  category: 'containers',
  description: 'pgAdmin beside the development stack: on loopback, with a password, without rights',
  chosenByDefault: false,
  requires: ['docker', 'compose', 'postgres'],
  fields: {},
  view: (_, { names }) => ({ account: accountOf(names) }),
  contributes: () => [
    add.compose('base', 'compose/pgadmin.yml', { order: 53 }),
    add.compose('production', 'compose/pgadmin.production.yml', { order: 53 }),
    add.env('env', 'pgadmin.env', { order: 41 }),
    add.readme('readme', 'readme.md', { order: 53 }),
  ],
  samples: { default: {} },
});
