/** The first commit, with the real git where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Exec, exec } from '../../../src/exec.ts';
import { initRepository } from '../../../src/repo/git.ts';
import { readTree } from '../../../src/repo/read-tree.ts';
import { uncommitted } from '../../../src/repo/uncommitted.ts';
import type { RepoPath } from '../../../src/tree/repo-path.ts';

let home: string;
let root: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bulwark-git-'));
  root = join(home, 'repo');
  mkdirSync(root);
  writeFileSync(join(root, 'a file'), 'text\n');
  vi.stubEnv('HOME', home);
  vi.stubEnv('XDG_CONFIG_HOME', undefined);
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
  for (const name of Object.keys(process.env))
    if (/^GIT_(AUTHOR|COMMITTER|DIR)|^EMAIL$/.test(name)) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const IDENTITY = '[user]\n  name = Ada\n  email = ada@example.com\n';
const configure = (text: string) => {
  writeFileSync(join(home, '.gitconfig'), text);
};
const request = () => ({ root, force: false, branch: 'main', message: 'Begin' });
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const HAS_GIT = spawnSync('git', ['--version']).status === 0;

describe.skipIf(!HAS_GIT)(`git${HAS_GIT ? '' : ' (skipped: git is not installed)'}`, () => {
  it('commits everything on main as the user', async () => {
    configure(IDENTITY);
    expect(await initRepository(request(), exec)).toEqual({ outcome: 'committed' });
    expect(git('log', '--format=%an <%ae> %cn %s')).toBe('Ada <ada@example.com> Ada Begin');
    expect(git('branch', '--show-current')).toBe('main');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('begins the branch that the workflows name, whatever the user’s other repositories call theirs', async () => {
    configure(`${IDENTITY}[init]\n  defaultBranch = trunk\n`);
    await initRepository({ ...request(), branch: '2.x' }, exec);
    expect(git('branch', '--show-current')).toBe('2.x');
  });

  it('makes nobody up: without an identity a warning says what to do, and the files are staged', async () => {
    expect(await initRepository(request(), exec)).toMatchObject({
      outcome: 'failed',
      issue: { id: 'git-identity', hint: expect.stringContaining('user.email') as string },
    });
    expect(git('diff', '--cached', '--name-only')).toBe('a file');
  });

  it('runs the hooks of the user’s template, and warns when one refuses', async () => {
    mkdirSync(join(home, 'template/hooks'), { recursive: true });
    const hook = join(home, 'template/hooks/pre-commit');
    writeFileSync(hook, '#!/bin/sh\necho ran >> "$HOME/ran"\necho not today >&2\nexit 1\n', { mode: 0o755 });
    configure(`${IDENTITY}[init]\n  templateDir = ${join(home, 'template')}\n`);
    expect(await initRepository(request(), exec)).toMatchObject({
      outcome: 'failed',
      issue: { id: 'git-commit', message: expect.stringContaining('not today') as string },
    });
    expect(readFileSync(join(home, 'ran'), 'utf8')).toBe('ran\n');
  });

  it('is not led into another repository by the environment', async () => {
    configure(IDENTITY);
    const other = join(home, 'other');
    execFileSync('git', ['init', '-q', other]);
    vi.stubEnv('GIT_DIR', join(other, '.git'));
    vi.stubEnv('GIT_WORK_TREE', other);
    vi.stubEnv('GIT_INDEX_FILE', join(other, '.git/index'));
    expect(await initRepository(request(), exec)).toEqual({ outcome: 'committed' });
    vi.stubEnv('GIT_DIR', undefined);
    vi.stubEnv('GIT_WORK_TREE', undefined);
    vi.stubEnv('GIT_INDEX_FILE', undefined);
    expect(git('log', '--format=%s')).toBe('Begin');
    expect(spawnSync('git', ['log'], { cwd: other }).status).not.toBe(0);
  });

  it('commits in a repository of its own inside another one only if forced', async () => {
    configure(IDENTITY);
    execFileSync('git', ['init', '-q', home]);
    const inside = { ...request(), workTree: home };
    expect(await initRepository(inside, exec)).toEqual({ outcome: 'skipped', reason: 'inside-work-tree' });
    expect(await initRepository({ ...inside, force: true }, exec)).toEqual({ outcome: 'committed' });
    expect(git('rev-parse', '--show-toplevel')).toContain('repo');
  });
});

describe('git port', () => {
  const answering = (answer: (args: readonly string[]) => Partial<Awaited<ReturnType<Exec>>>) => {
    const calls: string[][] = [];
    const port: Exec = async ({ args }) => {
      calls.push([...args]);
      return { outcome: 'exited', exitCode: 0, stdout: '', stderr: '', ...answer(args) };
    };
    return { calls, port };
  };

  it('is skipped without git, and starts no more than three processes with it', async () => {
    const none = answering(() => ({ outcome: 'missing' }));
    expect(await initRepository(request(), none.port)).toEqual({ outcome: 'skipped', reason: 'no-git' });
    const some = answering(() => ({}));
    expect(await initRepository(request(), some.port)).toEqual({ outcome: 'committed' });
    expect(some.calls).toHaveLength(3);
  });

  it('warns when git takes too long or fails', async () => {
    const slow = answering((args) => (args.includes('commit') ? { outcome: 'timeout' } : {}));
    expect(await initRepository(request(), slow.port)).toMatchObject({ issue: { id: 'git-commit' } });
    const broken = answering((args) => (args.includes('init') ? { exitCode: 128, stderr: 'fatal: no' } : {}));
    expect(await initRepository(request(), broken.port)).toMatchObject({
      issue: { id: 'git-init', message: expect.stringContaining('fatal: no') as string },
    });
  });

  it('is not taken for absent when it gives no answer', async () => {
    for (const outcome of ['timeout', 'signal'] as const) {
      const { port } = answering(() => ({ outcome }));
      const unanswered = { exitCode: 74, issues: [{ id: 'git-unanswered' }] };
      await expect(readTree(root, port)).rejects.toMatchObject(unanswered);
      await expect(uncommitted(root, ['a' as RepoPath], port)).rejects.toMatchObject(unanswered);
    }
    const none = answering(() => ({ outcome: 'missing' }));
    expect((await readTree(root, none.port)).size).toBeGreaterThan(0);
    expect(await uncommitted(root, ['a' as RepoPath], none.port)).toEqual([]);
  });

  it('touches nothing in a repository that is one already', async () => {
    const { calls, port } = answering(() => ({}));
    for (const force of [false, true]) {
      const outcome = await initRepository({ ...request(), workTree: root, force }, port);
      expect(outcome).toEqual({ outcome: 'skipped', reason: 'inside-work-tree' });
    }
    expect(calls).toEqual([]);
  });
});
