/** T9: whatever is wrong with what a user gave ends with code 2, says what, where and how to mend it, and writes nothing. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documentOf, program, runProgram } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-t9-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Wrong {
  readonly args: readonly string[];
  /** Of one of the issues. */
  readonly id: string;
  /** What its text must name. */
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

const NEW = ['my-service', '--yes'];

const FLAGS: readonly Wrong[] = [
  { args: [...NEW, '--nonsense'], id: 'unknown-flag', says: /--nonsense/ },
  { args: [...NEW, '--stak', 'none'], id: 'unknown-flag', says: /did you mean --stack/ },
  { args: [...NEW, '-x'], id: 'unknown-flag', says: /-x/ },
  { args: [...NEW, '--stack'], id: 'missing-value', says: /--stack needs a value/ },
  { args: ['my-service', '--stack', '--yes'], id: 'missing-value', says: /--stack needs a value/ },
  { args: ['my-service', '--yes=please'], id: 'unexpected-value', says: /--yes takes no value/ },
  {
    args: [...NEW, '--verify', 'full', '--no-verify'],
    id: 'contradiction',
    says: /--verify and --no-verify/,
  },
  { args: [...NEW, '--git', '--no-git'], id: 'contradiction', says: /--git and --no-git/ },
  { args: [...NEW, '--on-conflict', 'burn'], id: 'invalid-value', says: /"burn".*keep/s },
  { args: [...NEW, '--verify', 'ful'], id: 'invalid-value', says: /did you mean full/ },
  { args: [...NEW, '--sarif'], id: 'misplaced-flag', says: /"verify"/ },
  { args: ['one', 'two', '--yes'], id: 'unexpected-word', says: /"two"/ },
  { args: ['list', 'more'], id: 'unexpected-word', says: /"more"/ },
  { args: ['verify', '.', '--yes'], id: 'misplaced-flag', says: /--yes/ },
  { args: ['verify', '--owner', 'acme'], id: 'misplaced-flag', says: /--owner/ },
  { args: ['info', 'reddis'], id: 'unknown-component', says: /redis/ },
  { args: ['completion', 'tcsh'], id: 'unknown-shell', says: /bash/ },
];

const ANSWERS: readonly Wrong[] = [
  { args: [...NEW, '--preset', 'minimum'], id: 'unknown-preset', says: /minimal/ },
  { args: [...NEW, '--stack', 'fastapy'], id: 'invalid-answer', says: /did you mean fastapi/ },
  { args: [...NEW, '--data', 'postgres,mongo'], id: 'invalid-answer', says: /"mongo"/ },
  { args: [...NEW, '--fastapi-port', '80'], id: 'invalid-answer', says: /1024/ },
  { args: [...NEW, '--fastapi-port', '8e3'], id: 'invalid-answer', says: /whole number/ },
  { args: [...NEW, '--fastapi-python=2.7'], id: 'invalid-answer', says: /3\.13/ },
  { args: [...NEW, '--fastapi-api-prefix', 'api'], id: 'invalid-answer', says: /\/api\/v1/ },
  { args: [...NEW, '--owner', 'a b'], id: 'invalid-answer', says: /--owner/ },
  { args: [...NEW, '--description', 'two\nlines'], id: 'invalid-answer', says: /line break/ },
  { args: [...NEW, '--description', 'x'.repeat(5000)], id: 'invalid-answer', says: /4096/ },
  { args: ['../..', '--yes', '--name', '..'], id: 'invalid-answer', says: /--name/ },
  {
    args: [...NEW, '--stack', 'none', '--fastapi-port', '9000'],
    id: 'does-not-apply',
    says: /fastapi is not in the plan/,
  },
  { args: [...NEW, '--set', 'owner'], id: 'invalid-set', says: /KEY=VALUE/ },
  { args: [...NEW, '--set', 'ownr=acme'], id: 'unknown-answer', says: /did you mean owner/ },
  { args: [...NEW, '--set', 'fastapi.port=eighty'], id: 'invalid-answer', says: /fastapi\.port/ },
  { args: [...NEW, '--set', '__proto__=x'], id: 'unknown-answer', says: /__proto__/ },
  { args: [...NEW, '--set', 'constructor.prototype=x'], id: 'unknown-answer', says: /constructor/ },
  { args: NEW, env: { BULWARK_SET_OWNR: 'acme' }, id: 'unknown-answer', says: /BULWARK_SET_OWNER/ },
  {
    args: NEW,
    env: { BULWARK_SET_FASTAPI_PORT: 'x' },
    id: 'invalid-answer',
    says: /BULWARK_SET_FASTAPI_PORT/,
  },
  { args: [...NEW, '--resume'], id: 'nothing-to-resume', says: /no run to resume/ },
];

