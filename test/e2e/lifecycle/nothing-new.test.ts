/**
 * An update that finds nothing new renders nothing: the lock holds a digest of the run that wrote the records. Wherever something
 * may be new, or is to be told, the digest must not be believed.
 */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { program, runProgram, type ProgramEnd } from '../../support/program.ts';

const LOCK = '.bulwark/lock.json';
const RENDERED = /^ {2}"rendered": "[0-9a-f]{64}",\n/m;
/** With this in its place a program cannot render: what still comes to an end has not rendered. */
const BROKEN = 'throw new Error("a template was loaded");\n';

let place: string;
let root: string;
/** A copy of the program whose templates cannot be loaded. */
let blind: string;

const bulwark = (...args: readonly string[]): ProgramEnd => runProgram(args, { cwd: root });
const unseeing = (...args: readonly string[]): ProgramEnd => runProgram(args, { cwd: root, script: blind });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const edit = (path: string, from: string | RegExp, to: string): void => {
  const text = read(path);
  const edited = text.replace(from, () => to);
  expect(edited, path).not.toBe(text);
  writeFileSync(join(root, path), edited);
};

beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-nothing-new-')));
  const made = runProgram(
    [
      'create',
      'made',
      '--yes',
      '--no-git',
      '--stack',
      'fastapi',
      '--data',
      'postgres,redis',
      '--repository',
      'readme,env',
    ],
    { cwd: place },
  );
  expect(made.code, made.stderr).toBe(0);
  const dist = dirname(program);
  const copy = join(place, 'blind');
  cpSync(dist, join(copy, 'dist'), { recursive: true });
  symlinkSync(join(dist, '../node_modules'), join(copy, 'node_modules'));
  const [large] = /chunks\/fastapi-\w+\.js/.exec(readFileSync(join(dist, 'program.js'), 'utf8')) ?? [];
  if (large === undefined) throw new Error('the templates of fastapi have no file of their own');
  writeFileSync(join(copy, 'dist', large), BROKEN);
  blind = join(copy, 'dist/bin.js');
});
afterAll(() => {
  rmSync(place, { recursive: true, force: true });
});
beforeEach(() => {
  root = join(place, 'shop');
  rmSync(root, { recursive: true, force: true });
  cpSync(join(place, 'made'), root, { recursive: true });
});

describe('with nothing new', () => {
  test('update and check say so, and render nothing', () => {
    expect(read(LOCK)).toMatch(RENDERED);
    for (const seeing of [bulwark, unseeing]) {
      expect(seeing('update')).toMatchObject({
        code: 0,
        stdout: '',
        stderr: '\nNothing to do: the repository is up to date.\n',
      });
      expect(seeing('check')).toMatchObject({ code: 0, stdout: '', stderr: 'No drift.\n' });
    }
  });

  test('the digest is right: without it everything is rendered, and nothing is changed', () => {
    edit(LOCK, RENDERED, '');
    const lock = read(LOCK);
    expect(unseeing('update')).toMatchObject({ code: 70 });
    const { code, stderr } = bulwark('update');
    expect(code).toBe(0);
    expect(stderr).toContain('Nothing to do');
    expect(read(LOCK)).toBe(lock);
  });

  test('how a person has laid out bulwark.json is no news', () => {
    edit('bulwark.json', '  "answers": {', '  "answers":   {');
    expect(unseeing('update').code).toBe(0);
  });

  test('an edit is drift, of which check needs no rendering', () => {
    edit('Dockerfile', /$/, '\n# by hand\n');
    const checked = unseeing('check', '--json');
    expect(checked.code).toBe(7);
    expect(JSON.parse(checked.stdout)).toMatchObject({ edits: [{ path: 'Dockerfile' }], updates: [] });
  });
});

const OTHER = '0'.repeat(64);
const NEWS: Readonly<Record<string, readonly [change: () => void, ...args: string[]]>> = {
  'another answer in bulwark.json': [
    () => {
      edit('bulwark.json', /"description": ".*"/, '"description": "Other"');
    },
  ],
  'another answer on the command line': [() => undefined, '--set', 'description=Other'],
  'a file that was edited': [
    () => {
      edit('Dockerfile', /$/, '\n# by hand\n');
    },
  ],
  'a file that was deleted': [
    () => {
      rmSync(join(root, 'Dockerfile'));
    },
  ],
  'a lock that says something else': [
    () => {
      edit(LOCK, '"mode": "755"', '"mode": "644"');
    },
  ],
  'a baseline that says something else': [
    () => {
      edit('.bulwark/baseline', /^.*\n/, '');
    },
  ],
  'a digest of another run': [
    () => {
      edit(LOCK, RENDERED, `  "rendered": "${OTHER}",\n`);
    },
  ],
  'rules of the team': [
    () => {
      writeFileSync(
        join(root, 'bulwark.rules.yaml'),
        'rules:\n  - id: a\n    lock: { licence: Apache-2.0 }\n',
      );
    },
  ],
  'a question for the whole list': [() => undefined, '--json'],
};

describe('everything is rendered for', () => {
  test.each(Object.entries(NEWS))('%s', (_, [change, ...args]) => {
    change();
    expect(unseeing('update', '--no-verify', ...args).code).toBe(70);
    rmSync(join(root, 'bulwark.rules.yaml'), { force: true });
  });

  test('another build of bulwark', () => {
    const digest = join(dirname(blind), 'build.sha256');
    const before = readFileSync(digest);
    writeFileSync(digest, OTHER);
    expect(unseeing('update').code).toBe(70);
    writeFileSync(digest, before);
    expect(unseeing('update').code).toBe(0);
  });
});
