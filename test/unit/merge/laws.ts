/** What holds for every merge of a file, told of any function that claims to be one. */
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import type { MergedFile, MergeFile } from '../../../src/merge/merge-file.ts';
import { exec } from '../../../src/exec.ts';
import { repoPath } from '../../../src/tree/repo-path.ts';
import type { Format, Triple } from './random-files.ts';

export const PATHS: Readonly<Record<Format | 'lines', string>> = {
  yaml: 'compose.yml',
  json: 'settings.json',
  toml: 'pyproject.toml',
  lines: 'notes.txt',
};

/** @returns the first law that the merge breaks, in words; undefined: none */
export async function brokenLaw(
  merge: MergeFile,
  format: Format | 'lines',
  triple: Triple,
): Promise<string | undefined> {
  const run = async (base: string, ours: string, theirs: string): Promise<MergedFile> => {
    const path = repoPath(PATHS[format], 'test');
    const sides = { path, base: Buffer.from(base), ours: Buffer.from(ours), theirs: Buffer.from(theirs) };
    const result = await merge(sides, exec);
    if (!result) throw new Error('a text was taken for no text');
    return result;
  };
  const { base, ours, theirs } = triple;
  const text = async (b: string, o: string, t: string): Promise<string> =>
    (await run(b, o, t)).content.toString();
  if ((await text(base, base, theirs)) !== theirs) return 'what only theirs changed is theirs';
  if ((await text(base, ours, base)) !== ours) return 'what only ours changed is ours';
  if ((await text(base, ours, ours)) !== ours) return 'what both changed alike is that';

  const result = await run(base, ours, theirs);
  const merged = result.content.toString();
  const lines = merged.split('\n');
  const lost = onlyIn(ours, base).find((line) => !lines.map(bare).includes(line));
  if (lost !== undefined) return `no line of ours is lost: ${lost}`;
  const opened = lines.flatMap((line, index) => (line === '<<<<<<< yours' ? [index + 1] : []));
  if (opened.join() !== result.conflicts.join()) return 'conflicts name their lines';
  if (result.conflicts.length > 0 && result.by === 'structure') return 'a conflict is shown by lines';
  if (result.conflicts.length > 0) return undefined;
  if ((await text(theirs, merged, theirs)) !== merged) return 'a merge after a merge changes nothing';
  // Lines that repeat can match otherwise the second time; what has a structure cannot.
  if (result.by === 'structure' && (await text(base, merged, theirs)) !== merged)
    return 'merged twice is merged once';
  if (format === 'lines') return undefined;

  let values: unknown[];
  try {
    values = [base, ours, theirs, merged].map((source) => parse(format, source));
  } catch {
    return 'what has no conflict can be read';
  }
  const [b, o, t, m] = values;
  return result.by === 'structure' ? wrongValue('', b, o, t, m) : undefined;
}

const bare = (line: string): string => line.trim().replace(/,$/, '');

const onlyIn = (ours: string, base: string): readonly string[] => {
  const known = new Set(base.split('\n').map(bare));
  return ours
    .split('\n')
    .map(bare)
    .filter((line) => line !== '' && !known.has(line));
};

export function parse(format: Format, text: string): unknown {
  switch (format) {
    case 'yaml':
      return parseYaml(text);
    case 'json':
      return JSON.parse(text.replace(/(?<=^|\s)\/\/.*$/gm, ''));
    case 'toml':
      return parseToml(text);
  }
}

/** Each value is that of the side which changed it; written apart from `mergeData`, and blind to how lists merge. */
function wrongValue(path: string, b: unknown, o: unknown, t: unknown, m: unknown): string | undefined {
  const [inBase, inOurs, inTheirs, inMerged] = [b, o, t, m].map(say);
  if (inOurs === inBase) return inMerged === inTheirs ? undefined : `${path} is what theirs says`;
  if (inTheirs === inBase) return inMerged === inOurs ? undefined : `${path} is what ours says`;
  if (inTheirs === inOurs) return inMerged === inOurs ? undefined : `${path} is what both say`;
  if (isList(o) && isList(t) && isList(m)) {
    const before = new Set(isList(b) ? b.map(say) : []);
    const missing = [...o, ...t].find(
      (value) =>
        typeof value !== 'object' && !before.has(say(value)) && !m.some((other) => say(other) === say(value)),
    );
    return missing === undefined ? undefined : `${path} has ${JSON.stringify(missing)}`;
  }
  if (!isMap(o) || !isMap(t) || !isMap(m)) return `${path} cannot be both`;
  for (const key of new Set([o, t, m].flatMap((map) => Object.keys(map)))) {
    const wrong = wrongValue(`${path}/${key}`, isMap(b) ? b[key] : undefined, o[key], t[key], m[key]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same text for the same value, whatever the order of its keys. */
const say = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : JSON.stringify(value, (_, inner: unknown) =>
        isMap(inner) ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1))) : inner,
      );
