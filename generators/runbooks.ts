/** What to do when something is wrong, page by page, with the commands of the options that were chosen. */
import { apiPrefixOf, DATA_SERVICES, isOurApplication } from '../src/component/application-view.ts';
import { composeRestore } from '../src/component/backup-view.ts';
import { accountOf } from '../src/component/container-view.ts';
import { add, open, type View } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import {
  databaseIsOutside,
  hasAccounts,
  hasWorkflows,
  operationsView,
} from '../src/component/operations-view.ts';
import { literal } from '../src/render/view.ts';

/** How jq tells lines of the log apart: those of an error, and those that a request left. */
const LOG_LINES: Readonly<Record<string, View>> = {
  fastapi: {
    lineFields: literal(
      '`timestamp`, `level`, `logger`, `message`, `request_id`, `trace_id`, `process`, and what belongs to the\nmessage. Lines of the logger `access`',
    ),
    errorLines: literal('.level == "ERROR" or .level == "CRITICAL"'),
    accessLines: literal('.logger == "access"'),
  },
  node: {
    lineFields: literal(
      '`timestamp`, `level`, `message`, `request_id`, `trace_id`, `process`, and what belongs to the\nmessage. Those with the message `request`',
    ),
    errorLines: literal('.level == "ERROR"'),
    accessLines: literal('.message == "request"'),
  },
};

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
        // The component backup brings a section of its own along.
        ...(databaseIsOutside(project) && !project.has('backup')
          ? [add.readme('restore', 'restore/outside.md', { order: 20 })]
          : []),
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
  view: (_, project) => {
    const restore = composeRestore(project, accountOf(project.names));
    return {
      ...operationsView(project),
      apiPrefix: apiPrefixOf(project),
      ...LOG_LINES[project.stack],
      workflows: hasWorkflows(project),
      monitoring: project.has('monitoring'),
      restoreSays: literal(restore.says),
      restoreCommand: literal(restore.command),
    };
  },
  contributes: (_, project) => [
    open.readme('rollback', 'docs/runbooks/rollback.md'),
    add.readme('rollback', 'rollback/opening.md', { order: 0 }),
    add.readme('rollback', 'rollback/closing.md', { order: 90 }),
    open.readme('incident', 'docs/runbooks/incident.md'),
    add.readme('incident', 'incident/opening.md', { order: 0 }),
    ...(isOurApplication(project) ? [add.readme('incident', 'incident/application.md', { order: 10 })] : []),
    ...(hasWorkflows(project) ? [add.readme('incident', 'incident/workers.md', { order: 11 })] : []),
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
