/** The packs of a run on the command line: from `--pack` and `--trust` to a catalog; loaded only where there are packs. */
import { isAbsolute, resolve } from 'node:path';
import type { NodePlopAPI } from 'node-plop';
import { version } from 'bulwark:package';
import { BulwarkError, ExitCode, usageError } from '../errors.ts';
import { execUntil } from '../exec.ts';
import { loadPacks, type LoadedPacks } from '../packs/load-packs.ts';
import { nodePackDisk } from '../packs/pack-disk.ts';
import type { PackCode, PackPorts } from '../packs/ports.ts';
import { fetchOnce } from '../packs/fetch-pack.ts';
import { manifestOf, sourceInPack } from '../packs/load-pack.ts';
import type { NewerPacks } from '../packs/newer-packs.ts';
import { packUpdates, type PackUpdate } from '../packs/pack-updates.ts';
import {
  machineBound,
  recordsOf,
  referenceFrom,
  refuseChanged,
  type Moves,
  type PackRecords,
} from '../packs/records.ts';
import { formatReference, parseReference } from '../packs/reference.ts';
import { requestWith } from '../packs/request.ts';
import { settleReferences } from '../packs/settle-references.ts';
import type { Catalog } from '../plan/catalog.ts';
import { LOCK_PATH, parseLock, type LockedPack } from '../repo/lockfile.ts';
import { openTarget, readOwnFile } from '../repo/open-repo.ts';
import type { RuleSource } from '../rules/rule.ts';
import { repoPath, type RepoPath } from '../tree/repo-path.ts';
import type { CommandContext } from './commands/command.ts';
import { OPTIONS } from './options.ts';
import type { WantedPacks } from './pack-references.ts';
import { printable } from '../printable.ts';

export interface PackRun {
  /** Ours with the packs over it. */
  readonly catalog: Catalog;
  /** Those that were loaded, with what each brings. */
  readonly loaded: LoadedPacks;
  /** Which of them come in another version than the repository at this place was rendered from. */
  readonly updatesFor: (target: string) => readonly PackUpdate[];
  /** Asks their sources which of them there are in a newer version; what cannot be asked is told. */
  readonly newer: (target: string) => Promise<NewerPacks>;
  /**
   * What a repository at this place records of the packs.
   * @throws BulwarkError (code 8) where one of them is not what its lock says
   */
  readonly recordsFor: (target: string) => PackRecords;
  /** The team rules that the packs bring along. */
  readonly rules: readonly RuleSource[];
  /** New paths of rendered files by their old ones. */
  readonly renames: ReadonlyMap<RepoPath, RepoPath>;
  /**
   * The flags that bring the packs of this run again; what bulwark.json has comes by itself. Credentials are left out, and so is
   * trust: whoever repeats a command that he was given has not read the code.
   */
  readonly flags: readonly string[];
  /** Hands the run's plop to the plop packs among them. */
  readonly hook: (plop: NodePlopAPI) => Promise<void>;
  /** What a pack's template or fragment breaks is no bug of ours. */
  readonly defectOf: (error: unknown) => BulwarkError | undefined;
}

/**
 * Loads the packs that a command is about.
 * @throws BulwarkError as `loadPacks` does
 */
export async function packsOfRun(
  context: CommandContext,
  { references, base, locked, moves }: WantedPacks,
): Promise<PackRun> {
  const { line, catalog } = context;
  const ports = { ...packPorts(context), cwd: base };
  const fetch = fetchOnce(ports);
  const settled = await settleReferences(references, line.command === 'update', async (reference) => {
    const { name } = await manifestOf(await fetch(parseReference(reference, base)));
    return name;
  });
  const given = references.filter(
    ({ reference, from }) => from !== 'bulwark.json' && settled.includes(reference),
  );
  const flags = given.flatMap(({ reference }) => ['--pack', asTyped(reference, base, context.terminal.cwd)]);
  const loaded = await loadPacks(settled, catalog, ports, locked, fetch);
  return {
    ...packRun(loaded, moves, flags),
    newer: async (target) => {
      const { newerPacks } = await import('../packs/newer-packs.ts');
      return newerPacks(loaded.named, lockedAt(target), fetch, ports);
    },
  };
}

/** A reference as it is typed where one stands; without credentials. */
function asTyped(text: string, base: string, cwd: string): string {
  const reference = parseReference(text, base);
  return base === cwd || isAbsolute(text) ? formatReference(reference) : referenceFrom(base, reference, cwd);
}

