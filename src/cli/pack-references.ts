/** Which packs a command is about: those of `--pack`, of the answers file, and those that the repository was rendered from. */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { BulwarkError } from '../errors.ts';
import type { Moves } from '../packs/records.ts';
import type { NamedPack } from '../packs/settle-references.ts';
import { LOCK_PATH, parseLock, type LockedPack } from '../repo/lockfile.ts';
import { findManaged } from '../repo/managed-repo.ts';
import { readOwnFile } from '../repo/open-repo.ts';
import { parseSettings, SETTINGS_PATH } from '../repo/settings-file.ts';
import type { CommandContext } from './commands/command.ts';
import type { CommandName } from './options.ts';
import { standardInput } from './standard-input.ts';

/** Commands about the repository they stand in: its packs are theirs. */
const OF_A_REPOSITORY: readonly CommandName[] = [
  'add',
  'remove',
  'update',
  'check',
  'list',
  'info',
  'completion',
];

export interface WantedPacks {
  /** In the order in which they are put over our catalog: what is said later is stronger. */
  readonly references: readonly NamedPack[];
  /** The folder that relative references start from. */
  readonly base: string;
  /** Packs that are to be taken exactly as the repository has them; `update` alone takes newer ones. */
  readonly locked: readonly LockedPack[];
  /** How far those may have gone on since. */
  readonly moves: Moves;
}

/**
 * What is wrong with the repository's records or with the answers file, the command itself tells.
 * @throws BulwarkError (code 2) for a reference that cannot be read
 */
export async function wantedPacks(context: CommandContext): Promise<WantedPacks> {
  const { line, terminal } = context;
  const root = isAboutRepository(context) ? findManaged(terminal.cwd) : undefined;
  const base = root ?? terminal.cwd;
  const lock =
    root === undefined ? [] : unlessBroken(() => parseLock(readOwnFile(root, LOCK_PATH) ?? '').packs ?? []);
  const recorded =
    root === undefined
      ? []
      : unlessBroken(() => parseSettings(readOwnFile(root, SETTINGS_PATH) ?? '{}').packs);
  const inFile = await packsInAnswers(context);
  const given = line.options.get('pack');
  const flags = Array.isArray(given) ? (given as readonly string[]) : [];
  const references: NamedPack[] = [
    ...recorded.map((reference): NamedPack => {
      const name = lock.find((pack) => pack.reference === reference)?.name;
      return { reference, from: 'bulwark.json', ...(name !== undefined && { name }) };
    }),
    ...(await named(inFile.references, 'answers file', inFile.base, { base, lock })),
    ...(await named(flags, 'flag', terminal.cwd, { base, lock })),
  ];
  const isFixed = root !== undefined && references.length > 0 && line.command !== 'update';
  return {
    references,
    base,
    locked: isFixed ? lock : [],
    moves:
      !isFixed || lock.length === 0 ? 'freely' : line.command === 'check' ? 'to-new-versions' : 'nowhere',
  };
}

/** Help is about nothing until somebody asks for the help of a run: it then shows the flags of this repository. */
const isAboutRepository = ({ line }: CommandContext): boolean =>
  OF_A_REPOSITORY.includes(line.command) || line.options.has('help');

/** As the base folder sees them; what is in no need of the packs' own code loads none of it. */
async function named(
  references: readonly string[],
  from: NamedPack['from'],
  folder: string,
  { base, lock }: { readonly base: string; readonly lock: readonly LockedPack[] },
): Promise<readonly NamedPack[]> {
  if (references.length === 0) return [];
  const [{ atVersion }, { parseReference, placeOf }, { referenceFrom }] = await Promise.all([
    import('../packs/at-version.ts'),
    import('../packs/reference.ts'),
    import('../packs/records.ts'),
  ]);
  return references.map((text) => {
    const whole = atVersion(text, lock);
    if (whole !== text || folder === base) return { reference: whole, from };
    const reference = parseReference(text, folder);
    const isTypedWhole = isAbsolute(text) || placeOf(reference, folder) === undefined;
    return { reference: isTypedWhole ? text : referenceFrom(folder, reference, base), from };
  });
}

/** The YAML parser is large: it is loaded here only for a file that could name packs. */
async function packsInAnswers({
  line,
  terminal,
}: CommandContext): Promise<{ readonly references: readonly string[]; readonly base: string }> {
  const option = line.options.get('answers');
  if (typeof option !== 'string') return { references: [], base: terminal.cwd };
  const file = option === '-' ? undefined : resolve(terminal.cwd, option);
  const base = file === undefined ? terminal.cwd : dirname(file);
  const text = unlessUnreadable(() => (file === undefined ? standardInput() : readFileSync(file, 'utf8')));
  if (!/\bpacks\b/.test(text)) return { references: [], base };
  const { parseAnswersFile } = await import('../plan/answers-file.ts');
  return { references: parseAnswersFile(text, option).packs ?? [], base };
}

function unlessUnreadable(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function unlessBroken<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof BulwarkError) return [];
    throw error;
  }
}
