/** Settings of the environment: an example of all of them, and scripts that make and judge the real ones. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';

/** They read the marks in the comments of our example. */
const SCRIPTS = ['env_file', 'generate_env', 'validate_env', 'with_env'].map((name) => `scripts/${name}.py`);

export default defineComponent({
  id: 'env',
  category: 'repository',
  description: '.env.example, and scripts that write .env with new secrets and judge it',
  chosenByDefault: true,
  fields: {},
  contributes: () => [
    open.env('env', '.env.example'),
    add.env('env', 'env/header.env', { order: 0 }),
    add.makefile('make', 'make/env.mk', { order: 10 }),
  ],
  companions: () => [{ of: '.env.example', files: SCRIPTS }],
  samples: { default: {} },
});
