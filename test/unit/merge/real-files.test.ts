/** The merge over what bulwark itself renders: all of it can be read, and merges to the last byte, in time. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Exec } from '../../../src/exec.ts';
import { mergeFile } from '../../../src/merge/merge-file.ts';
import { spliceFile, type SpliceKind } from '../../../src/merge/splice-file.ts';
import { mergeDocuments } from '../../../src/merge/structure/documents.ts';
import { mergeNarrowed, mergeStructure, readerOf } from '../../../src/merge/structure/merge-structure.ts';
import { mergeText } from '../../../src/merge/structure/merge-text.ts';
import { narrow } from '../../../src/merge/structure/narrow.ts';
import { repoPath, type RepoPath } from '../../../src/tree/repo-path.ts';

const TREES = join(import.meta.dirname, '../../golden/trees');
const below = (tree: string): readonly string[] =>
  readdirSync(join(TREES, tree), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(?:ya?ml|json|toml)$/.test(path),
  );
const textOf = (tree: string, path: string): string => readFileSync(join(TREES, tree, path), 'utf8');
const at = (path: string): RepoPath => repoPath(path, 'test');
const noProcess: Exec = async () => {
  throw new Error('a process was started');
};

const FILES = ['minimal', 'fastapi', 'fastapi-platform'].flatMap((tree) =>
  below(tree).map((path) => ({ tree, path })),
);

async function readerFor(path: string) {
  const read = await readerOf(at(path));
  if (!read) throw new Error(`no reader of ${path}`);
  return read;
}

describe('files that bulwark renders', () => {
  it.each(FILES)('$tree/$path can be read with the place of each value', async ({ tree, path }) => {
    const read = await readerFor(path);
    expect(read(textOf(tree, path)).length).toBeGreaterThan(0);
  });

  const pairs = below('fastapi').filter((path) => below('fastapi-platform').includes(path));

  it.each(pairs)('%s of one preset becomes that of another to the last byte, and back', async (path) => {
    const read = await readerFor(path);
    const [one, other] = [textOf('fastapi', path), textOf('fastapi-platform', path)];
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const [base, theirs] = [read(from), read(to)];
      expect(mergeDocuments({ base, ours: base, theirs }, mergeText)).toBe(to);
    }
  });

  it.each(pairs)('%s merges the same whether its like parts are parsed or not', async (path) => {
    const read = await readerFor(path);
    const base = textOf('fastapi', path);
    const texts = { base, ours: `# Mine.\n\n${base}`, theirs: textOf('fastapi-platform', path) };
    const whole = mergeStructure(read, texts)?.text;
    const narrowed = mergeNarrowed(read, texts);
    if (narrowed !== undefined) expect(narrowed).toBe(whole);
  });

  it.each([
    ['compose', 'docker-compose.yml'],
    ['compose', 'docker-compose.prod.yml'],
    ['workflow', '.github/workflows/ci.yml'],
    ['dependabot', '.github/dependabot.yml'],
    ['pre-commit', '.pre-commit-config.yaml'],
    ['env', '.env.example'],
    ['makefile', 'Makefile'],
    ['readme', 'README.md'],
    ['ignore', '.gitignore'],
    ['attributes', '.gitattributes'],
  ] as const satisfies readonly (readonly [SpliceKind, string])[])(
    '%s: what is there already is not put there again: %s',
    async (kind, path) => {
      const content = Buffer.from(textOf('fastapi-platform', path));
      expect(await spliceFile(at(path), kind, content, content)).toEqual({ kind: 'unchanged' });
    },
  );
});

describe('what is the same on all sides', () => {
  const same = Array.from({ length: 9 }, (_, index) => `    key${index}: a value of some length\n`).join('');
  const text = `one:\n  same:\n${same}  other: 1\nlist:\n  - name: x\n    deep:\n${same}`;

  it('is left out, and put back word for word', () => {
    const narrowed = narrow({
      base: text,
      ours: `${text}mine: 1\n`,
      theirs: text.replace('other: 1', 'other: 2'),
    });
    expect(narrowed?.texts.ours).not.toContain('key3: a value of some length\n    key4');
    expect(narrowed?.restore(narrowed.texts.ours)).toBe(`${text}mine: 1\n`);
    expect(narrowed?.restore(narrowed.texts.ours.replace(/^.*left-out.*\n/gm, ''))).toBeUndefined();
  });

  it('is parsed where an alias may lead into it, or documents are told apart by it', () => {
    const sides = (whole: string) => ({
      base: whole,
      ours: `${whole}mine: 1\n`,
      theirs: whole.replace('other: 1', 'other: 2'),
    });
    expect(narrow(sides(`${text}z: *x\n`))).toBeUndefined();
    expect(narrow(sides(`${text}---\n${text}`))).toBeUndefined();
    expect(narrow(sides(`${text}z: bulwark-left-out-0\n`))).toBeUndefined();
  });

  it('does no harm where it is no structure', () => {
    const script = `run: |\n  fake:\n${same}  more\nother: 1\n`;
    const narrowed = narrow({
      base: script,
      ours: `${script}mine: 1\n`,
      theirs: script.replace('other: 1', 'other: 2'),
    });
    if (narrowed)
      expect(narrowed.restore(narrowed.texts.theirs)).toBe(script.replace('other: 1', 'other: 2'));
  });
});

describe('speed', () => {
  // 0.15 s, and 0.5 s the first time, on a busy machine; what is caught here is time that grows with the square of a file.
  it('merges thirty files of 5 KB, and one of 300 KB', async () => {
    const ci = textOf('fastapi-platform', '.github/workflows/ci.yml')
      .slice(0, 5200)
      .replace(/\n\n[^]{0,2000}$/, '\n');
    const large = Array.from(
      { length: 2500 },
      (_, n) => `key${n}:\n  name: item ${n}\n  list: [a, b]\n  text: "some words that fill the line"\n`,
    ).join('');
    const run = async (base: string): Promise<string> => {
      const ours = `${base}mine: 1\n`;
      const theirs = base.replace(/name: .*/, 'name: theirs');
      const sides = { base: Buffer.from(base), ours: Buffer.from(ours), theirs: Buffer.from(theirs) };
      const merged = await mergeFile({ path: at('a.yml'), ...sides }, noProcess);
      return merged?.content.toString() ?? '';
    };
    const start = performance.now();
    for (let n = 0; n < 30; n += 1) expect(await run(ci)).toContain('theirs');
    expect(performance.now() - start).toBeLessThan(3000);
    expect(await run(large)).toContain('mine: 1');
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
