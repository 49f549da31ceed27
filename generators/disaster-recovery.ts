/** How much is lost and how long it takes when a machine, a database or a region is gone: computed from the options. */
import { productionStackOf } from '../src/component/application-view.ts';
import { backupOf, composeRestore, cronJobsOf } from '../src/component/backup-view.ts';
import { accountOf } from '../src/component/container-view.ts';
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { boolean, choice, integer, matching, text, type KnownAnswers } from '../src/component/fields.ts';
import {
  databaseIsOutside,
  deploymentGuideFrom,
  hasAccounts,
  hasCluster,
  operationsView,
} from '../src/component/operations-view.ts';
import { targetsOf } from '../src/component/target-view.ts';
import { literal } from '../src/render/view.ts';

/** What point-in-time recovery of the providers loses at most: they ship the log every five minutes. */
const POINT_IN_TIME_MINUTES = 5;

/** User, host and folder as rsync and scp take them. */
const REMOTE_FOLDER = '^[a-z_][a-z0-9_-]{0,31}@[a-z0-9][a-z0-9.-]{0,252}:[A-Za-z0-9._/-]{1,200}$';

/** The component of this name makes backups by itself, and says when. */
const OWN_BACKUPS = {
  test: (known: KnownAnswers): boolean => {
    const chosen = known.get('operations');
    return !(Array.isArray(chosen) && chosen.includes('backup'));
  },
  reason: 'the component backup says it, by a field of its own',
};

interface Answers {
  readonly backupIntervalHours: string;
  readonly pointInTimeRecovery: boolean;
  readonly restoreMinutes: number;
  readonly rebuildMinutes: number;
  readonly backupDays: number;
  readonly copyTo: string;
}

const hours = (count: number): string => (count === 1 ? '1 hour' : `${count} hours`);

/** Every so many hours at minute 17, when not everybody else's jobs start. */
const scheduleOf = (interval: number): string => `17 ${interval === 24 ? '2' : `*/${interval}`} * * *`;

/** Until somebody has begun: what the person on call is granted to answer. */
const answerMinutes = (project: Project): number =>
  project.has('on-call') ? Number(project.answer('on-call.acknowledgeMinutes')) : 0;

/** What a new machine needs of the old one. */
function copiesFrom(copyTo: string, project: Project): string {
  const backup = backupOf(project);
  if (!backup) return `the copies of the dumps from \`${copyTo}\``;
  const names = backup.buckets.map(({ name }) => `\`${name}\``).join(' or ');
  return names === '' ? 'the archives of the volume `backups`' : `credentials for the archives in ${names}`;
}

/** How a database whose data is still there comes back, by where it is. */
function databaseBack(project: Project): string {
  const standby = 'standby takes its place by the means of the provider, where there is one.';
  if (!project.has('compose')) return `A ${standby}`;
  const command = `${productionStackOf(project)} up --detach --wait --force-recreate postgres`;
  const container = `In its container, \`${command}\` starts another one with the data of its volume.`;
  return databaseIsOutside(project) ? `${container} At its provider, a ${standby}` : container;
}

/** The sections on what can be lost, in the order of the table. */
function scenarioPages(project: Project): readonly string[] {
  const machine = project.has('compose') ? 'machine-by-compose' : 'machine';
  return [
    'overview',
    ...(project.has('postgres') ? ['database'] : []),
    'region',
    ...(hasCluster(project) ? ['cluster'] : []),
    ...(targetsOf(project).length > 0 ? ['platform'] : []),
    ...(isOnMachine(project) ? [machine] : []),
    ...(project.has('postgres') ? ['corruption'] : []),
  ];
}

/** What brings a version into an empty cluster, by each way there is. */
const deployCommandsOf = ({ has }: Project): readonly string[] => [
  ...(has('kustomize') ? ['scripts/deploy-kubernetes.sh production'] : []),
  ...(has('helm') ? ['scripts/deploy-helm.sh production'] : []),
];

/** What makes a backup out of turn; empty where cron alone does. */
function backupNowOf(project: Project): readonly string[] {
  if (!backupOf(project)) return [];
  const namespace = `${project.names.slug}-production`;
  return [
    ...(project.has('compose') ? [`${productionStackOf(project)} exec -T backup backup.sh`] : []),
    ...cronJobsOf(project).map(
      (name) => `kubectl --namespace ${namespace} create job --from=cronjob/${name} ${name}-before`,
    ),
  ];
}

