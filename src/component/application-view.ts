/** What the application says of itself, and its processes as templates print them. */
import { literal } from '../render/view.ts';
import type { View } from './contribution.ts';
import type { ApplicationFacts, Process, Project, ScheduledProcess } from './define.ts';

/** Data services that a repository may bring along, by their components, in the order in which documents speak of them. */
export const DATA_SERVICES = ['postgres', 'redis', 'rabbitmq'] as const;

/** What the application says of itself. @throws (a bug) when the plan has no application */
export function applicationOf({ facts, stack }: Project): ApplicationFacts {
  if (!facts.app) throw new Error(`the stack ${stack} tells nothing of its application`);
  return facts.app;
}

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

/** A process with the cron line of its times. */
export const jobView = (job: ScheduledProcess): View => ({
  ...processView(job),
  schedule: literal(job.schedule),
});
