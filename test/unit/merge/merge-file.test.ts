/** Merging one file that both sides changed: case by case, and what of a file is not its text. */
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { BulwarkError } from '../../../src/errors.ts';
import { exec, type Exec } from '../../../src/exec.ts';
import { lostLine } from '../../../src/merge/kept-lines.ts';
import { mergeFile, type MergedFile } from '../../../src/merge/merge-file.ts';
import { repoPath } from '../../../src/tree/repo-path.ts';
import { CASES, edit } from './cases.ts';

const noProcess: Exec = async () => {
  throw new Error('a process was started');
};

async function merge(
  path: string,
  base: string | Buffer,
  ours: string | Buffer,
  theirs: string | Buffer,
  run: Exec = exec,
): Promise<MergedFile> {
  const sides = { base: Buffer.from(base), ours: Buffer.from(ours), theirs: Buffer.from(theirs) };
  const merged = await mergeFile({ path: repoPath(path, 'test'), ...sides }, run);
  if (!merged) throw new Error('nothing was merged');
  return merged;
}

describe('merging by structure', () => {
  it('has enough cases of each format', () => {
    const clean = CASES.filter(({ conflict }) => conflict === undefined);
    expect(clean.length).toBeGreaterThanOrEqual(60);
    for (const format of [/\.ya?ml$/, /\.json$/, /\.toml$/]) {
      expect(clean.filter(({ path }) => format.test(path)).length).toBeGreaterThanOrEqual(9);
    }
  });

  it.each(CASES.filter(({ conflict }) => !conflict))('$path: $name', async ({ path, base, ...sides }) => {
    const [ours, theirs] = [edit(base, sides.ours), edit(base, sides.theirs)];
    const merged = await merge(path, base, ours, theirs, noProcess);
    expect(merged.content.toString()).toBe(edit(ours, sides.merged ?? sides.theirs));
    expect(merged).toMatchObject({ by: 'structure', conflicts: [] });
  });

  it.each(CASES.filter(({ conflict }) => !conflict))(
    'with Windows line ends and a byte order mark, $path: $name',
    async ({ path, base, ...sides }) => {
      const [ours, theirs] = [edit(base, sides.ours), edit(base, sides.theirs)];
      const stored = (text: string): string => `\uFEFF${text.replaceAll('\n', '\r\n')}`;
      const merged = await merge(path, base, stored(ours), theirs, noProcess);
      expect(merged.content.toString()).toBe(stored(edit(ours, sides.merged ?? sides.theirs)));
    },
  );

  it.each(CASES.filter(({ conflict }) => conflict))(
    'leaves to lines, $path: $name',
    async ({ path, base, ...sides }) => {
      const [ours, theirs] = [edit(base, sides.ours), edit(base, sides.theirs)];
      const merged = await merge(path, base, ours, theirs);
      expect(merged.by).toBe('lines');
      const text = merged.content.toString();
      expect(lostLine({ base, ours }, text)).toBeUndefined();
      if (merged.conflicts.length > 0)
        expect(text.split('\n')[(merged.conflicts[0] ?? 0) - 1]).toBe('<<<<<<< yours');
      else expect(() => parseYaml(text) as unknown).not.toThrow();
    },
  );
});

