/** Habits of the repository: licence, hooks, owners, how to contribute and how to report a vulnerability. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { matching, text } from '../src/component/fields.ts';
import { TOOLS } from '../src/component/pins.ts';
import { literal } from '../src/render/view.ts';

/** Whether anything has a version that Dependabot could renew; a file without an ecosystem is refused by GitHub. */
const hasDependencies = (project: Project): boolean =>
  project.stack !== 'none' || project.has('ci') || project.has('docker');

const namesImagesOrActions = (project: Project): boolean => project.has('ci') || project.has('docker');

/** GitHub, "About code owners": a user, or a team of the organisation by its slug. */
const CODE_OWNER =
  '^@[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?(?:/[a-z0-9](?:[a-z0-9_-]{0,98}[a-z0-9])?)?$';

const DEPENDENCIES = 'docs/DEPENDENCIES.md';

export default defineComponent({
  id: 'project',
  category: 'repository',
  description: 'licence, CODEOWNERS, SECURITY.md, CONTRIBUTING.md, pre-commit, Dependabot, .editorconfig',
  chosenByDefault: true,
  fields: {
    codeOwner: text('Code owner', {
      help: 'Who is asked to review changes: @user, or @organisation/team, for GitHub takes no organisation as such.',
      default: (known) => `@${String(known.get('owner') ?? '')}`,
      maxLength: 140,
      ...matching(CODE_OWNER, 'must be @user, or @organisation/team'),
    }),
  },
  layers: (_, project) => [project.licence.toLowerCase()],
  view: ({ codeOwner }, project) => ({
    // Its form is held by CODE_OWNER.
    codeOwner: literal(codeOwner),
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
  samples: { default: {}, team: { codeOwner: '@acme/platform' } },
});
