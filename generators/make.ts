/** A Makefile with a target for each thing that is done by hand. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent } from '../src/component/define.ts';
import { deployWayOf, makeDeploy, type DeployWay } from '../src/component/deploy-view.ts';
import { listOf } from '../src/component/names.ts';
import { literal } from '../src/render/view.ts';

/** The target that rolls a version out, in an environment that has to be named. */
function deployView(way: DeployWay) {
  const { environments, recipe, takesTag, by } = way;
  const names = listOf(environments, 'or');
  return {
    help: literal(`Roll ${takesTag ? 'TAG' : 'the VERSION of .env'} out in ENV ${by}: ${names}`),
    pattern: literal(environments.join('|')),
    names: literal(names),
    example: literal(makeDeploy(way)),
    recipe: recipe.map(literal),
  };
}

export default defineComponent({
  id: 'make',
  category: 'repository',
  description: 'Makefile that lists its own targets',
  chosenByDefault: true,
  fields: {},
  contributes: (_, project) => {
    const way = deployWayOf(project);
    return [
      open.makefile('make', 'Makefile'),
      add.makefile('make', 'header.mk', { order: 0 }),
      ...(way ? [add.makefile('make', 'deploy.mk', { order: 75, view: deployView(way) })] : []),
    ];
  },
  samples: { default: {} },
});
