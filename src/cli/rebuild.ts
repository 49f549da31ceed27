/** `bulwark update --rebuild`: makes lock and baseline anew where a merge of branches has broken them. */
import { usageError, type ExitCode } from '../errors.ts';
import { flattenAnswers } from '../plan/answers-document.ts';
import { planResolved, resolveRun } from '../plan/catalog.ts';
import { renderPlan } from '../render/render-plan.ts';
import { commitChanges } from '../repo/commit-changes.ts';
import { readRecords } from '../repo/managed-repo.ts';
import { readExisting } from '../repo/open-repo.ts';
import { RECORD_PATHS, recordChanges, recordFiles } from '../repo/records.ts';
import { parseSettings, SETTINGS_PATH, type Settings } from '../repo/settings-file.ts';
import { packedTexts } from '../run.ts';
import type { VirtualTree } from '../tree/virtual-tree.ts';
import type { CommandContext } from './commands/command.ts';
import { managedRoot } from './managed-root.ts';
import { scopeOf } from './rerun.ts';
import { repeatable } from './settled.ts';
import { tellChanges } from './tell-changes.ts';
import { version } from 'bulwark:package';

/**
 * What the answers render now becomes the baseline. A file that the broken records do not name and that is not there is left out:
 * the next update makes it.
 * @throws BulwarkError: faults of `bulwark.json` (code 2 or 3), which a person has to mend first
 */
export async function rebuild(context: CommandContext): Promise<ExitCode> {
  const { line, catalog, signal } = context;
  const root = managedRoot(context);
  const records = readRecords(root);
  if (records.settings === undefined) {
    throw usageError([
      {
        id: 'record-missing',
        message: `${SETTINGS_PATH} is not there`,
        where: SETTINGS_PATH,
        hint: 'restore it from git: lock and baseline are made from its answers',
      },
    ]);
  }
  const settings = parseSettings(records.settings);
  const resolution = resolveRun(
    catalog,
    { 'bulwark.json': flattenAnswers(settings.answers) },
    settings.preset,
  );
  if (resolution.issues.length > 0) throw usageError(resolution.issues);
  const plan = await planResolved(catalog, resolution, scopeOf(settings));
  if (plan.issues.length > 0) throw usageError(plan.issues);
  const rendered = await pinned(renderPlan(plan), settings);
  const { files } = readExisting(root, [...rendered.keys(), ...RECORD_PATHS]);
  const named = namesIn(`${records.lock ?? ''}\n${records.baseline ?? ''}`);
  const own = keptIn(records.lock ?? '');
  const tree = new Map(
    [...rendered]
      .filter(([path]) => files.has(path) || named.has(path))
      .map(([path, file]) => [path, own.has(path) ? { ...file, ownership: 'kept' as const } : file]),
  );
  const [, ...made] = recordFiles({
    settings: records.settings,
    tree,
    version,
    packs: context.packs?.recordsFor(root).locked ?? [],
    // The bytes that any other run of this program would write.
    known: [packedTexts(plan, tree)],
    originals: new Map(),
    isSettled:
      !context.packs &&
      settings.manages !== 'components' &&
      tree.size === rendered.size &&
      repeatable(catalog, resolution.answers)(records.settings),
  });
  const changes = recordChanges(made, files);
  if (!line.options.has('dry-run')) await commitChanges(root, changes, { signal });
  return tellChanges(context, changes, {
    words: 'Lock and baseline are made anew. See bulwark diff for what differs from the templates.\n',
  });
}

/** Paths that the lock calls the user's own, whatever the rest of it is worth. */
const keptIn = (lock: string): ReadonlySet<string> =>
  new Set(
    lock.split('\n').flatMap((line) => /^\s*"((?:[^"\\]|\\.)+)": \{ "owner": "kept",/.exec(line)?.[1] ?? []),
  );
/** What `bulwark pin` has found out is a part of what bulwark wrote. */
async function pinned(tree: VirtualTree, { pins }: Settings): Promise<VirtualTree> {
  return pins ? (await import('../pin/pin-tree.ts')).pinTree(tree, pins) : tree;
}

/** Paths that lock or baseline name, also where markers stand between their lines. */
const namesIn = (text: string): ReadonlySet<string> =>
  new Set(
    text.split('\n').flatMap((line) => {
      const [, locked, packed] = /^\s*"((?:[^"\\]|\\.)+)": \{|^([^\t]+)\t/.exec(line) ?? [];
      return locked ?? packed ?? [];
    }),
  );