describe('merging in the style of ours', () => {
  const base = 'a:\n  b:\n    - 1\nc: 2\n';

  it('indents what is new as ours is indented', async () => {
    const ours = 'a:\n    b:\n    - 1\nc: 2 # mine\n';
    const theirs = `${base}d:\n  e:\n    - x: 1\n      y:\n        z: 2\n    - x: 2\n`;
    const merged = await merge('x.yml', base, ours, theirs, noProcess);
    expect(merged.content.toString()).toBe(
      `${ours}d:\n    e:\n    - x: 1\n      y:\n          z: 2\n    - x: 2\n`,
    );
  });

  it('indents JSON with the tabs of ours', async () => {
    const before = '{\n  "a": {\n    "b": 1\n  }\n}\n';
    const ours = '{\n\t"a": {\n\t\t"b": 1\n\t},\n\t"mine": 0\n}\n';
    const theirs = '{\n  "a": {\n    "b": 1\n  },\n  "c": {\n    "d": [\n      1\n    ]\n  }\n}\n';
    const merged = await merge('x.json', before, ours, theirs, noProcess);
    expect(merged.content.toString()).toBe(
      '{\n\t"a": {\n\t\t"b": 1\n\t},\n\t"c": {\n\t\t"d": [\n\t\t\t1\n\t\t]\n\t},\n\t"mine": 0\n}\n',
    );
  });

  it('keeps the last line without an end, and takes over that theirs ended it', async () => {
    const [ours, theirs] = [base.replace('- 1', '- 1 # mine').trimEnd(), base.replace('c: 2', 'c: 3')];
    expect((await merge('x.yml', base, ours, theirs, noProcess)).content.toString()).toBe(
      'a:\n  b:\n    - 1 # mine\nc: 3',
    );
    const unended = base.trimEnd();
    expect((await merge('x.yml', unended, ours, theirs, noProcess)).content.toString()).toBe(
      'a:\n  b:\n    - 1 # mine\nc: 3\n',
    );
  });

  it('keeps the line ends of a file that has both', async () => {
    const ours = 'a:\r\n  b:\n    - 1\r\nc: 2\r\nmine: 1\n';
    const theirs = base.replace('c: 2\n', 'c: 2\nd: 4\n');
    const merged = await merge('x.yml', base, ours, theirs, noProcess);
    expect(merged.content.toString()).toBe('a:\r\n  b:\n    - 1\r\nc: 2\r\nd: 4\r\nmine: 1\n');
  });
});

