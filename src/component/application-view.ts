/** What the application says of itself, and its processes as templates print them. */
import { literal } from '../render/view.ts';
import type { View } from './contribution.ts';
import type { ApplicationFacts, ListenerProcess, Process, Project, ScheduledProcess } from './define.ts';

/** Data services that a repository may bring along, by their components, in the order in which documents speak of them. */
export const DATA_SERVICES = ['postgres', 'redis', 'rabbitmq'] as const;

/** What the application says of itself. @throws (a bug) when the plan has no application */
export function applicationOf({ facts, stack }: Project): ApplicationFacts {
  if (!facts.app) throw new Error(`the stack ${stack} tells nothing of its application`);
  return facts.app;
}

/** Stacks whose applications are ours from the first route on. */
const STACKS_WITH_PREFIX: readonly string[] = ['fastapi', 'node'];

/** Whether the application is one that bulwark renders, with tests of its own. */
export const isOurApplication = ({ stack }: Project): boolean => STACKS_WITH_PREFIX.includes(stack);

/** Whether something reads the passwords of data services from `.env`: compose, or the URLs of a stack's own settings. */
export const readsServicePasswords = ({ has, stack }: Project): boolean => has('compose') || stack !== 'none';

/** The path under which every route of the API stands; empty where the application is one's own. */
export const apiPrefixOf = (project: Project): string =>
  isOurApplication(project) ? String(project.answer(`${project.stack}.apiPrefix`)) : '';

/** Where the manifests of kustomize lie; empty where there are none. */
export const kubernetesFolderOf = (project: Project): string =>
  project.has('kustomize') ? String(project.answer('kustomize.folder')) : '';

/** Production as an overlay of the development stack. */
export const PRODUCTION_OVERLAY = 'docker compose -f docker-compose.yml -f docker-compose.prod.yml';

/** `docker compose` with the files of production. */
export const productionStackOf = ({ facts }: Project): string =>
  facts.compose?.production ?? PRODUCTION_OVERLAY;

/**
 * `docker compose` for containers of production that run, and are in the development stack as well: an overlay needs no
 * file named, while of two files that stand alone the other one is meant by default.
 */
export const runningStackOf = (project: Project): string =>
  productionStackOf(project) === PRODUCTION_OVERLAY ? 'docker compose' : productionStackOf(project);

/** Whether the proxy shows a certificate that its owner brings, and not one that an ACME service issues. */
export const hasOwnCertificate = (project: Project): boolean =>
  project.has('nginx') && project.answer('nginx.certificates') === 'own';

/** A command as a flow sequence that JSON and YAML read alike. */
export const sequence = (command: readonly string[]) =>
  literal(`[${command.map((word) => JSON.stringify(word)).join(', ')}]`);

/** A process: `{{command}}` is the sequence, `{{commandLine}}` what is typed. */
export const processView = ({ name, does, command }: Process): View => ({
  name,
  does: literal(does),
  command: sequence(command),
  commandLine: literal(command.join(' ')),
});

/** A process with what it is asked and passed on by. */
export const listenerView = ({ port, path, livePath, readyPath, ...process }: ListenerProcess): View => ({
  ...processView(process),
  ...{ port, path, livePath, readyPath },
});

/** A process with the cron line of its times. */
export const jobView = (job: ScheduledProcess): View => ({
  ...processView(job),
  schedule: literal(job.schedule),
});
