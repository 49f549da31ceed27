/** What git should ignore and how it should treat the files of every repository. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';

export default defineComponent({
  id: 'git',
  category: 'essential',
  description: '.gitignore and .gitattributes',
  chosenByDefault: true,
  fields: {},
  contributes: (_, { isLookedAfter }) => [
    open.ignore('git', '.gitignore'),
    open.attributes('git', '.gitattributes'),
    add.ignore('git', 'gitignore', { order: 10 }),
    add.attributes('git', 'gitattributes', { order: 10 }),
    ...(isLookedAfter ? [add.attributes('git', 'gitattributes-records', { order: 20 })] : []),
  ],
  samples: { default: {} },
});
