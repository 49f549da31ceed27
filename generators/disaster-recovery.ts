/** How much is lost and how long it takes when a machine, a database or a region is gone: computed from the options. */
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { boolean, choice, integer, matching, text } from '../src/component/fields.ts';
import { databaseIsOutside, operationsView } from '../src/component/operations-view.ts';
import { literal } from '../src/render/view.ts';

/** What point-in-time recovery of the providers loses at most: they ship the log every five minutes. */
const POINT_IN_TIME_MINUTES = 5;

/** User, host and folder as rsync and scp take them. */
const REMOTE_FOLDER = '^[a-z_][a-z0-9_-]{0,31}@[a-z0-9][a-z0-9.-]{0,252}:[A-Za-z0-9._/-]{1,200}$';

interface Answers {
  readonly backupIntervalHours: string;
  readonly pointInTimeRecovery: boolean;
  readonly restoreMinutes: number;
  readonly backupDays: number;
}

const hours = (count: number): string => (count === 1 ? '1 hour' : `${count} hours`);

/** Every so many hours at minute 17, when not everybody else's jobs start. */
const scheduleOf = (interval: number): string => `17 ${interval === 24 ? '2' : `*/${interval}`} * * *`;

/** Until somebody has begun: what the person on call is granted to answer. */
const answerMinutes = (project: Project): number =>
  project.has('on-call') ? Number(project.answer('on-call.acknowledgeMinutes')) : 0;

/** What is lost at most, by where the database is. */
function objectives(answers: Answers, project: Project) {
  const interval = hours(Number(answers.backupIntervalHours));
  const rto = `${answerMinutes(project) + answers.restoreMinutes} minutes`;
  const dumps = { rpo: interval, rests: `a dump every ${interval}` };
  const outside = answers.pointInTimeRecovery
    ? {
        rpo: `${POINT_IN_TIME_MINUTES} minutes`,
        rests: 'point-in-time recovery, which the provider of the database keeps',
      }
    : dumps;
  const rows = [
    ...(project.has('compose') && project.has('postgres')
      ? [{ where: 'the database in its container', ...dumps }]
      : []),
    ...(databaseIsOutside(project) ? [{ where: 'the database at its provider', ...outside }] : []),
  ];
  return rows.map(({ where, rpo, rests }) => ({
    where: literal(where),
    rpo: literal(rpo),
    rto: literal(rto),
    rests: literal(rests),
  }));
}

export default defineComponent({
  id: 'disaster-recovery',
  category: 'operations',
  description: 'what is lost and how long it takes at most, and the way back from each disaster',
  chosenByDefault: false,
  fields: {
    backupIntervalHours: choice('Hours between backups', ['1', '2', '3', '4', '6', '8', '12', '24'], {
      help: 'How often the database is dumped; what was written since the last dump can be lost.',
      default: '24',
    }),
    backupDays: integer('Days that backups are kept', {
      help: 'How long a dump of the database is kept.',
      default: 30,
      min: 7,
      max: 3650,
    }),
    copyTo: text('Backups copied to', {
      help: 'Another machine that dumps are copied to by rsync, as user@host:folder.',
      default: (known) => `backup@backup.${String(known.get('domain') ?? 'example.com')}:dumps`,
      maxLength: 500,
      ...matching(REMOTE_FOLDER, 'must be user@host:folder, such as backup@backup.acme.com:dumps'),
    }),
    pointInTimeRecovery: boolean('Point-in-time recovery', {
      help: 'Whether the provider of the production database restores it to any moment.',
      default: false,
    }),
    restoreMinutes: integer('Restored within (minutes)', {
      help: 'How long it takes to bring the service back from a backup, as last measured or as promised.',
      default: 60,
      min: 5,
      max: 2880,
    }),
  },
  view: (answers, project) => ({
    ...operationsView(project),
    ...answers,
    answerMinutes: answerMinutes(project),
    totalMinutes: answerMinutes(project) + answers.restoreMinutes,
    interval: literal(hours(Number(answers.backupIntervalHours))),
    schedule: literal(scheduleOf(Number(answers.backupIntervalHours))),
    // Once a day is enough for what is a month old.
    cleanSchedule: literal('47 4 * * *'),
    objectives: objectives(answers, project),
    // A dump that is a quarter of an hour late is late.
    freshMinutes: 60 * Number(answers.backupIntervalHours) + 15,
    restorable: project.has('runbooks') && project.has('postgres'),
    secretsPage: literal(
      project.has('deployment-guide')
        ? '[the deployment guide](../DEPLOYMENT.md#secrets)'
        : project.has('env')
          ? '`.env.example`'
          : 'the settings of the application',
    ),
    guide: literal(
      project.has('deployment-guide') ? '[the deployment guide](../DEPLOYMENT.md)' : '`kubernetes/overlays`',
    ),
    hasDatabase: project.has('postgres'),
    dumps: !answers.pointInTimeRecovery || (project.has('compose') && project.has('postgres')),
    // Dumps are what the objective rests on, unless the provider's own recovery is all that there is.
    dumpsOutside: databaseIsOutside(project) && !answers.pointInTimeRecovery,
    pointInTime: databaseIsOutside(project) && answers.pointInTimeRecovery,
  }),
  contributes: (_, project) => [
    open.readme('disaster-recovery', 'docs/DISASTER_RECOVERY.md'),
    add.readme('disaster-recovery', 'opening.md', { order: 0 }),
    ...(project.has('postgres') ? [add.readme('disaster-recovery', 'backups.md', { order: 10 })] : []),
    add.readme('disaster-recovery', 'way-back.md', { order: 20 }),
    ...(project.has('compose') && project.has('postgres')
      ? [add.readme('disaster-recovery', 'another-machine.md', { order: 21 })]
      : []),
    add.readme('disaster-recovery', 'rehearsal.md', { order: 30 }),
  ],
  documents: () => [
    {
      path: 'docs/DISASTER_RECOVERY.md',
      title: 'Disaster recovery',
      tells: 'what can be lost, how long it takes, and the way back',
    },
  ],
  samples: {
    default: {},
    pointInTime: { pointInTimeRecovery: true, backupIntervalHours: '6', restoreMinutes: 30 },
  },
});
