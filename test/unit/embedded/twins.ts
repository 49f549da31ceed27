/** Judges a good repository and its bad twins: the same files with one text exchanged. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type {
  CheckResult,
  EmbeddedCheck,
  Finding,
  JudgedFile,
  JudgedTree,
} from '../../../src/verify/check.ts';
import { runEmbedded } from '../../../src/verify/run-embedded.ts';
import { lineAt } from '../../../src/verify/embedded/source-text.ts';
import { repoPath } from '../../../src/tree/repo-path.ts';

const FOLDER = fileURLToPath(new URL('good-tree/', import.meta.url));

const goodFiles: readonly JudgedFile[] = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => statSync(FOLDER + path).isFile())
  .map((path) => ({
    path: repoPath(path.replaceAll('\\', '/'), 'good-tree'),
    content: readFileSync(FOLDER + path),
    executable: (statSync(FOLDER + path).mode & 0o100) !== 0,
  }))
  .sort((a, b) => (a.path < b.path ? -1 : 1));

/** A change that makes the good tree bad, or leaves it good in another way. */
export interface Edit {
  readonly file: string;
  /** What is exchanged, once; without it the file is new, or its whole text is exchanged. */
  readonly from?: string | RegExp;
  readonly to: string;
  readonly executable?: boolean;
}

export const goodTree = (...edits: readonly Edit[]): JudgedTree => {
  const files = new Map(goodFiles.map((file) => [file.path, file]));
  for (const { file, from, to, executable } of edits) {
    const path = repoPath(file, 'twin');
    const before = files.get(path);
    const text = before?.content.toString() ?? '';
    const after = from === undefined ? to : text.replace(from, () => to);
    if (before && after === text && executable === undefined)
      throw new Error(`the edit of ${file} changes nothing`);
    files.set(path, {
      path,
      content: Buffer.from(after),
      executable: executable ?? before?.executable ?? false,
    });
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
};

export const treeOf = (files: Readonly<Record<string, string>>): JudgedTree =>
  new Map(
    Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => {
        const path = repoPath(name, 'test');
        return [path, { path, content: Buffer.from(text), executable: false }];
      }),
  );

export async function judge(check: EmbeddedCheck, tree: JudgedTree): Promise<CheckResult> {
  const [result] = await runEmbedded(tree, [check]);
  if (!result) throw new Error('no result');
  return result;
}

export const findingsOf = (result: CheckResult): readonly Finding[] =>
  result.outcome === 'findings' ? result.findings : [];

export interface Twin extends Edit {
  readonly rule: string;
  /** Text that starts on the line the finding points at; without it the first line that the edit brought. */
  readonly at?: string;
  /** The file the finding points at, where it is another than the edited. */
  readonly in?: string;
}

const lineOf = (tree: JudgedTree, path: string, text: string): number =>
  lineAt(content(tree, path), content(tree, path).indexOf(text) + text.search(/\S/));

const content = (tree: JudgedTree, path: string): string =>
  tree.get(repoPath(path, 'test'))?.content.toString() ?? '';

/**
 * Tests that the check says nothing on the good tree, exactly one thing on each bad twin, nothing on each quiet one, and
 * that no rule is without a twin.
 */
export function testTwins(
  check: EmbeddedCheck,
  twins: readonly Twin[],
  quiet: Readonly<Record<string, readonly Edit[]>> = {},
): void {
  describe(check.id, () => {
    it('says nothing on the good repository', async () => {
      expect(await judge(check, goodTree())).toMatchObject({ outcome: 'passed' });
    });

    it.each(twins.map((twin) => [twin.rule, twin.to.trim().slice(0, 60) || 'taken out', twin] as const))(
      '%s: %s',
      async (rule, _, twin) => {
        const tree = goodTree(twin);
        const path = twin.in ?? twin.file;
        const at = twin.at ?? twin.to.split('\n').find((line) => line.trim() !== '') ?? '';
        const found = findingsOf(await judge(check, tree)).map(
          (one) => `${one.rule} ${one.path}:${one.line ?? 0}`,
        );
        expect(found).toEqual([`${rule} ${path}:${lineOf(tree, path, at)}`]);
      },
    );

    it.each(Object.entries(quiet))('is quiet: %s', async (_, edits) => {
      expect(findingsOf(await judge(check, goodTree(...edits)))).toEqual([]);
    });

    it('has a firing twin for every rule', () => {
      expect([...new Set(twins.map(({ rule }) => rule))].sort()).toEqual(
        check.rules.map(({ id }) => id).sort(),
      );
    });

    it('names its rules after itself', () => {
      for (const { id } of check.rules) expect(id).toMatch(new RegExp(`^${check.id}-[a-z-]+$`));
    });
  });
}