/** Who has which part; without a page on that, the team itself says it. */
function rolesOf(project: Project) {
  const reached = (field: string): string =>
    project.has('on-call') ? String(project.answer(`on-call.${field}`)) : 'named by the team';
  return {
    leadReached: reached('lead'),
    operatorReached: reached('email'),
    securityReached: reached('security'),
  };
}

/** Hours between two dumps, whoever makes them. */
const intervalOf = ({ backupIntervalHours }: Answers, project: Project): number =>
  backupOf(project)?.intervalHours ?? Number(backupIntervalHours);

/** Whether a copy of the backups is in a region other than that of the first bucket. */
function hasCopyFarAway(project: Project): boolean {
  const regions = backupOf(project)?.buckets.map(({ region }) => region) ?? [];
  return new Set(regions).size > 1;
}

/** What the application runs on, and loses all at once; data goes along where it is kept there. */
const platformsOf = (project: Project) => [
  ...(hasCluster(project) ? [{ title: 'Cluster failure', anchor: 'cluster-failure', takesData: false }] : []),
  ...(targetsOf(project).length > 0
    ? [{ title: 'Platform failure', anchor: 'platform-failure', takesData: false }]
    : []),
  ...(isOnMachine(project)
    ? [
        {
          title: 'Machine failure',
          anchor: 'machine-failure',
          takesData: project.has('compose') && project.has('postgres'),
        },
      ]
    : []),
];

/** Links to scenarios, with what stands between them in a sentence. */
const separatedBy = (word: string, platforms: ReturnType<typeof platformsOf>) =>
  platforms.map(({ title, anchor }, index) => ({
    name: literal(title.toLowerCase()),
    anchor: literal(anchor),
    separator: literal(index < platforms.length - 1 ? word : ''),
  }));

/** By compose, or because nothing else runs it. */
const isOnMachine = (project: Project): boolean =>
  project.has('compose') || !(hasCluster(project) || targetsOf(project).length > 0);

/**
 * What each disaster costs at most. A region takes what it runs on and the data at once; point-in-time recovery goes
 * with its provider's region, while backups that are far away remain.
 */
function scenarios(answers: Answers, project: Project) {
  const { restoreMinutes, rebuildMinutes, pointInTimeRecovery } = answers;
  const hasDatabase = project.has('postgres');
  const interval = hours(intervalOf(answers, project));
  const inTime = `${POINT_IN_TIME_MINUTES} minutes`;
  const dumps = project.has('compose') ? `${inTime}; ${interval} in its container` : inTime;
  const rpo = pointInTimeRecovery && databaseIsOutside(project) ? dumps : interval;
  const database = (title: string, anchor: string, lost: string) =>
    hasDatabase ? [{ title, anchor, rpo: lost, minutes: restoreMinutes }] : [];
  const withData = (takesData: boolean) => ({
    rpo: takesData ? interval : 'nothing',
    minutes: rebuildMinutes + (takesData ? restoreMinutes : 0),
  });
  return [
    ...database('Database failure', 'database-failure', rpo),
    { title: 'Region failure', anchor: 'region-failure', ...withData(hasDatabase) },
    ...platformsOf(project).map(({ takesData, ...platform }) => ({ ...platform, ...withData(takesData) })),
    ...database('Data corruption', 'data-corruption', `${rpo} before the fault, and all after it`),
  ].map(({ title, anchor, rpo: lost, minutes }) => ({
    title: literal(title),
    anchor: literal(anchor),
    rpo: literal(lost),
    rto: literal(`${answerMinutes(project) + minutes} minutes`),
  }));
}

