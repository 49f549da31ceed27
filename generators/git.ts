/** What git should ignore and how it should treat the files of every repository. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';

/** Whether anything but the stack and this stands in the plan: with nothing, bulwark has no part in the repository. */
const hasPart = ({ components, stack }: Project): boolean =>
  components.some((id) => id !== stack && id !== 'git');

/** Components that have the user make an .env with secrets; beside files of his own that is his affair. */
const makesSecrets = ({ components }: Project): boolean =>
  ['env', 'compose'].some((id) => components.includes(id));

export default defineComponent({
  id: 'git',
  category: 'essential',
  description: '.gitignore and .gitattributes',
  chosenByDefault: true,
  fields: {},
  contributes: (_, project) => {
    // What is ignored, and how lines end, is decided already in a repository that was there before.
    const isWhole = project.manages === 'repository';
    return [
      open.ignore('git', '.gitignore'),
      open.attributes('git', '.gitattributes'),
      ...(isWhole || makesSecrets(project) ? [add.ignore('git', 'secrets.gitignore', { order: 10 })] : []),
      ...(isWhole ? [add.ignore('git', 'editors.gitignore', { order: 11 })] : []),
      ...(isWhole ? [add.attributes('git', 'text.gitattributes', { order: 10 })] : []),
      ...(project.isLookedAfter && (isWhole || hasPart(project))
        ? [add.attributes('git', 'records.gitattributes', { order: 11 })]
        : []),
    ];
  },
  samples: { default: {} },
});
