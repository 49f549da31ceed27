/** The first page of the repository; what is to be said of a component, the component says. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';

export default defineComponent({
  id: 'readme',
  category: 'repository',
  description: 'README with the commands that run and test, a picture and the tree of files',
  chosenByDefault: true,
  fields: {},
  contributes: () => [
    open.readme('readme', 'README.md'),
    add.readme('readme', 'title.md', { order: 0 }),
    add.readme('readme', 'picture.md', { order: 20 }),
    add.readme('readme', 'documents.md', { order: 80 }),
  ],
  samples: { default: {} },
});
