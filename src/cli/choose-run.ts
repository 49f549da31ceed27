/** What a run is about to do, however its answers came together: given by flags and files, or asked of a person. */
import { relative, resolve } from 'node:path';
import { machineError, usageError } from '../errors.ts';
import type { OnConflict } from '../merge/reconcile.ts';
import type { Resolution } from '../plan/answers.ts';
import type { Plan } from '../plan/plan-run.ts';
import { openTarget, targetFault, type Target } from '../repo/open-repo.ts';
import type { RunRequest } from '../run.ts';
import type { CommandContext } from './commands/command.ts';
import { repeatable } from './settled.ts';
import { teamRules } from './team-rules.ts';

export interface ChosenRun {
  readonly request: RunRequest;
  readonly resolution: Resolution;
  /** As the user would name it: relative to where he stands. */
  readonly directory: string;
  /** The work tree that the target lies in, before anything was written. */
  readonly workTree?: string;
}

export interface Choice {
  /** As given; absent: the folder is named after the project. */
  readonly directory: string | undefined;
  readonly resolution: Resolution;
  readonly plan: Plan;
  readonly preset: string | null;
  /** Decisions for single files that a person made. */
  readonly decisions: RunRequest['decisions'];
}

/**
 * Puts a run together from resolved answers.
 * @throws BulwarkError (code 2) for issues of the plan, (code 6) when an answer breaks a team rule, (code 8) when a pack is not
 * what the target's lock says, (code 74) when the target cannot be written
 */
export async function chooseRun(context: CommandContext, choice: Choice): Promise<ChosenRun> {
  const { line, catalog, terminal, signal, packs } = context;
  const { resolution, plan, preset, decisions } = choice;
  if (plan.issues.length > 0) throw usageError(plan.issues);
  const target = resolve(terminal.cwd, choice.directory ?? plan.project.names.slug);
  const { workTree } = usableTarget(target);
  const onConflict = onConflictOf(context);
  const holdToRules = await teamRules(context, target, {
    answers: resolution.answers,
    components: resolution.components.map(({ id }) => id),
  });
  return {
    resolution,
    directory: shownDirectory(terminal.cwd, target),
    ...(workTree !== undefined && { workTree }),
    request: {
      command: 'create',
      splices: false,
      target,
      preset,
      answers: resolution.answers,
      plan,
      ...(packs
        ? { packs: packs.recordsFor(target) }
        : { isRepeatable: repeatable(catalog, resolution.answers) }),
      // What a person was not asked about must not be decided for him.
      onConflict: onConflict === 'ask' ? 'fail' : onConflict,
      decisions,
      dryRun: line.options.has('dry-run'),
      judge: !line.options.has('no-verify'),
      ...(holdToRules && { holdToRules }),
      signal,
    },
  };
}

/** The shorter of the two ways to name a folder; a long climb out of where one stands says less than the whole path. */
function shownDirectory(cwd: string, target: string): string {
  const way = relative(cwd, target) || '.';
  return way.startsWith('..') && target.length < way.length ? target : way;
}

/**
 * Looks at the folder that is to be written.
 * @throws BulwarkError (code 74) when it cannot be
 */
export function usableTarget(target: string): Target {
  const found = openTarget(target);
  const fault = targetFault(found);
  if (fault) throw fault.id === 'not-a-folder' ? usageError([fault]) : machineError(fault);
  return found;
}

export const onConflictOf = ({ line }: CommandContext): OnConflict =>
  (line.options.get('on-conflict') ?? 'ask') as OnConflict;
