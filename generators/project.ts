/** Habits of the repository: licence, hooks, owners, how to contribute and how to report a vulnerability. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { TOOLS } from '../src/component/pins.ts';

/** Whether anything has a version that Dependabot could renew; a file without an ecosystem is refused by GitHub. */
const hasDependencies = (project: Project): boolean =>
  project.stack !== 'none' || project.has('ci') || project.has('docker');

const namesImagesOrActions = (project: Project): boolean => project.has('ci') || project.has('docker');

const DEPENDENCIES = 'docs/DEPENDENCIES.md';

export default defineComponent({
  id: 'project',
  category: 'repository',
  description: 'licence, CODEOWNERS, SECURITY.md, CONTRIBUTING.md, pre-commit, Dependabot, .editorconfig',
  chosenByDefault: true,
  fields: {},
  layers: (_, project) => [project.licence.toLowerCase()],
  view: (_, project) => ({
    gitleaks: TOOLS.gitleaks,
    preCommitHooks: TOOLS['pre-commit-hooks'],
    hasDependencies: hasDependencies(project),
    hasContact: project.securityContact !== '',
  }),
  contributes: (_, project) => [
    open.preCommit('pre-commit', '.pre-commit-config.yaml'),
    add.preCommit('pre-commit', 'pre-commit.yml', { order: 0 }),
    ...(hasDependencies(project)
      ? [
          open.dependabot('dependabot', '.github/dependabot.yml'),
          add.dependabot('dependabot', 'dependabot.yml', { order: 0 }),
          open.readme('dependencies', DEPENDENCIES),
          add.readme('dependencies', 'dependencies/opening.md', { order: 0 }),
          add.readme('dependencies', 'dependencies/hooks.md', { order: 50 }),
          ...(namesImagesOrActions(project)
            ? [add.readme('dependencies', 'dependencies/pins.md', { order: 60 })]
            : []),
          ...(project.isLookedAfter
            ? [add.readme('dependencies', 'dependencies/templates.md', { order: 70 })]
            : []),
        ]
      : []),
    add.readme('readme', 'closing.md', { order: 90 }),
  ],
  documents: (_, project) =>
    hasDependencies(project)
      ? [
          {
            path: DEPENDENCIES,
            title: 'Dependencies',
            tells: 'how packages, images, actions and hooks get new versions',
          },
        ]
      : [],
  samples: { default: {} },
});