describe('T9: wrong flags, values and names', () => {
  test.each([...FLAGS, ...ANSWERS])('$id: $args $env', (wrong) => {
    expectRefusal(wrong);
  });

  test('under the name "bulwark" the first word is a command', () => {
    const script = join(folder, 'bulwark');
    symlinkSync(program, script);
    const before = snapshot(folder);
    const { code, stderr } = runProgram(['verfy'], { cwd: folder, script });
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no command "verfy"[\s\S]*did you mean "verify"/);
    expect(snapshot(folder)).toEqual(before);
  });

  test('every fault of the command line is told at once', () => {
    const args = ['my-service', '--yes', '--nonsense', '--on-conflict', 'burn', '--verify'];
    const { issues } = documentOf(runProgram([...args, '--json'], { cwd: folder }));
    expect(issues.map(({ id }) => id)).toEqual(['unknown-flag', 'invalid-value', 'missing-value']);
  });
});

/** Nine lists of nine of the one before. */
const BOMB = [
  'a: &a [x]',
  ...'bcdefghi'.split('').map((name, index) => {
    const before = '*' + 'abcdefgh'.charAt(index);
    return `${name}: &${name} [${Array.from({ length: 9 }, () => before).join(', ')}]`;
  }),
].join('\n');

const FILES: readonly { what: string; content: string | Buffer; id: string; says: RegExp }[] = [
  {
    what: 'broken YAML',
    content: 'stack: fastapi\nowner: [acme\n',
    id: 'answers-syntax',
    says: /answers\.yml:[23]/,
  },
  { what: 'broken JSON', content: '{"owner": "acme",,}', id: 'answers-syntax', says: /answers\.yml:1/ },
  { what: 'a key twice', content: 'owner: a\nowner: b\n', id: 'answers-syntax', says: /answers\.yml:2/ },
  { what: 'two documents', content: 'owner: a\n---\nowner: b\n', id: 'answers-syntax', says: /answers\.yml/ },
  { what: 'no map', content: '- owner\n', id: 'answers-shape', says: /"key: value"/ },
  {
    what: 'a number for text',
    content: 'owner: 5\n',
    id: 'invalid-answer',
    says: /owner in the answers file/,
  },
  { what: 'a list for text', content: 'owner: [acme]\n', id: 'invalid-answer', says: /a list, not text/ },
  {
    what: 'text for a number',
    content: 'fastapi:\n  port: many\n',
    id: 'invalid-answer',
    says: /fastapi\.port/,
  },
  { what: 'a number for a preset', content: 'preset: 5\n', id: 'answers-shape', says: /preset/ },
  { what: 'an unknown key', content: 'colour: red\n', id: 'unknown-answer', says: /"colour"/ },
  {
    what: 'a key mistyped',
    content: 'fastapi:\n  prot: 80\n',
    id: 'unknown-answer',
    says: /did you mean fastapi\.port/,
  },
  {
    what: 'an unknown setting',
    content: '{"answers": {}, "hooks": []}',
    id: 'unknown-answer',
    says: /"hooks"/,
  },
  { what: 'an unknown preset', content: 'preset: maximal\n', id: 'unknown-preset', says: /minimal/ },
  {
    what: 'binary',
    content: Buffer.from([0, 159, 146, 150, 255, 0, 1, 2]),
    id: 'answers-',
    says: /answers\.yml/,
  },
  {
    what: 'larger than any',
    content: `# ${'x'.repeat(1024 * 1024)}\n`,
    id: 'answers-too-large',
    says: /1 MiB/,
  },
  { what: 'an alias bomb', content: BOMB, id: 'answers-reference', says: /anchors, aliases/ },
  {
    what: 'an alias',
    content: 'owner: &o acme\ndescription: *o\n',
    id: 'answers-reference',
    says: /answers\.yml:1/,
  },
  {
    what: 'a merge key',
    content: 'fastapi:\n  <<: {port: 9000}\n',
    id: 'answers-reference',
    says: /answers\.yml:2/,
  },
  {
    what: 'a function',
    content: "owner: !!js/function 'function () {}'\n",
    id: 'answers-',
    says: /answers\.yml:1/,
  },
  { what: 'a tag', content: 'owner: !secret acme\n', id: 'answers-', says: /answers\.yml:1/ },
  { what: 'a prototype', content: '__proto__:\n  owner: acme\n', id: 'unknown-answer', says: /__proto__/ },
  {
    what: 'a prototype in JSON',
    content: '{"__proto__": {"owner": "acme"}}',
    id: 'unknown-answer',
    says: /__proto__/,
  },
  {
    what: 'a constructor',
    content: 'constructor:\n  prototype: {}\n',
    id: 'unknown-answer',
    says: /constructor/,
  },
];

