/** Which evidence wins where two pieces differ, and where the difference is a doubt; the one place that says so. */

/** Where a piece of evidence comes from. */
export type Origin =
  | 'settings'
  | 'application'
  | 'manifest'
  | 'lock file'
  | 'version file'
  | 'licence file'
  | 'dockerfile'
  | 'compose'
  | 'cluster'
  | 'readiness probe'
  | 'health check'
  | 'workflow'
  | 'configuration'
  | 'command'
  | 'make'
  | 'code'
  | 'framework'
  | 'library'
  | 'remote'
  | 'subfolder'
  | 'title'
  | 'folder'
  | 'scope'
  | 'image'
  | 'document';

/**
 * For each question the origins, the strongest rank first. Origins of one rank tell of the same thing, so that two of them that
 * differ are a doubt, and nothing is answered; a weaker rank is what holds unless a stronger says otherwise, so that a difference
 * is none. What the deployment declares comes before what is configured, that before what the code says, and last what a
 * framework does when nobody tells it anything.
 */
const RANKS = {
  stack: [['settings'], ['application']],
  name: [['manifest'], ['subfolder'], ['remote'], ['title'], ['folder']],
  description: [['manifest'], ['title']],
  owner: [['remote'], ['manifest'], ['image'], ['scope', 'document']],
  registry: [['workflow', 'compose', 'cluster']],
  domain: [['cluster']],
  licence: [['licence file', 'manifest']],
  securityContact: [['document']],
  mainBranch: [['remote']],
  data: [['compose', 'cluster'], ['library']],
  'docker.file': [['dockerfile']],
  'none.target': [['dockerfile']],
  'none.port': [['dockerfile', 'compose', 'cluster'], ['command', 'configuration'], ['code'], ['framework']],
  // A cluster asks for readiness apart from life; a health check of an image means either.
  'none.healthPath': [['readiness probe'], ['health check'], ['code'], ['framework']],
  'none.uid': [['dockerfile'], ['compose', 'cluster']],
  // Made from the facts that are left once all files were weighed.
  'none.toolchain': [['application']],
  'none.version': [['application']],
  'none.folder': [['application']],
  'none.files': [['application']],
  'none.requirements': [['application']],
  'none.hashes': [['application']],
  'none.program': [['application']],
  'none.assets': [['application']],
  'none.dependenciesFirst': [['application']],
  'none.buildCommand': [['application']],
  'none.startCommand': [['application']],
  'none.testCommand': [['application']],
  'none.buildPackages': [['application']],
  'none.runPackages': [['application']],
  // What tests run against may lag behind what runs.
  'postgres.version': [['compose', 'cluster'], ['workflow']],
  'redis.version': [['compose', 'cluster'], ['workflow']],
  'rabbitmq.version': [['compose', 'cluster'], ['workflow']],
  packageManager: [['manifest', 'lock file'], ['configuration']],
  // A range in a manifest (`>=18`) allows what the others choose.
  runtimeVersion: [['dockerfile', 'version file'], ['manifest'], ['workflow']],
  startCommand: [['dockerfile'], ['configuration'], ['manifest']],
  testCommand: [['manifest'], ['make']],
} as const satisfies Readonly<Record<string, readonly (readonly Origin[])[]>>;

/** What can be found out: keys of questions, and facts that are no question. */
export type Subject = keyof typeof RANKS;

/** 0 is the strongest; an origin that is not named for the subject is weaker than all that are. */
export function rankOf(subject: Subject, origin: Origin): number {
  const ranks: readonly (readonly Origin[])[] = RANKS[subject];
  const rank = ranks.findIndex((origins) => origins.includes(origin));
  return rank < 0 ? ranks.length : rank;
}

export const isSubject = (key: string): key is Subject => Object.hasOwn(RANKS, key);
