/** What the application is on a cluster, whoever renders it for one: its pods, what they reach, and what they come to. */
import { applicationOf } from './application-view.ts';
import type { ApplicationFacts, Project, Resources } from './define.ts';

/** Whatever the image's own user is; kube-score and checkov ask for one above 10000. */
const FIRST_UID = 10_001;
/** How long a pod that is told to end goes on serving, until every proxy knows that it is leaving. */
export const PRE_STOP_SECONDS = 5;
/** What an image is called before its first release. */
export const FIRST_TAG = '0.1.0';
/** What one run of a job or of the migrations is granted, for it works on one thing at a time. */
export const TASK: Resources = {
  cpuRequestMillis: 100,
  cpuLimitMillis: 1000,
  memoryRequestMb: 128,
  memoryLimitMb: 512,
};
/** What cert-manager grants the pod by which it answers for a domain. */
export const CHALLENGE: Resources = {
  cpuRequestMillis: 10,
  cpuLimitMillis: 100,
  memoryRequestMb: 64,
  memoryLimitMb: 64,
};

/** A data service that the application is given the URL of. */
export interface DataService {
  readonly component: string;
  /** The secret with its URL. */
  readonly secret: string;
  /** Where it takes connections, also by TLS. */
  readonly ports: readonly number[];
}

const DATA_SERVICES: readonly DataService[] = [
  { component: 'postgres', secret: 'DATABASE_URL', ports: [5432] },
  { component: 'redis', secret: 'REDIS_URL', ports: [6379] },
  { component: 'rabbitmq', secret: 'RABBITMQ_URL', ports: [5672, 5671] },
];
export const MAIL_SECRET = 'SMTP_URL';
/** On which a mail server asks for a password: submission over TLS and with STARTTLS (RFC 8314, RFC 6409). */
export const MAIL_PORTS = [465, 587] as const;
/** Networks that no mail server on the internet is in (RFC 1918, RFC 3927). */
export const NOT_ON_THE_INTERNET = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
] as const;

/** What the application tells of itself, with what follows from it for a cluster. */
export interface Workload {
  readonly app: ApplicationFacts;
  /** The component that its pods are labelled with. */
  readonly service: string;
  readonly data: readonly DataService[];
  readonly sendsMail: boolean;
}

/** @throws (a bug) when the plan has no application */
export function workloadOf(project: Project): Workload {
  const app = applicationOf(project);
  const names = new Set(app.secrets.map(({ name }) => name));
  return {
    app,
    service: app.service,
    data: DATA_SERVICES.filter(({ component, secret }) => project.has(component) && names.has(secret)),
    sendsMail: names.has(MAIL_SECRET),
  };
}

/** The user of its pods. */
export const podUserOf = ({ app }: Workload): number => Math.max(app.uid, FIRST_UID);

/** From the word to end until it is ended by force: preStop, and the longest that it takes to finish what it has begun. */
export const graceSecondsOf = ({ app }: Workload): number => app.stopSeconds + PRE_STOP_SECONDS;

/** What runs until it is told to stop. */
export const deploymentsOf = ({ app, service }: Workload): readonly string[] => [
  service,
  ...app.listeners.map(({ name }) => name),
  ...app.workers.map(({ name }) => name),
];

/** What a new version replaces, by the component that its pods are labelled with. */
export const workloadsOf = (workload: Workload): readonly string[] => [
  ...deploymentsOf(workload),
  ...workload.app.jobs.map(({ name }) => name),
];

/** The hosts by the environment; production has the domain itself. */
export const hostsOf = ({ domain }: Pick<Project, 'domain'>) => ({
  dev: `dev.${domain}`,
  staging: `staging.${domain}`,
  production: domain,
});
export type Environment = keyof ReturnType<typeof hostsOf>;

type Setting = ApplicationFacts['settings'][number];

/** A setting as it is in one environment: its name, and the address in which the domain stands, are the environment's. */
export function valueIn(environment: Environment, { name, value }: Setting, project: Project): string {
  if (name === 'ENVIRONMENT') return environment === 'dev' ? 'development' : environment;
  return value.replace(`https://${project.domain}`, () => `https://${hostsOf(project)[environment]}`);
}

/** Whether a setting is another in staging than in production. */
export const differs = (setting: Setting, project: Project): boolean =>
  valueIn('staging', setting, project) !== setting.value;

/** How its pods are told of the secrets: by the files that they lie in. */
export const secretFilesOf = ({ app, service }: Workload): readonly Setting[] =>
  app.secrets.map(({ name }) => ({ name: `${name}_FILE`, value: `/run/secrets/${service}/${name}` }));

/** Times a pod may be there: while it is rolled out, a Deployment has one more than it has replicas. */
export interface Share {
  readonly count: number;
  readonly resources: Resources;
}

/** @param replicas the most that there are of the service and of each listener, and those of each worker */
export function sharesOf(
  { app }: Workload,
  { service, worker }: { readonly service: number; readonly worker: number },
): readonly Share[] {
  return [
    { count: (1 + app.listeners.length) * (service + 1), resources: app.resources },
    { count: app.workers.length * (worker + 1), resources: app.resources },
    { count: 1, resources: CHALLENGE },
    // One that is still running and one that was made anew.
    { count: 2 * (app.jobs.length + (app.migrateTarget === undefined ? 0 : 1)), resources: TASK },
  ];
}

/** The most that the namespace may ask for: what its own pods come to when all are there at once. */
export function quotaOf(shares: readonly Share[]) {
  const sum = (of: (resources: Resources) => number): number =>
    shares.reduce((total, { count, resources }) => total + count * of(resources), 0);
  return {
    pods: shares.reduce((total, { count }) => total + count, 0),
    cpuRequestMillis: sum(({ cpuRequestMillis }) => cpuRequestMillis),
    cpuLimitMillis: sum(({ cpuLimitMillis }) => cpuLimitMillis),
    memoryRequestMb: sum(({ memoryRequestMb }) => memoryRequestMb),
    memoryLimitMb: sum(({ memoryLimitMb }) => memoryLimitMb),
  };
}
