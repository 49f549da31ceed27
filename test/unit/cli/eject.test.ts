/** `bulwark eject`: what only serves bulwark goes, everything else stays byte for byte, and the repository is a stranger's again. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repositoryAt } from '../pin/repository.ts';

let home = '';
let made = '';
let root = '';
const { run, write, read, snapshot } = repositoryAt(() => root);

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bulwark-eject-'));
  root = home;
  made = join(home, 'made');
  const created = await run(['create', 'made', '--yes', '--no-git', '--no-verify']);
  expect(created).toMatchObject({ code: 0 });
});
beforeEach(() => {
  root = mkdtempSync(join(home, 'run-'));
  cpSync(made, root, { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const CI = '.github/workflows/ci.yml';
const textOf = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString();

interface Job {
  readonly needs?: string | readonly string[];
}
const jobsIn = (text: string): Readonly<Record<string, Job>> =>
  (parse(text) as { jobs: Record<string, Job> }).jobs;

describe('a repository as bulwark made it', () => {
  test('nothing in it runs or names bulwark any more, but for the pins; all else is as it was', async () => {
    const before = snapshot();
    expect(read(CI)).toContain('create-bulwark');
    const { code, out, said } = await run(['eject', '--json']);
    expect(code).toBe(0);
    expect(said).toBe('');
    const after = snapshot();
    const changed = Object.keys(before).filter(
      (path) => after[path] !== undefined && after[path] !== before[path],
    );
    expect(changed).toEqual(expect.arrayContaining(['.gitattributes', CI, '.pre-commit-config.yaml']));
    for (const path of changed) {
      const [was, is] = [textOf(before[path]).split('\n'), textOf(after[path]).split('\n')];
      // Only lines are missing, apart from the lists of jobs that are waited for.
      expect(
        is.filter((line) => !was.includes(line) && !/^ {4}needs: /.test(line)),
        path,
      ).toEqual([]);
    }
    for (const [path, content] of Object.entries(after)) {
      const text = textOf(content).replace(/(?:npx --yes create-|`?)bulwark(?:@[\d.]+)? pin\b/g, '');
      expect(/create-bulwark|\.bulwark\b|bulwark\.json|bulwark (?:check|update)/.test(text), path).toBe(
        false,
      );
    }
    const gone = Object.keys(before).filter((path) => !(path in after));
    expect(gone).toEqual(['.bulwark/baseline', '.bulwark/lock.json', 'bulwark.json']);
    expect(existsSync(join(root, '.bulwark'))).toBe(false);
    const { files, left } = JSON.parse(out) as { files: { path: string; change: string }[]; left: string[] };
    expect(left).toEqual([]);
    expect(files.map(({ path }) => path).sort()).toEqual([...gone, ...changed].sort());
  });

  test('the jobs that are left wait only for jobs that are there', async () => {
    const before = jobsIn(read(CI));
    await run(['eject']);
    const after = jobsIn(read(CI));
    expect(Object.keys(before).filter((job) => !(job in after))).toEqual(['templates']);
    const needed = Object.values(after).flatMap(({ needs = [] }) => needs);
    expect(needed.length).toBeGreaterThan(0);
    expect(needed.filter((job) => !(job in after))).toEqual([]);
  });

  test('a dry run says the same and changes nothing', async () => {
    const before = snapshot();
    const { out } = await run(['eject', '--dry-run', '--json']);
    expect(snapshot()).toEqual(before);
    expect((await run(['eject', '--json'])).out).toBe(out);
  });

  test('afterwards it is a stranger: check knows nothing of it, add finds out what is there', async () => {
    await run(['eject']);
    const check = await run(['check']);
    expect(check.code).toBe(2);
    expect(check.said).toContain('does not look after this repository');
    const added = await run(['add', 'runbooks', '--yes', '--no-verify']);
    expect(added.said).toContain('Found:');
    expect(added.code).toBe(0);
    expect(JSON.parse(read('bulwark.json'))).toMatchObject({ manages: 'components' });
  });
});

describe('edits', () => {
  test('elsewhere in the file are kept; line endings too', async () => {
    const edited = read(CI).replace('name: CI\n', 'name: CI # ours\n').replaceAll('\n', '\r\n');
    write({ [CI]: edited, '.gitattributes': `${read('.gitattributes')}\n*.png binary\n` });
    expect((await run(['eject'])).code).toBe(0);
    expect(read(CI)).toContain('name: CI # ours\r\n');
    expect(read(CI).replaceAll('\r\n', '')).not.toContain('\n');
    expect(Object.keys(jobsIn(read(CI)))).not.toContain('templates');
    expect(read('.gitattributes')).toContain('*.png binary\n');
    expect(read('.gitattributes')).not.toContain('.bulwark');
  });

  test('in the very part stay, with the whole file, and are named', async () => {
    const edited = read(CI).replace('check --only rules,update', 'check --only rules');
    write({ [CI]: edited });
    const { code, said } = await run(['eject']);
    expect(code).toBe(0);
    expect(said).toContain(`${CI} was edited where it serves bulwark alone`);
    expect(read(CI)).toBe(edited);
    expect(read('.gitattributes')).not.toContain('.bulwark');
  });

  test('that took it out before leave nothing to do; a file that was deleted stays so', async () => {
    write({ [CI]: 'name: ours\n', '.gitattributes': '* text=auto\n' });
    rmSync(join(root, '.pre-commit-config.yaml'));
    const { said } = await run(['eject']);
    expect(read('.gitattributes')).toBe('* text=auto\n');
    expect(read(CI)).toBe('name: ours\n');
    expect(existsSync(join(root, '.pre-commit-config.yaml'))).toBe(false);
    expect(said).not.toContain('.pre-commit-config.yaml');
  });

  test('that git has not got are refused, unless forced', async () => {
    const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: root, stdio: 'ignore' });
    git('init', '--quiet');
    git('add', '--all');
    git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '--quiet', '-m', 'a');
    write({ [CI]: `${read(CI)}# ours\n` });
    const before = snapshot();
    const refused = await run(['eject', '--json']);
    expect(refused.code).toBe(2);
    expect(refused.out).toContain('uncommitted');
    expect(snapshot()).toEqual(before);
    expect((await run(['eject', '--force'])).code).toBe(0);
    expect(read(CI)).toContain('# ours\n');
  });
});

test.each([
  ['a baseline that is missing', '.bulwark/baseline', undefined],
  ['a lock that is broken', '.bulwark/lock.json', '<<<<<<<'],
  [
    'answers that are wrong',
    'bulwark.json',
    '{ "preset": null, "answers": { "name": "x", "stack": "none-such" } }',
  ],
])('%s: bulwark goes all the same, and says what is left', async (_, path, text) => {
  rmSync(join(root, path));
  if (text !== undefined) write({ [path]: text });
  const ci = read(CI);
  const { code, said } = await run(['eject']);
  expect(code).toBe(0);
  expect(said).toContain('look for create-bulwark');
  expect(read(CI)).toBe(ci);
  expect(existsSync(join(root, 'bulwark.json'))).toBe(false);
});