describe('what has no faithful structure', () => {
  const both = async (path: string, base: string, ours: string, theirs: string): Promise<string> => {
    const merged = await merge(path, base, ours, theirs);
    expect(merged.by).toBe('lines');
    return merged.content.toString();
  };

  it.each([
    ['a template of a chart', 'x.yaml', 'a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\nc: 3\nd: 4\n'],
    ['a key that stands twice', 'x.yaml', 'a: 1\nb: 2\nb: 3\nc: 3\nd: 4\n'],
    ['directives', 'x.yaml', '%YAML 1.2\n---\na: 1\nb: 2\nc: 3\nd: 4\n'],
    ['JSON that is none', 'x.json', '{\n"a": 1\n"x"\n"b"\n"d": 4\n}\n'],
    ['TOML that is none', 'x.toml', 'a: 1\n= \n[b\nc\nd: 4\n'],
    ['prose', 'x.md', 'a: 1\n\n\nb\n\nd: 4\n'],
  ])('%s merges by lines', async (_, path, base) => {
    const [ours, theirs] = [base.replace(/(a"?: )1/, '$18'), base.replace(/(d"?: )4/, '$19')];
    expect(await both(path, base, ours, theirs)).toBe(ours.replace(/(d"?: )4/, '$19'));
  });

  it('a deeply nested or very large file does not bring the program down', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}\n`;
    const merged = await merge('x.json', `1\n2\n3\n${deep}`, `0\n2\n3\n${deep}`, `1\n2\n4\n${deep}`);
    expect(merged).toMatchObject({ by: 'lines', conflicts: [] });
    const yaml = await merge(
      'x.yml',
      `a: 1\nb: ${deep}c: 2\n`,
      `a: 0\nb: ${deep}c: 2\n`,
      `a: 1\nb: ${deep}c: 3\n`,
    );
    expect(yaml.conflicts).toEqual([]);
  });

  it('a bomb of aliases is not expanded', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 12; n += 1) {
      const [name, last] = [String.fromCharCode(97 + n), String.fromCharCode(96 + n)];
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${last}`).join(', ')}]`);
    }
    const base = `${bomb.join('\n')}\nm: 1\n\n\nn: 1\n`;
    const merged = await merge('x.yml', base, base.replace('m: 1', 'm: 2'), base.replace('n: 1', 'n: 2'));
    expect(merged).toMatchObject({ by: 'lines', conflicts: [] });
  });

  it('keys that mean something to JavaScript are keys', async () => {
    const base = '{\n  "__proto__": {\n    "a": 1\n  },\n  "constructor": 1\n}\n';
    const merged = await merge(
      'x.json',
      base,
      base.replace('1\n  }', '2\n  }'),
      base.replace('r": 1', 'r": 3'),
      noProcess,
    );
    expect(merged.content.toString()).toBe(base.replace('1\n  }', '2\n  }').replace('r": 1', 'r": 3'));
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('lines that merge into a key that stands twice become a conflict', async () => {
    const base = 'a: 1\n\n\nb: 2\n\n\nc: 3\n';
    const merged = await merge('x.yml', base, `new: 1\n${base}`, `${base}new: 2\n`);
    expect(merged.conflicts).toHaveLength(1);
    expect(merged.content.toString()).toContain('new: 1\n');
    expect(merged.content.toString()).toContain('new: 2\n');
  });

  it('a text of several lines that both changed merges by its lines', async () => {
    const base = 'run: |\n  one\n  two\n  three\n  four\n';
    const merged = await merge('x.yml', base, base.replace('one', '1'), base.replace('four', '4'));
    expect(merged).toMatchObject({ by: 'lines', conflicts: [] });
    expect(merged.content.toString()).toBe('run: |\n  1\n  two\n  three\n  4\n');
  });
});

describe('merging by lines', () => {
  it('shows both sides and the base between the markers of git', async () => {
    const merged = await merge('x.txt', 'a\nb\nc\n', 'a\nmine\nc\n', 'a\nyours\nc\n');
    expect(merged.content.toString()).toBe(
      'a\n<<<<<<< yours\nmine\n||||||| base\nb\n=======\nyours\n>>>>>>> bulwark\nc\n',
    );
    expect(merged.conflicts).toEqual([2]);
  });

  it('does not take an underlined heading of seven signs for a marker', async () => {
    const base = 'Bulwark\n=======\n\na\n\n\nb\n';
    const merged = await merge('x.md', base, base.replace('a\n', 'mine\n'), base.replace('b\n', 'theirs\n'));
    expect(merged.content.toString()).toBe(base.replace('a\n', 'mine\n').replace('b\n', 'theirs\n'));
  });

  it('keeps CRLF where theirs has LF', async () => {
    const merged = await merge('x.txt', 'a\nb\nc\nd\n', 'A\r\nb\r\nc\r\nd\r\n', 'a\nb\nc\nD\n');
    expect(merged.content.toString()).toBe('A\r\nb\r\nc\r\nD\r\n');
  });

  it('keeps bytes that are no UTF-8', async () => {
    const [base, ours, theirs] = ['caf\xe9\nx\ny\nz\n', 'CAF\xe9\nx\ny\nz\n', 'caf\xe9\nx\ny\n\xff\n'].map(
      (text) => Buffer.from(text, 'latin1'),
    );
    const merged = await merge('x.txt', base ?? '', ours ?? '', theirs ?? '');
    expect(merged.content).toEqual(Buffer.from('CAF\xe9\nx\ny\n\xff\n', 'latin1'));
  });

  it('merges nothing that is no text', async () => {
    const sides = { base: Buffer.from('a\0'), ours: Buffer.from('b'), theirs: Buffer.from('c') };
    expect(await mergeFile({ path: repoPath('x.png', 'test'), ...sides }, noProcess)).toBeUndefined();
  });

  it('takes the changed side where the other did nothing, whatever the line ends', async () => {
    const run = (ours: string, theirs: string) => merge('x.txt', 'a\nb\n', ours, theirs, noProcess);
    expect((await run('a\r\nb\r\n', 'a\nc\n')).content.toString()).toBe('a\r\nc\r\n');
    expect((await run('a\nb\n', 'a\r\nc\r\n')).content.toString()).toBe('a\r\nc\r\n');
    expect((await run('mine\n', 'a\nb\n')).content.toString()).toBe('mine\n');
  });

  it('refuses to merge over markers that are there, and names the line', async () => {
    const ours = 'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n';
    const error = await merge('x.txt', 'a\n', ours, 'b\n').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BulwarkError);
    expect(error).toMatchObject({ exitCode: 3, issues: [{ id: 'unresolved-conflict', where: 'x.txt:2' }] });
    // A page about markers has had them from the beginning.
    expect((await merge('x.txt', ours, ours.replace('b\n', 'B\n'), ours)).content.toString()).toContain(
      'B\n',
    );
  });

  it('says that git is missing', async () => {
    const missing: Exec = async () => ({ outcome: 'missing', stdout: '', stderr: '' });
    const error = await merge('x.txt', 'a\n', 'b\n', 'c\n', missing).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: 74, issues: [{ id: 'git-missing', where: 'x.txt' }] });
  });

  it('says what git says when it fails', async () => {
    const failing: Exec = async () => ({
      outcome: 'exited',
      exitCode: 255,
      stdout: '',
      stderr: 'error: odd\n',
    });
    const error = await merge('x.txt', 'a\n', 'b\n', 'c\n', failing).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: 74, issues: [{ id: 'merge-failed' }] });
    expect(String(error)).toContain('error: odd');
  });
});
