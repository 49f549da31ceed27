/** What is known of the backup to all that speak of it: when it runs, what it holds, where it is kept, and what one run is granted. */
import { productionStackOf, runningStackOf } from './application-view.ts';
import type { Project, Resources } from './define.ts';
import type { Share } from './workload-view.ts';

/** The user of its image, whom no other image of the project has. */
export const BACKUP_UID = 10_001;

/** One run dumps, restores on trial with a server of its own, and copies. */
export const BACKUP_RESOURCES: Resources = {
  cpuRequestMillis: 250,
  cpuLimitMillis: 1000,
  memoryRequestMb: 256,
  memoryLimitMb: 1024,
};

/** By cron and in UTC: once a day at two, or else every so many hours. */
export const backupScheduleOf = (intervalHours: number): string =>
  intervalHours === 24 ? '0 2 * * *' : `0 */${intervalHours} * * *`;

/**
 * What of a namespace is saved: that which people and deployments write, and neither Secrets nor what the cluster makes
 * from it. The role in a cluster is made of the same.
 */
export const SAVED_OBJECTS = [
  {
    group: '',
    version: 'v1',
    resources: ['configmaps', 'persistentvolumeclaims', 'serviceaccounts', 'services'],
  },
  { group: 'apps', version: 'v1', resources: ['deployments'] },
  { group: 'autoscaling', version: 'v2', resources: ['horizontalpodautoscalers'] },
  { group: 'batch', version: 'v1', resources: ['cronjobs'] },
  { group: 'networking.k8s.io', version: 'v1', resources: ['ingresses', 'networkpolicies'] },
  { group: 'policy', version: 'v1', resources: ['poddisruptionbudgets'] },
] as const;

/** A secret of the backup in a cluster, under its key. */
export interface BackupSecret {
  readonly name: string;
  readonly is: string;
}

export interface Backup {
  /** Where its scripts are in the repository. */
  readonly folder: string;
  readonly intervalHours: number;
  readonly days: number;
  readonly hasDatabase: boolean;
  readonly hasRedis: boolean;
  readonly buckets: readonly { readonly name: string; readonly region: string }[];
  /** What holds the files of users; empty where there are none. */
  readonly uploads: string;
  readonly volumeGb: number;
  /** What it has to be told in a cluster. */
  readonly secrets: readonly BackupSecret[];
  /** Data services that it reaches, by their ports. */
  readonly ports: readonly number[];
}

/** Undefined where no backup was chosen. */
export function backupOf(project: Project): Backup | undefined {
  if (!project.has('backup')) return undefined;
  const answer = (field: string): unknown => project.answer(`backup.${field}`);
  const hasDatabase = project.has('postgres');
  const hasRedis = project.has('redis') && answer('redis') === true;
  const buckets = [
    { name: String(answer('bucket')), region: String(answer('region')) },
    { name: String(answer('secondBucket')), region: String(answer('secondRegion')) },
  ].filter(({ name }) => name !== '');
  return {
    folder: String(answer('folder')),
    intervalHours: Number(answer('intervalHours')),
    days: Number(answer('days')),
    hasDatabase,
    hasRedis,
    buckets,
    uploads: String(answer('uploads')),
    volumeGb: Number(answer('volumeGb')),
    secrets: [
      { name: 'BACKUP_PASSPHRASE', is: 'what encrypts the archives: 32 characters or more' },
      ...(hasDatabase
        ? [{ name: 'DATABASE_URL', is: 'the URL of the database, of a role that reads all of it' }]
        : []),
      ...(hasRedis ? [{ name: 'REDIS_URL', is: 'the URL of Redis, of a user who may replicate' }] : []),
      ...(buckets.length > 0
        ? [
            {
              name: 'AWS_CREDENTIALS',
              is: "a credentials file of the AWS command line, for the archives' buckets",
            },
          ]
        : []),
    ],
    ports: [...(hasDatabase ? [5432] : []), ...(hasRedis ? [6379] : [])],
  };
}

/** What the quota of its namespace has to bear beside the application: one that runs, and one that was made anew. */
export const BACKUP_SHARES: readonly Share[] = [{ count: 2, resources: BACKUP_RESOURCES }];

/** What its CronJob is called: kustomize has a namespace for each environment, a chart may share one. */
export const cronJobsOf = ({ has, names }: Project): readonly string[] => [
  ...(has('kustomize') ? ['backup'] : []),
  ...(has('helm') ? [`${names.slug}-backup`] : []),
];

/** A variable and its value, as a pod is told of it. */
export interface BackupVariable {
  readonly name: string;
  readonly value: string;
}

/** Where the secrets are mounted. */
const SECRETS_FOLDER = '/run/secrets/backup';

/** What the script is told in a cluster. */
export const clusterVariables = ({ days, buckets, uploads, secrets }: Backup): readonly BackupVariable[] => [
  { name: 'BACKUP_DAYS', value: String(days) },
  ...buckets.flatMap(({ name, region }, index) => {
    const prefix = index === 0 ? 'BACKUP' : 'BACKUP_SECOND';
    return [
      { name: `${prefix}_BUCKET`, value: name },
      { name: `${prefix}_REGION`, value: region },
    ];
  }),
  ...(uploads === '' ? [] : [{ name: 'BACKUP_UPLOADS', value: '/uploads' }]),
  ...secrets.map(({ name }) => ({
    name: name === 'AWS_CREDENTIALS' ? 'AWS_SHARED_CREDENTIALS_FILE' : `${name}_FILE`,
    value: `${SECRETS_FOLDER}/${name}`,
  })),
];

/** How documents say that a database in compose is restored into an empty one beside it: from an archive, or from a dump at hand. */
export function composeRestore(project: Project, account: string) {
  return project.has('backup')
    ? {
        says: 'Restore an archive beside what is there; `latest` may be any name that `restore.sh --list` prints',
        command: `${productionStackOf(project)} exec -T backup restore.sh latest --database ${account}_restored`,
        onNewMachine: `${productionStackOf(project)} run --rm -T backup restore.sh latest --database ${account}`,
      }
    : {
        says: 'Restore the dump beside what is there; `newest.dump` is the one that was chosen',
        command: `${runningStackOf(project)} exec -T postgres pg_restore --username=postgres --dbname=${account}_restored --exit-on-error --single-transaction < newest.dump`,
        onNewMachine: `${runningStackOf(project)} exec -T postgres pg_restore --username=postgres --dbname=${account} --exit-on-error --single-transaction < newest.dump`,
      };
}
