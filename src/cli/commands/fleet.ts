/** `bulwark fleet status|update|matrix`: many repositories, each in a process of its own, one report. `fleet init` is `add fleet`. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { version } from 'bulwark:package';
import { ExitCode, usageError } from '../../errors.ts';
import { sharedBranches } from '../../fleet/distinct.ts';
import { concurrencyFaults } from '../../fleet/fleet-file.ts';
import { matrixOf } from '../../fleet/matrix.ts';
import type { FleetPorts } from '../../fleet/ports.ts';
import { reportOf } from '../../fleet/report.ts';
import { branchFault, type FleetRepository } from '../../fleet/repository.ts';
import type { Row } from '../../fleet/row.ts';
import { sideBySide } from '../../fleet/side-by-side.ts';
import { statusOf } from '../../fleet/status.ts';
import { DEFAULT_BRANCH, updateOf, type UpdateRequest } from '../../fleet/update.ts';
import { nearest } from '../../plan/nearest.ts';
import { fleetPorts } from '../fleet-ports.ts';
import type { OptionName } from '../options.ts';
import { fleetOf, type PlacedFleet } from '../read-fleet.ts';
import { progressLine, tellFleet } from '../tell-fleet.ts';
import type { Command, CommandContext } from './command.ts';

const ACTIONS = ['status', 'update', 'init', 'matrix'] as const;
/** Options of `fleet` that mean nothing to some of its actions. */
const UPDATE_ALONE: readonly OptionName[] = ['dry-run', 'branch', 'push', 'on-conflict', 'force', 'trust'];

export const fleet: Command = async (context) => {
  const [action = '', ...words] = context.line.positionals;
  switch (action) {
    case 'status':
      refuseOptions(context, UPDATE_ALONE, action);
      return status(context, words);
    case 'update':
      return update(context, words);
    case 'matrix':
      refuseOptions(context, [...UPDATE_ALONE, 'concurrency', 'rules'], action);
      return matrix(context, words);
    default: {
      const near = nearest(action, ACTIONS);
      throw usageError([
        {
          id: 'unknown-command',
          message: action === '' ? 'what is to be done with the fleet?' : `there is no "fleet ${action}"`,
          where: 'fleet',
          hint:
            near === undefined
              ? 'use: bulwark fleet status, update, init or matrix'
              : `did you mean "fleet ${near}"?`,
        },
      ]);
    }
  }
};

async function status(context: CommandContext, words: readonly string[]): Promise<ExitCode> {
  const fleet = await inhabited(context, words);
  const args = rulesArguments(context);
  const rows = await everyRepository(context, fleet, (repository, ports) =>
    statusOf(repository, args, ports),
  );
  return tellFleet(context, reportOf('status', version, rows));
}

async function update(context: CommandContext, words: readonly string[]): Promise<ExitCode> {
  const request = updateRequest(context);
  const fleet = await inhabited(context, words);
  const onBranches = fleet.repositories.filter(
    ({ kind }) => kind === 'remote' || request.branch !== undefined,
  );
  const shared = sharedBranches(onBranches, fleet.base, request.branch ?? DEFAULT_BRANCH);
  if (shared.length > 0) throw usageError(shared);
  const rows = await everyRepository(context, fleet, (repository, ports) =>
    updateOf(repository, request, ports),
  );
  return tellFleet(context, reportOf('update', version, rows));
}

/** One line, for the output of a job: `matrix=$(bulwark fleet matrix)`. */
async function matrix(context: CommandContext, words: readonly string[]): Promise<ExitCode> {
  const { terminal } = context;
  const server = terminal.environment.GITHUB_SERVER_URL ?? 'https://github.com';
  const host = URL.canParse(server) ? new URL(server).hostname : 'github.com';
  const { repositories } = await fleetOf(context, words);
  terminal.out(`${JSON.stringify(matrixOf(repositories, host))}\n`);
  return ExitCode.ok;
}

async function inhabited(context: CommandContext, words: readonly string[]): Promise<PlacedFleet> {
  const fleet = await fleetOf(context, words);
  if (fleet.repositories.length > 0) return fleet;
  throw usageError([
    {
      id: 'fleet-empty',
      message: 'the fleet has no repositories yet',
      where: 'fleet file',
      hint: 'list them under "repositories"',
    },
  ]);
}

/** Looks at each, as many side by side as are allowed, and tells of each that is done. */
function everyRepository(
  context: CommandContext,
  { repositories, concurrency, base }: PlacedFleet,
  look: (repository: FleetRepository, ports: FleetPorts) => Promise<Row>,
): Promise<readonly (Row | undefined)[]> {
  const limit = concurrencyOption(context) ?? concurrency ?? availableParallelism();
  const ports = fleetPorts(context, base);
  let done = 0;
  return sideBySide(repositories, limit, context.signal, async (repository) => {
    const row = await look(repository, ports);
    done += 1;
    context.say(progressLine(done, repositories.length, row));
    return row;
  });
}

function concurrencyOption({ line }: CommandContext): number | undefined {
  const option = line.options.get('concurrency');
  if (typeof option !== 'string') return undefined;
  const value = /^\d+$/.test(option) ? Number(option) : NaN;
  const faults = concurrencyFaults(value, '--concurrency');
  if (faults.length > 0) throw usageError(faults);
  return value;
}

function updateRequest(context: CommandContext): UpdateRequest {
  const { options } = context.line;
  const branch = options.get('branch');
  const onConflict = options.get('on-conflict');
  const fault = typeof branch === 'string' ? branchFault(branch) : undefined;
  const issues = [
    ...(fault === undefined
      ? []
      : [
          {
            id: 'invalid-value',
            message: `the branch ${fault}`,
            where: '--branch',
            hint: `write a name such as ${DEFAULT_BRANCH}`,
          },
        ]),
    ...(onConflict === 'ask'
      ? [
          {
            id: 'invalid-value',
            message: 'a fleet asks nothing: its repositories are updated side by side',
            where: '--on-conflict',
            hint: 'use one of keep, overwrite, marker, fail, or leave it out: what has conflicts is then put back',
          },
        ]
      : []),
  ];
  if (issues.length > 0) throw usageError(issues);
  return {
    version,
    dryRun: options.has('dry-run'),
    push: options.has('push'),
    keepsConflicts: onConflict === 'marker',
    ...(typeof branch === 'string' && { branch }),
    args: [
      ...rulesArguments(context),
      ...(typeof onConflict === 'string' ? ['--on-conflict', onConflict] : []),
      ...(['force', 'trust'] as const).flatMap((name) => (options.has(name) ? [`--${name}`] : [])),
    ],
  };
}

/** From where the user stands, for each repository stands somewhere else. */
function rulesArguments({ line, terminal }: CommandContext): readonly string[] {
  const rules = line.options.get('rules');
  const files = Array.isArray(rules) ? (rules as readonly string[]) : [];
  return files.flatMap((file) => ['--rules', resolve(terminal.cwd, file)]);
}

function refuseOptions({ line }: CommandContext, names: readonly OptionName[], action: string): void {
  const misplaced = names.filter((name) => line.options.has(name));
  if (misplaced.length === 0) return;
  throw usageError(
    misplaced.map((name) => ({
      id: 'misplaced-flag',
      message: `--${name} has no meaning for "fleet ${action}"`,
      where: `--${name}`,
      hint: `leave out --${name}`,
    })),
  );
}
