/** What git tells of a folder, by the real git where it is installed; and addresses of remotes without their secrets. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readGitFacts } from '../../../src/detect/git-facts.ts';
import { parseRemote, withoutCredentials } from '../../../src/detect/remote-url.ts';
import { exec, type Exec } from '../../../src/exec.ts';

let home: string;
let root: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bulwark-facts-'));
  root = join(home, 'order-desk');
  mkdirSync(root);
  vi.stubEnv('HOME', home);
  vi.stubEnv('XDG_CONFIG_HOME', undefined);
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
  vi.stubEnv('GIT_CEILING_DIRECTORIES', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
const begin = (branch: string) => {
  git('init', '--quiet', `--initial-branch=${branch}`);
  writeFileSync(join(root, 'a'), '');
  git('add', '--all');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message', 'Begin');
};
const HAS_GIT = spawnSync('git', ['--version']).status === 0;

describe.skipIf(!HAS_GIT)(`readGitFacts${HAS_GIT ? '' : ' (skipped: git is not installed)'}`, () => {
  it('tells the remote without the credentials in its address', async () => {
    begin('main');
    git('remote', 'add', 'origin', 'https://ada:ghp_secretsecret@github.com/Acme/order-desk.git?token=abc');
    const facts = await readGitFacts(root, exec);
    expect(facts).toEqual({
      folder: 'order-desk',
      isRepository: true,
      originUrl: 'https://github.com/Acme/order-desk',
      origin: { host: 'github.com', owner: 'Acme', name: 'order-desk' },
      defaultBranch: 'main',
      mainBranch: 'main',
    });
    expect(JSON.stringify(facts)).not.toMatch(/secret|token|ada/);
  });

  it('believes the remote about the default branch, and not the branch one works on', async () => {
    begin('topic');
    git('branch', 'main');
    git('branch', 'master');
    expect((await readGitFacts(root, exec)).defaultBranch).toBeUndefined();
    git('update-ref', 'refs/remotes/origin/trunk', 'HEAD');
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
    expect((await readGitFacts(root, exec)).defaultBranch).toBe('trunk');
  });

  it('takes the conventional branch, the only one, and before the first commit the one to come', async () => {
    git('init', '--quiet', '--initial-branch=develop');
    expect(await readGitFacts(root, exec)).toEqual({
      folder: 'order-desk',
      isRepository: true,
      defaultBranch: 'develop',
    });
    begin('develop');
    expect((await readGitFacts(root, exec)).defaultBranch).toBe('develop');
    git('branch', 'master');
    expect((await readGitFacts(root, exec)).defaultBranch).toBe('master');
  });

  it('takes for the main branch what is released, not where work is gathered', async () => {
    begin('develop');
    git('update-ref', 'refs/remotes/origin/develop', 'HEAD');
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/develop');
    expect(await readGitFacts(root, exec)).not.toHaveProperty('mainBranch');
    git('branch', 'master');
    expect(await readGitFacts(root, exec)).toMatchObject({ defaultBranch: 'develop', mainBranch: 'master' });
  });

  it('tells a folder inside of a repository from the outermost', async () => {
    begin('main');
    mkdirSync(join(root, 'services', 'orders'), { recursive: true });
    const facts = await readGitFacts(join(root, 'services', 'orders'), exec);
    expect(facts).toMatchObject({ folder: 'orders', subfolder: 'services/orders', isRepository: true });
    expect(await readGitFacts(root, exec)).not.toHaveProperty('subfolder');
  });

  it('knows only the name of a folder outside of git', async () => {
    expect(await readGitFacts(root, exec)).toEqual({ folder: 'order-desk', isRepository: false });
  });

  it('is about this folder, also under a hook of another repository', async () => {
    begin('main');
    vi.stubEnv('GIT_DIR', join(home, 'elsewhere'));
    expect(await readGitFacts(root, exec)).toMatchObject({ isRepository: true, defaultBranch: 'main' });
  });
});

describe('readGitFacts without git', () => {
  it('knows only the name of the folder', async () => {
    const missing: Exec = async () => ({ outcome: 'missing', stdout: '', stderr: '' });
    expect(await readGitFacts(root, missing)).toEqual({ folder: 'order-desk', isRepository: false });
  });

  it('asks only what reads, and nothing of the network', async () => {
    const asked: string[] = [];
    const spy: Exec = async ({ command, args }) => {
      asked.push([command, args[0]].join(' '));
      return { outcome: 'exited', exitCode: 0, stdout: '', stderr: '' };
    };
    await readGitFacts(root, spy);
    expect(new Set(asked)).toEqual(
      new Set(['git rev-parse', 'git remote', 'git symbolic-ref', 'git for-each-ref']),
    );
  });
});

describe('parseRemote', () => {
  const acme = { host: 'github.com', owner: 'acme', name: 'orders' };
  it.each([
    ['https://github.com/acme/orders', acme],
    ['https://github.com/acme/orders.git/', acme],
    ['https://x-access-token:ghs_1@GitHub.com/acme/orders.git', acme],
    ['git@github.com:acme/orders.git', acme],
    ['ssh://git@github.com:22/acme/orders.git', acme],
    ['git://github.com/acme/orders', acme],
    ['https://gitlab.com/acme/team/orders.git', { host: 'gitlab.com', owner: 'acme/team', name: 'orders' }],
    ['/srv/git/orders.git', undefined],
    ['../orders', undefined],
    ['file:///srv/git/acme/orders.git', undefined],
    ['C:\\git\\acme\\orders', undefined],
    ['C:/git/acme/orders', undefined],
    ['https://github.com/orders', undefined],
    ['https://github.com/acme/or ders', undefined],
    ['https://[', undefined],
    ['ext::sh -c touch% /tmp/x', undefined],
    ['', undefined],
    [`https://github.com/acme/${'x'.repeat(3000)}`, undefined],
  ])('%s', (address, expected) => {
    expect(parseRemote(address)).toEqual(expected);
  });

  it('leaves nothing of user, password and query', () => {
    expect(withoutCredentials('https://u:p4ss@git.acme.dev:8443/a/b.git?k=v#f')).toBe(
      'https://git.acme.dev/a/b',
    );
    expect(withoutCredentials('u:p4ss@/nowhere')).toBeUndefined();
  });
});
