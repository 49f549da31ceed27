/** A Makefile with a target for each thing that is done by hand. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';

export default defineComponent({
  id: 'make',
  category: 'repository',
  description: 'Makefile that lists its own targets',
  chosenByDefault: true,
  fields: {},
  contributes: () => [open.makefile('make', 'Makefile'), add.makefile('make', 'header.mk', { order: 0 })],
  samples: { default: {} },
});
