/** What to do when something is wrong, page by page, with the commands of the options that were chosen. */
import { DATA_SERVICES } from '../src/component/application-view.ts';
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { databaseIsOutside, hasAccounts, operationsView } from '../src/component/operations-view.ts';

/** The page about dependencies has a section for each; without any there is no page. */
const dependencyPage = (project: Project) =>
  DATA_SERVICES.some((id) => project.has(id))
    ? [
        open.readme('dependency-down', 'docs/runbooks/dependency-down.md'),
        add.readme('dependency-down', 'dependency-down/opening.md', { order: 0 }),
        ...DATA_SERVICES.filter((id) => project.has(id)).map((id, index) =>
          add.readme('dependency-down', `dependency-down/${id}.md`, { order: 10 + index }),
        ),
        add.readme('dependency-down', 'dependency-down/closing.md', { order: 90 }),
      ]
    : [];

/** Backups are of the database; nothing else is restored. */
const restorePage = (project: Project) =>
  project.has('postgres')
    ? [
        open.readme('restore', 'docs/runbooks/restore.md'),
        add.readme('restore', 'restore/opening.md', { order: 0 }),
        ...(project.has('compose') ? [add.readme('restore', 'restore/compose.md', { order: 10 })] : []),
        ...(databaseIsOutside(project) ? [add.readme('restore', 'restore/outside.md', { order: 20 })] : []),
        add.readme('restore', 'restore/closing.md', { order: 90 }),
      ]
    : [];

export default defineComponent({
  id: 'runbooks',
  category: 'operations',
  description: 'runbooks for deployment, roll-back, incidents, restores, dependencies that fail, attacks',
  chosenByDefault: false,
  fields: {},
  layers: (_, project) => [
    ...(project.stack === 'fastapi' ? ['fastapi'] : []),
    ...(hasAccounts(project) ? ['auth'] : []),
  ],
  view: (_, project) => ({
    ...operationsView(project),
    ...(project.stack === 'fastapi' && { apiPrefix: String(project.answer('fastapi.apiPrefix')) }),
  }),
  contributes: (_, project) => [
    open.readme('rollback', 'docs/runbooks/rollback.md'),
    add.readme('rollback', 'rollback/opening.md', { order: 0 }),
    add.readme('rollback', 'rollback/closing.md', { order: 90 }),
    open.readme('incident', 'docs/runbooks/incident.md'),
    add.readme('incident', 'incident/opening.md', { order: 0 }),
    ...(project.stack === 'fastapi' ? [add.readme('incident', 'incident/fastapi.md', { order: 10 })] : []),
    add.readme('incident', 'incident/closing.md', { order: 90 }),
    ...restorePage(project),
    ...dependencyPage(project),
  ],
  documents: () => [
    {
      path: 'docs/runbooks/README.md',
      title: 'Runbooks',
      tells: 'what to do when something is wrong, page by page',
    },
  ],
  samples: { default: {} },
});
