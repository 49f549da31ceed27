/** Two branches that each add a component are merged by git: `check` sees broken records, `update --rebuild` mends them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bareEnvironment, documentOf, runProgram, type ProgramEnd } from '../../support/program.ts';

let parent: string;
let root: string;

const bulwark = (...args: readonly string[]): ProgramEnd => runProgram(args, { cwd: root });
const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, env: bareEnvironment(parent), encoding: 'utf8' });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const commit = (message: string): string => {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', `--message=${message}`);
  return git('rev-parse', 'HEAD^{tree}').trim();
};
const succeed = (...args: readonly string[]): void => {
  const end = bulwark(...args);
  expect(end.code, end.stderr).toBe(0);
};
const idsOf = (end: ProgramEnd): readonly string[] => documentOf(end).issues.map(({ id }) => id);

const ADDED = { postgres: 'postgres', 'on-call': 'on-call' } as const;

beforeEach(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-branches-')));
  root = parent;
  succeed('create', 'shop', '--yes', '--stack', 'none', '--data', 'none', '--no-git');
  root = join(parent, 'shop');
  git('init', '--quiet', '--initial-branch=main');
  commit('made');
  for (const branch of Object.keys(ADDED)) {
    git('checkout', '--quiet', '-b', branch, 'main');
    succeed('add', branch, '--yes');
    commit(branch);
  }
}, 60_000);
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

/** Merges the other branch into the one that is checked out; the answers are a person's to merge, and he keeps both. */
function mergeBoth(): void {
  const merged = spawnSync('git', ['merge', '--quiet', 'postgres'], {
    cwd: root,
    env: bareEnvironment(parent),
  });
  expect(merged.status).toBe(1);
  const unmerged = git('diff', '--name-only', '--diff-filter=U').trim().split('\n');
  expect(unmerged).toEqual(['.bulwark/lock.json', 'bulwark.json']);
  writeFileSync(
    join(root, 'bulwark.json'),
    read('bulwark.json')
      .replace(/^<{7} .*\n/gm, '')
      .replace(/^={7}\n/gm, '    },\n')
      .replace(/^>{7} .*\n/gm, ''),
  );
}

describe('branches that add different components', { timeout: 60_000 }, () => {
  test('leave records that check and update refuse, and that --rebuild mends', () => {
    mergeBoth();
    for (const command of ['check', 'update', 'diff']) {
      const refused = bulwark(command, '--json');
      expect(refused.code, command).toBe(3);
      expect(idsOf(refused), command).toEqual(['lock-conflict']);
      expect(bulwark(command).stderr).toContain('bulwark update --rebuild');
    }
    // A lock that somebody has merged by hand: the baseline, which git has merged by union, still has two texts of a file.
    const conflicted = read('.bulwark/lock.json');
    writeFileSync(
      join(root, '.bulwark/lock.json'),
      conflicted.replace(/^<{7} .*\n([^]*?)^={7}\n[^]*?^>{7} .*\n/gm, '$1'),
    );
    expect(idsOf(bulwark('check', '--json'))).toEqual(['baseline-conflict']);
    writeFileSync(join(root, '.bulwark/lock.json'), conflicted);

    const dry = git('status', '--porcelain');
    succeed('update', '--rebuild', '--dry-run');
    expect(git('status', '--porcelain')).toBe(dry);

    succeed('update', '--rebuild');
    expect(bulwark('check')).toMatchObject({ code: 0, stdout: '' });
    const tree = commit('merged');
    expect(bulwark('update').stderr).toContain('Nothing to do');
    expect(commit('updated')).toBe(tree);

    // The same repository as if one had added both.
    git('checkout', '--quiet', '-b', 'straight', 'main');
    succeed('add', 'postgres', 'on-call', '--yes');
    expect(git('diff', tree, commit('both'))).toBe('');
  });

  test('what the merge has left of a file is an edit that diff shows', () => {
    mergeBoth();
    git('checkout', '--quiet', 'main', '--', 'README.md');
    succeed('update', '--rebuild');
    const checked = bulwark('check');
    expect(checked.code).toBe(7);
    expect(checked.stdout).toContain('README.md');
    expect(bulwark('diff', 'README.md').stdout).toMatch(/^-.*docs\/ON_CALL\.md/m);
  });

  test('the answers come first: while they hold a conflict nothing is rebuilt', () => {
    const before = spawnSync('git', ['merge', '--quiet', 'postgres'], {
      cwd: root,
      env: bareEnvironment(parent),
    });
    expect(before.status).toBe(1);
    const lock = read('.bulwark/lock.json');
    const refused = bulwark('update', '--rebuild', '--json');
    expect(refused.code).toBe(3);
    expect(idsOf(refused)).toEqual(['settings-conflict']);
    expect(read('.bulwark/lock.json')).toBe(lock);
  });
});
