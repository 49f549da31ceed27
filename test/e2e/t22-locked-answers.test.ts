/** T22: what a team's rules lock, no flag, file, variable, preset or --yes overrides: code 6, and nothing is written. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rulesSchema } from '../../src/rules/rules-schema.ts';
import { documentOf, runProgram } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-t22-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const LOCK = `rules:
  - id: licence
    lock: { licence: proprietary }
    reason: Legal asks for it
`;
const ARGS = ['my-service', '--rules', 'rules.yaml'];

interface Attempt {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly answers?: string;
  readonly rules?: string;
  /** Where the answer came from, in the words of the message. */
  readonly where: RegExp;
  readonly says?: RegExp;
}

const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  'a flag': {
    args: ['--yes', '--licence', 'MIT'],
    where: /^--licence$/,
    says: /licence is MIT.*proprietary/,
  },
  '--set': { args: ['--yes', '--set', 'licence=MIT'], where: /^--set licence/ },
  'the environment': { args: ['--yes'], env: { BULWARK_SET_LICENCE: 'MIT' }, where: /^BULWARK_SET_LICENCE$/ },
  'an answers file': {
    args: ['--yes', '--answers', 'answers.yaml'],
    answers: 'licence: MIT\n',
    where: /^licence in the answers file$/,
  },
  '--yes, which takes the default': { args: ['--yes'], where: /licence \(default\)/, says: /Apache-2\.0/ },
  'a preset': {
    args: ['--yes', '--preset', 'fastapi-platform'],
    rules: 'rules:\n  - { id: newer, lock: { fastapi: { python: "3.13" } }, reason: x }\n',
    where: /^fastapi\.python \(preset\)$/,
    says: /fastapi\.python is 3\.12.*rule newer \(rules\.yaml:2\).*be 3\.13/,
  },
  'a preset in an answers file': {
    args: ['--yes', '--answers', 'answers.yaml'],
    answers: 'preset: fastapi-platform\n',
    rules: 'rules:\n  - { id: no-rabbit, deny: { component: rabbitmq }, reason: x }\n',
    where: /^data \(preset\)$/,
    says: /rabbitmq is in the repository/,
  },
  '--no-verify, which judges nothing else': { args: ['--yes', '--no-verify'], where: /licence/ },
  '--dry-run': { args: ['--yes', '--dry-run'], where: /licence/ },
  '--on-conflict overwrite': { args: ['--yes', '--on-conflict', 'overwrite'], where: /licence/ },
  'a rendered file': {
    args: ['--yes', '--no-verify'],
    rules: 'rules:\n  - { id: pinned, deny: { baseImage: ["python:*"] }, reason: x }\n',
    where: /^Dockerfile:\d+:1$/,
    says: /the base image python:.*rule pinned/,
  },
};

describe('refused with code 6, and nothing written', () => {
  test.each(Object.entries(ATTEMPTS))('%s', (_, { args, env, answers, rules, where, says }) => {
    writeFileSync(join(folder, 'rules.yaml'), rules ?? LOCK);
    if (answers !== undefined) writeFileSync(join(folder, 'answers.yaml'), answers);
    const before = snapshot(folder);
    const run = runProgram([...ARGS, ...args, '--json'], { cwd: folder, ...(env && { env }) });
    expect(run).toMatchObject({ code: 6, stderr: '' });
    const { ok, code, issues } = documentOf(run);
    expect([ok, code]).toEqual([false, 6]);
    expect(new Set(issues.map(({ id }) => id))).toEqual(new Set(['rule-broken']));
    expect(issues[0]?.where).toMatch(where);
    expect(issues[0]?.message).toMatch(says ?? /licence .*rules\.yaml:2.* must be proprietary/);
    expect(issues[0]?.hint).toMatch(/Why: /);
    expect(snapshot(folder)).toEqual(before);

    const forPeople = runProgram([...ARGS, ...args], { cwd: folder, ...(env && { env }) });
    expect(forPeople).toMatchObject({ code: 6, stdout: '' });
    expect(forPeople.stderr).toMatch(/^error: .+\n {2}where: .+\n {2}fix: {3}.+/);
    expect(snapshot(folder)).toEqual(before);
  });

  test('the rules of the folder itself hold too', () => {
    mkdirSync(join(folder, 'my-service'));
    writeFileSync(join(folder, 'my-service', 'bulwark.rules.yaml'), LOCK);
    const before = snapshot(folder);
    const run = runProgram(['my-service', '--yes'], { cwd: folder });
    expect(run.code).toBe(6);
    expect(run.stderr).toMatch(/bulwark\.rules\.yaml:2/);
    expect(snapshot(folder)).toEqual(before);
  });

  test("a waiver of one's own does not lift a lock: the file is refused", () => {
    writeFileSync(join(folder, 'rules.yaml'), LOCK);
    writeFileSync(
      join(folder, 'own.yaml'),
      'waivers: [{ rule: licence, owner: me@acme.com, until: 2099-01-01, reason: mine }]\n',
    );
    const before = snapshot(folder);
    const run = runProgram([...ARGS, '--rules', 'own.yaml', '--yes'], { cwd: folder });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/licence cannot be waived here: rules\.yaml:2/);
    expect(snapshot(folder)).toEqual(before);
  });

  test.each([
    ['none there', undefined, /rules\.yaml/],
    ['a faulty one', 'rules: [{ id: a }]', /rules\.yaml:1:9/],
  ])('rules that cannot be read are no rules that are kept: %s', (_, text, says) => {
    if (text !== undefined) writeFileSync(join(folder, 'rules.yaml'), text);
    const before = snapshot(folder);
    const run = runProgram([...ARGS, '--yes'], { cwd: folder });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(says);
    expect(snapshot(folder)).toEqual(before);
  });
});

test('the twin: what keeps to the rules is written, and a warning is only said', () => {
  const warning =
    '  - { id: small, severity: warning, deny: { component: redis }, reason: Ours is shared }\n';
  writeFileSync(join(folder, 'rules.yaml'), LOCK + warning);
  const run = runProgram([...ARGS, '--yes', '--licence', 'proprietary', '--json'], { cwd: folder });
  expect(run.code).toBe(0);
  const { notices } = JSON.parse(run.stdout) as { notices: readonly string[] };
  expect(notices).toContainEqual(
    expect.stringMatching(/redis is in the repository; by the rule small .*Ours is shared/),
  );
  expect(readFileSync(join(folder, 'my-service', 'bulwark.json'), 'utf8')).toContain(
    '"licence": "proprietary"',
  );
});

test('the published schema is the one of the program', () => {
  const published = readFileSync(join(import.meta.dirname, '../../schema/rules.schema.json'), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(rulesSchema())));
});
