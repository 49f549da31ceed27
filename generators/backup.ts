/** Backups that were restored on trial, encrypted and copied to two regions, and the script that restores them. */
import {
  BACKUP_RESOURCES,
  BACKUP_UID,
  backupOf,
  backupScheduleOf,
  clusterVariables,
  cronJobsOf,
  SAVED_OBJECTS,
  type Backup,
} from '../src/component/backup-view.ts';
import { accountOf, composeResources, spdxOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { boolean, choice, integer, matching, text, type KnownAnswers } from '../src/component/fields.ts';
import { databaseIsOutside, hasCluster, operationsView } from '../src/component/operations-view.ts';
import { knownSlug } from '../src/component/project-fields.ts';
import { literal } from '../src/render/view.ts';

/** docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, without the dots that break TLS; or none. */
const BUCKET = '^(?:[a-z0-9][a-z0-9-]{1,61}[a-z0-9])?$';
const REGION = '^[a-z]{2}(?:-[a-z]+)+-[0-9]$';
/** A volume of compose and a claim of Kubernetes alike; or none. */
const VOLUME = '^(?:[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)?$';

const FOLDERS = ['scripts', 'docker/scripts'] as const;

const HOUR = 3600;

/** As the API server has them, with a stand-in for the namespace. */
const KUBERNETES_PATHS = SAVED_OBJECTS.flatMap(({ group, version, resources }) =>
  resources.map(
    (resource) => `${group === '' ? 'api' : `apis/${group}`}/${version}/namespaces/NAMESPACE/${resource}`,
  ),
);

const bucketName = (known: KnownAnswers, ending: string): string =>
  `${knownSlug(known)}-${ending}`.slice(0, 63);

const isChosen =
  (component: string, category: string) =>
  (known: KnownAnswers): boolean => {
    const chosen = known.get(category);
    return Array.isArray(chosen) && chosen.includes(component);
  };

/** Half a sentence for people: "the database, Redis and files of users". */
function heldBy({ hasDatabase, hasRedis, uploads }: Backup, project: Project): string {
  const parts = [
    ...(hasDatabase ? ['the database'] : []),
    ...(hasRedis ? ['Redis'] : []),
    ...(uploads === '' ? [] : ['files of users']),
    ...(hasCluster(project) ? ["the cluster's configuration"] : []),
  ];
  const last = parts.at(-1) ?? 'files of users';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** The Dockerfile as compose finds it from the folder of the scripts. */
const dockerfileFrom = (folder: string): string =>
  `${folder
    .split('/')
    .map(() => '..')
    .join('/')}/docker/backup/Dockerfile`;

const hours = (count: number): string => (count === 1 ? 'hour' : `${count} hours`);

/** What a container elsewhere is told of the buckets. */
const bucketOptions = (buckets: Backup['buckets']): string =>
  [
    ...(buckets.length > 0 ? [' --env AWS_ACCESS_KEY_ID --env AWS_SECRET_ACCESS_KEY'] : []),
    ...buckets.map(({ name, region }, index) => {
      const prefix = index === 0 ? 'BACKUP' : 'BACKUP_SECOND';
      return ` --env ${prefix}_BUCKET=${name} --env ${prefix}_REGION=${region}`;
    }),
  ].join('');

/** Whether the External Secrets Operator fetches its Secret, for kustomize. */
const isFetched = (project: Project): boolean =>
  project.has('kustomize') && project.answer('kustomize.secrets') === 'external-secret';

/** What starts the script: with neither of the two, somebody's own timer does. */
function runBy({ intervalHours }: Backup, project: Project): string {
  const starters = [
    ...(project.has('compose') ? ['the service `backup` of the production stack'] : []),
    ...(hasCluster(project)
      ? [`the CronJob ${orOf(cronJobsOf(project))}, by \`${backupScheduleOf(intervalHours)}\` in UTC`]
      : []),
  ];
  return starters.join(', and ') || 'a timer of the machine has to start it';
}

const orOf = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' or ');

/** What it is in a cluster. */
function clusterView(backup: Backup, project: Project) {
  const { secrets, ports } = backup;
  const kustomize = project.has('kustomize');
  return {
    cronJobs: [...cronJobsOf(project)],
    cronJobNames: literal(orOf(cronJobsOf(project))),
    secretNames: literal(orOf(cronJobsOf(project).map((name) => `${name}-secrets`))),
    secretList: secrets.map(({ name, is }) => ({ name, is: literal(is) })),
    environment: clusterVariables(backup).map((variable) => ({ ...variable })),
    figures: { ...BACKUP_RESOURCES },
    rules: SAVED_OBJECTS.map(({ group, resources }) => ({ group, resources: literal(resources.join(', ')) })),
    reachesData: ports.length > 0,
    ports,
    ...(kustomize && {
      dataNetwork: String(project.answer('kustomize.dataNetwork')),
      secretStore: String(project.answer('kustomize.secretStore')),
    }),
  };
}

function viewOf(project: Project) {
  const backup = backupOf(project);
  if (!backup) throw new Error('the backup renders, and is not in the plan');
  const { folder, intervalHours, days, hasDatabase, hasRedis, buckets, uploads, volumeGb } = backup;
  const [bucket, secondBucket] = buckets;
  return {
    ...operationsView(project),
    folder,
    days,
    holds: literal(heldBy(backup, project)),
    parts: literal(
      [...(hasDatabase ? ['database'] : []), ...(hasRedis ? ['redis'] : []), 'uploads', 'kubernetes'].join(
        ' ',
      ),
    ),
    restoreOptions: literal(
      `${hasDatabase ? '[--database NAME] ' : ''}${hasRedis ? '[--redis-to FILE] ' : ''}`,
    ),
    interval: literal(hours(intervalHours)),
    intervalSeconds: intervalHours * HOUR,
    offsetSeconds: intervalHours === 24 ? 2 * HOUR : 0,
    schedule: literal(backupScheduleOf(intervalHours)),
    kubernetesPaths: literal(KUBERNETES_PATHS.join(' ')),
    postgres: hasDatabase,
    redis: hasRedis,
    oneStage: !hasRedis,
    percentEncoded: hasDatabase || hasRedis,
    ...(hasDatabase && { postgresVersion: String(project.answer('postgres.version')) }),
    ...(hasRedis && { redisVersion: String(project.answer('redis.version')) }),
    uid: BACKUP_UID,
    title: `${project.names.display} backup`,
    spdx: spdxOf(project.licence),
    account: accountOf(project.names),
    dockerfile: dockerfileFrom(folder),
    uploads,
    volumeGb,
    copies: buckets.length > 0,
    bucket: bucket?.name ?? '',
    region: bucket?.region ?? '',
    secondBucket: secondBucket?.name ?? '',
    secondRegion: secondBucket?.region ?? '',
    buckets: buckets.map((one) => ({ ...one })),
    resources: composeResources(BACKUP_RESOURCES),
    // Made here, because in a template the braces of compose and of Handlebars run together.
    versionTag: literal('${VERSION:-local}'),
    postgresPassword: literal('${POSTGRES_PASSWORD:?set it in .env}'),
    redisPassword: literal('${REDIS_BACKUP_PASSWORD:?set it in .env}'),
    passphrase: literal('${BACKUP_PASSPHRASE:?set it in .env}'),
    accessKeyId: literal('${AWS_ACCESS_KEY_ID:-}'),
    secretAccessKey: literal('${AWS_SECRET_ACCESS_KEY:-}'),
    machine: project.has('compose'),
    cluster: hasCluster(project),
    runBy: literal(runBy(backup, project)),
    ...(hasCluster(project) && clusterView(backup, project)),
    pointInTime:
      databaseIsOutside(project) &&
      project.has('disaster-recovery') &&
      project.answer('disaster-recovery.pointInTimeRecovery') === true,
    runVariables: literal(`${hasDatabase ? ' --env DATABASE_URL' : ''}${hasRedis ? ' --env REDIS_URL' : ''}`),
    bucketOptions: literal(bucketOptions(buckets)),
  };
}

/** What of the production stack is due: the service, what it waits for, and the files of users. */
const composeFragments = (project: Project) => {
  const backup = backupOf(project);
  return [
    add.compose('production', 'compose/backup.production.yml', { order: 62 }),
    ...(backup?.hasDatabase
      ? [add.compose('production', 'compose/postgres.production.yml', { order: 63 })]
      : []),
    ...(backup?.hasRedis ? [add.compose('production', 'compose/redis.production.yml', { order: 64 })] : []),
    ...(backup?.uploads ? [add.compose('production', 'compose/uploads.production.yml', { order: 65 })] : []),
    add.compose('production', 'compose/hardening.production.yml', { order: 66 }),
    add.env('env', 'env/backup.env', { order: 75 }),
  ];
};

export default defineComponent({
  id: 'backup',
  category: 'operations',
  description:
    'backups restored on trial, encrypted, copied to two regions, and the script that restores them',
  chosenByDefault: false,
  requires: ['docker'],
  fields: {
    folder: choice('Folder of the backup scripts', FOLDERS, {
      help: 'Where backup.sh and restore.sh stand.',
      default: 'scripts',
    }),
    intervalHours: choice('Hours between backups', ['1', '2', '3', '4', '6', '8', '12', '24'], {
      help: 'How often a backup is made; what was written since the last one can be lost.',
      default: '24',
    }),
    days: integer('Days that archives are kept', {
      help: 'How long a backup is kept, here and in the buckets.',
      default: 30,
      min: 1,
      max: 3650,
    }),
    redis: boolean('Backup of Redis', {
      help: 'Whether a snapshot of Redis is saved too; its server has to allow replication, which managed ones often do not.',
      default: true,
      when: { test: isChosen('redis', 'data'), reason: 'there is no Redis' },
    }),
    uploads: text('Volume with files of users', {
      help: 'The volume of compose, and the claim of the cluster, that holds files of users; empty: there are none.',
      default: '',
      maxLength: 63,
      ...matching(VOLUME, 'must be the name of a volume, such as uploads, or empty'),
    }),
    bucket: text('Bucket', {
      help: 'The S3 bucket that each archive is copied to; empty: it stays where it was made.',
      default: (known) => bucketName(known, 'backups'),
      maxLength: 63,
      ...matching(BUCKET, 'must be a bucket: 3 to 63 lower-case letters, digits and hyphens'),
    }),
    region: text('Region of the bucket', {
      help: 'Where the bucket is.',
      default: 'eu-central-1',
      maxLength: 30,
      ...matching(REGION, 'must be a region of AWS, such as eu-central-1'),
    }),
    secondBucket: text('Bucket far away', {
      help: 'A second S3 bucket for the day on which a whole region is gone; empty: there is none.',
      default: (known) => bucketName(known, 'backups-far'),
      maxLength: 63,
      ...matching(BUCKET, 'must be a bucket: 3 to 63 lower-case letters, digits and hyphens'),
    }),
    secondRegion: text('Region of the bucket far away', {
      help: 'Where the second bucket is.',
      default: 'eu-west-1',
      maxLength: 30,
      ...matching(REGION, 'must be a region of AWS, such as eu-west-1'),
    }),
    volumeGb: integer('Volume of the backup (GB)', {
      help: 'How much room the archives have in a cluster; a trial takes as much as the database does, for a while.',
      default: 20,
      min: 1,
      max: 65_536,
    }),
  },
  jobs: () => ({ build: ['backup-image'] }),
  layers: (_, project) => [
    ...(project.has('kustomize') ? ['kubernetes'] : []),
    ...(isFetched(project) ? ['external-secret'] : []),
    ...(project.has('helm') ? ['helm'] : []),
  ],
  renames: ({ folder }) =>
    FOLDERS.filter((other) => other !== folder).flatMap((other) =>
      ['backup-settings.sh', 'backup.sh', 'restore.sh'].map((name) => ({
        from: `${other}/${name}`,
        to: `${folder}/${name}`,
      })),
    ),
  view: (_, project) => viewOf(project),
  contributes: (_, project) => [
    ...(project.has('compose') ? composeFragments(project) : []),
    add.workflow('ci', 'ci/backup-image.yml', { order: 62 }),
    ...(project.has('delivery') ? [add.workflow('ci', 'ci/publish-backup.yml', { order: 82 })] : []),
    add.makefile('make', 'make/backup.mk', { order: 61 }),
    add.dependabot('dependabot', 'dependabot.yml', { order: 62 }),
    add.readme('readme', 'readme/backup.md', { order: 56 }),
    add.readme('disaster-recovery', 'disaster/backups.md', { order: 10 }),
    ...(databaseIsOutside(project) ? [add.readme('restore', 'restore/outside.md', { order: 20 })] : []),
  ],
  samples: {
    default: {},
    hourly: { intervalHours: '1', days: 7, folder: 'docker/scripts', uploads: 'uploads', secondBucket: '' },
  },
});