/** What is lost at most, by where the database is. */
function objectives(answers: Answers, project: Project) {
  const interval = hours(intervalOf(answers, project));
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
      when: OWN_BACKUPS,
    }),
    backupDays: integer('Days that backups are kept', {
      help: 'How long a dump of the database is kept.',
      default: 30,
      min: 7,
      max: 3650,
      when: OWN_BACKUPS,
    }),
    copyTo: text('Backups copied to', {
      help: 'Another machine that dumps are copied to by rsync, as user@host:folder.',
      default: (known) => `backup@backup.${String(known.get('domain') ?? 'example.com')}:dumps`,
      maxLength: 500,
      when: OWN_BACKUPS,
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
    rebuildMinutes: integer('Rebuilt within (minutes)', {
      help: 'How long it takes until a new machine or cluster runs the application, as last measured or as promised.',
      default: 90,
      min: 5,
      max: 2880,
    }),
  },
  view: (answers, project) => ({
    ...operationsView(project),
    ...answers,
    answerMinutes: answerMinutes(project),
    totalMinutes: answerMinutes(project) + answers.restoreMinutes,
    interval: literal(hours(intervalOf(answers, project))),
    schedule: literal(scheduleOf(Number(answers.backupIntervalHours))),
    // Once a day is enough for what is a month old.
    cleanSchedule: literal('47 4 * * *'),
    objectives: objectives(answers, project),
    scenarios: scenarios(answers, project),
    platforms: separatedBy(' or ', platformsOf(project)),
    whatItIs: literal(
      project.has('runbooks') ? '[what it is](runbooks/dependency-down.md#postgresql)' : 'what its log says',
    ),
    databaseBack: literal(databaseBack(project)),
    regionLoses: literal(
      project.has('postgres')
        ? 'what runs the application, the data, and the backups beside it'
        : 'whatever runs the application',
    ),
    logsToAsk: literal(
      hasAccounts(project) ? 'the log of deployments, `auth_audit_log`' : 'the log of deployments',
    ),
    rollBack: literal(
      project.has('runbooks') ? '[roll back](runbooks/rollback.md)' : 'start the version before',
    ),
    alertsOfDatabase: project.has('monitoring') && project.has('compose'),
    severalDeployCommands: deployCommandsOf(project).length > 1,
    hasBackupNow: backupNowOf(project).length > 0,
    deployCommands: deployCommandsOf(project).map(literal),
    restorePage: literal(
      project.has('runbooks') && project.has('postgres')
        ? '[Restore](runbooks/restore.md)'
        : 'restore the newest backup into an empty database',
    ),
    copyFarAway: hasCopyFarAway(project),
    noCopyFarAway: project.has('postgres') && !hasCopyFarAway(project),
    backupDays: backupOf(project)?.days ?? answers.backupDays,
    backupNow: backupNowOf(project).map(literal),
    ...rolesOf(project),
    // A dump that is a quarter of an hour late is late.
    freshMinutes: 60 * Number(answers.backupIntervalHours) + 15,
    restorable: project.has('runbooks') && project.has('postgres'),
    secretsPage: literal(
      project.has('deployment-guide')
        ? `[the deployment guide](${deploymentGuideFrom('docs', project)}#secrets)`
        : project.has('env')
          ? '`.env.example`'
          : 'the settings of the application',
    ),
    guide: literal(
      project.has('deployment-guide')
        ? `[the deployment guide](${deploymentGuideFrom('docs', project)})`
        : project.has('readme')
          ? '[the README](../README.md)'
          : 'the files of this repository',
    ),
    hasDatabase: project.has('postgres'),
    copiesFrom: literal(copiesFrom(answers.copyTo, project)),
    restoreNewest: literal(composeRestore(project, accountOf(project.names)).onNewMachine),
    redisIsForgotten: project.has('redis') && backupOf(project)?.hasRedis !== true,
    redisIsKept: backupOf(project)?.hasRedis === true,
    dumps: !answers.pointInTimeRecovery || (project.has('compose') && project.has('postgres')),
    // Dumps are what the objective rests on, unless the provider's own recovery is all that there is.
    dumpsOutside: databaseIsOutside(project) && !answers.pointInTimeRecovery,
    pointInTime: databaseIsOutside(project) && answers.pointInTimeRecovery,
  }),
  contributes: (_, project) => [
    open.readme('disaster-recovery', 'docs/DISASTER_RECOVERY.md'),
    add.readme('disaster-recovery', 'opening.md', { order: 0 }),
    ...(project.has('postgres') && !project.has('backup')
      ? [add.readme('disaster-recovery', 'backups.md', { order: 10 })]
      : []),
    ...scenarioPages(project).map((page, index) =>
      add.readme('disaster-recovery', `scenarios/${page}.md`, { order: 20 + index }),
    ),
    add.readme('disaster-recovery', 'way-back.md', { order: 28 }),
    add.readme('disaster-recovery', 'rehearsal.md', { order: 30 }),
    add.readme('disaster-recovery', 'people.md', { order: 40 }),
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
    pointInTime: { pointInTimeRecovery: true, restoreMinutes: 30 },
  },
});