describe('T9: wrong answers files', () => {
  test.each(FILES)('$what', ({ content, id, says }) => {
    writeFileSync(join(folder, 'answers.yml'), content);
    expectRefusal({ args: [...NEW, '--answers', 'answers.yml'], id, says });
  });

  test('none at the place', () => {
    expectRefusal({
      args: [...NEW, '--answers', 'answers.yml'],
      id: 'answers-unreadable',
      says: /--answers answers\.yml/,
    });
  });

  test('a folder', () => {
    mkdirSync(join(folder, 'answers.yml'));
    expectRefusal({
      args: [...NEW, '--answers', 'answers.yml'],
      id: 'answers-unreadable',
      says: /--answers answers\.yml/,
    });
  });

  test('on standard input', () => {
    const before = snapshot(folder);
    const run = runProgram([...NEW, '--answers', '-', '--json'], { cwd: folder, input: 'owner: [' });
    expect(run.code).toBe(2);
    expect(documentOf(run).issues[0]?.where).toMatch(/^standard input:1/);
    expect(snapshot(folder)).toEqual(before);
  });
});

/** For a program and for a person alike. */
function expectRefusal({ args, env, id, says }: Wrong): void {
  const before = snapshot(folder);
  const forPrograms = runProgram([...args, '--json'], { cwd: folder, ...(env && { env }) });
  const document = documentOf(forPrograms);
  expect(document).toMatchObject({ ok: false, code: 2 });
  expect(forPrograms).toMatchObject({ code: 2, stderr: '' });
  for (const issue of document.issues) {
    expect(issue.message, issue.id).toMatch(/\S/);
    expect(issue.where, issue.id).toMatch(/\S/);
    expect(issue.hint, issue.id).toMatch(/\S/);
  }
  const issue = document.issues.find((one) => one.id.startsWith(id));
  expect(issue, JSON.stringify(document.issues)).toBeDefined();
  expect(`${issue?.message ?? ''}\n${issue?.where ?? ''}\n${issue?.hint ?? ''}`).toMatch(says);

  const forPeople = runProgram(args, { cwd: folder, ...(env && { env }) });
  expect(forPeople).toMatchObject({ code: 2, stdout: '' });
  expect(forPeople.stderr).toMatch(/^error: .+\n {2}where: .+\n {2}fix: {3}.+/);
  expect(snapshot(folder)).toEqual(before);
}