/** The real disk, processes and network, for a command. */
export function packPorts(context: CommandContext): PackPorts {
  const { line, terminal, say, signal } = context;
  return {
    disk: nodePackDisk,
    exec: execUntil(signal),
    request: requestWith(terminal.environment),
    cwd: terminal.cwd,
    environment: terminal.environment,
    offline: line.options.has('offline'),
    options: OPTIONS.map(({ name }) => `--${name}`),
    bulwark: version,
    trusts: (code) => trusts(context, code),
    say: (text) => {
      say(printable(text));
    },
    signal,
  };
}

function packRun(loaded: LoadedPacks, moves: Moves, flags: readonly string[]): Omit<PackRun, 'newer'> {
  return {
    catalog: loaded.catalog,
    loaded,
    recordsFor: (target) => {
      const { workTree = target } = openTarget(target);
      const locked = lockedAt(target);
      refuseChanged(loaded, target, locked, moves);
      const remarks = machineBound(loaded, target, workTree, locked);
      return { ...recordsOf(loaded, target), remarks };
    },
    updatesFor: (target) => packUpdates(loaded.packs, lockedAt(target)),
    rules: loaded.packs.flatMap(({ manifest, tree }) => {
      const file = manifest.rules === undefined ? undefined : tree.get(manifest.rules);
      return file
        ? [{ name: sourceInPack(manifest.name, file.path), text: file.content.toString('utf8') }]
        : [];
    }),
    renames: new Map(
      loaded.packs.flatMap(({ manifest, renames }) =>
        [...renames].map(
          ([from, to]) => [repoPath(from, manifest.name), repoPath(to, manifest.name)] as const,
        ),
      ),
    ),
    flags,
    hook: async (plop) => {
      for (const { hooks, manifest } of loaded.packs) {
        try {
          await hooks?.(plop, {});
        } catch (error) {
          throw hookFailed(manifest.name, error);
        }
      }
    },
    defectOf: (error) =>
      error instanceof Error && DEFECTS.has(error.name)
        ? usageError([
            {
              id: 'pack-defect',
              message: `the packs do not go together with what is rendered: ${error.message}`,
              hint: 'leave a pack out to see which one it is, and run "bulwark pack lint" on it',
            },
          ])
        : undefined,
  };
}

/** The packs that the repository at this place was rendered from; none where there is none. */
function lockedAt(target: string): readonly LockedPack[] {
  const { root, state } = openTarget(target);
  const text = state === 'bulwark' ? readOwnFile(root, LOCK_PATH) : undefined;
  return text === undefined ? [] : (parseLock(text).packs ?? []);
}

const hookFailed = (name: string, error: unknown): BulwarkError =>
  usageError([
    {
      id: 'pack-hook',
      message: `the plop pack of "${name}" threw: ${error instanceof Error ? error.message : String(error)}`,
      where: name,
      hint: 'tell those who keep the pack',
    },
  ]);

/** Errors that name a template or two fragments. */
const DEFECTS: ReadonlySet<string> = new Set(['TemplateError', 'FragmentClash']);

/** `--trust`, or a person who has seen source, digest and files. `--yes` is no answer to this question. */
async function trusts({ line, terminal, style, signal }: CommandContext, code: PackCode): Promise<boolean> {
  if (line.options.has('trust')) return true;
  if (line.options.has('yes') || line.options.has('json') || !terminal.interactive) return false;
  const { inquirerPrompter } = await import('./prompter.ts');
  const prompter = await inquirerPrompter({
    input: process.stdin,
    output: process.stdout,
    style,
    colour: terminal.colour,
    signal,
    onLeave: () =>
      new BulwarkError(ExitCode.interrupted, [
        { id: 'cancelled', message: 'cancelled: nothing was written' },
      ]),
  });
  const { name, source, sha512, files } = code;
  prompter.show(
    printable(
      `\nThe pack "${name}" carries code.\n  source  ${source}\n  sha512  ${sha512}\n  files   ${files.join('\n          ')}\n`,
    ),
  );
  return prompter.confirm({
    label: 'Let it run',
    help: 'It can do whatever you can do on this machine: read the files before you say yes.',
    initial: false,
  });
}

/** The folder that a command of packs is about. */
export const packFolder = ({ terminal, line }: CommandContext): string =>
  resolve(terminal.cwd, line.positionals[1] ?? '.');
