/** `fleet status` and `fleet update` of the built program, over repositories that have each something else the matter. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fleetOutput, newFleetHome, statesOf, type FleetHome } from '../support/fleet-repositories.ts';
import { bareEnvironment, program, type ProgramEnd } from '../support/program.ts';

/** Each run is several processes. */
vi.setConfig({ testTimeout: 120_000 });

let home: FleetHome;
let trees: ReadonlyMap<string, string>;

const LOCAL = ['current', 'outdated', 'edited', 'conflict'] as const;
const NOWHERE = 'file:///nowhere/at/all.git';
const fleet = (...args: readonly string[]): ProgramEnd => home.bulwark('fleet', ...args);
const status = (repository: string): string => home.git(repository, 'status', '--porcelain');
const treeOf = (repository: string, ref = 'HEAD'): string =>
  home.git(repository, 'rev-parse', `${ref}^{tree}`);
const branches = (repository: string): string =>
  home.git(repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads').trim();

beforeAll(() => {
  home = newFleetHome();
  for (const name of LOCAL) home.copy(name);
  home.outdate('outdated');
  home.edit('edited', 'docker-compose.yml', /$/, '# by hand\n');
  home.commit('edited');
  home.edit('conflict', 'README.md', '/healthz', '/by-hand');
  home.outdate('conflict');
  mkdirSync(home.at('foreign'));
  trees = new Map(LOCAL.map((name) => [name, treeOf(name)]));
}, 60_000);
afterAll(() => {
  home.end();
});
beforeEach(() => {
  for (const name of LOCAL) home.git(name, 'reset', '--quiet', '--hard');
});

describe('fleet status', () => {
  test('tells the state of each, whatever becomes of the others', () => {
    const remote = home.remoteOf('outdated', 'status.git');
    const end = fleet('status', ...LOCAL, 'foreign', 'missing', remote, NOWHERE, '--json');
    expect(statesOf(end)).toEqual({
      current: 'current',
      outdated: 'update available',
      edited: 'edited',
      conflict: 'update available',
      foreign: 'not managed',
      missing: 'unreachable',
      [remote]: 'update available',
      [NOWHERE]: 'unreachable',
    });
    const output = fleetOutput(end);
    expect(end.code).toBe(74);
    expect(output).toMatchObject({ ok: false, code: 74, left: 0, issues: [], counts: { unreachable: 2 } });
    const [current, outdated, edited, conflict] = output.repositories;
    expect(current).toMatchObject({ code: 0, edits: 0, updates: 0, packs: [], issues: [] });
    expect(current?.bulwark).toMatch(/^\d+\.\d+\.\d+$/);
    expect(outdated).toMatchObject({ code: 7, edits: 0, conflicts: 0 });
    expect(outdated?.updates).toBeGreaterThan(0);
    expect(edited).toMatchObject({ code: 7, edits: 1, updates: 0 });
    expect(conflict).toMatchObject({ code: 7, conflicts: 1 });
    for (const name of LOCAL) expect(status(name), name).toBe('');
  });

  test('ends with 0 when all are current, with 7 when one is not, with 6 when a rule is broken', () => {
    const rules = 'rules:\n  - id: ours\n    lock: { licence: proprietary }\n    severity: error\n';
    writeFileSync(home.at('team.yaml'), rules);
    expect(fleet('status', 'current', 'base').code).toBe(0);
    expect(fleet('status', 'current', 'edited').code).toBe(7);
    const broken = fleet('status', 'current', 'edited', '--rules', 'team.yaml', '--json');
    expect(broken.code).toBe(6);
    expect(statesOf(broken)).toEqual({ current: 'rules broken', edited: 'rules broken' });
    expect(fleetOutput(broken).repositories[0]?.rules).toBe(1);
  });

  test('reads fleet.yaml from where it stands, and shows a table for a person, with progress apart', () => {
    mkdirSync(home.at('team'), { recursive: true });
    writeFileSync(
      home.at('team', 'fleet.yaml'),
      'concurrency: 2\nrepositories:\n  - ../current\n  - { path: ../edited, name: hand-made }\n',
    );
    for (const end of [
      fleet('status', '--fleet', 'team/fleet.yaml'),
      fleet('status', '--cwd', 'team'),
      fleet('status', '--cwd', 'team', '--concurrency', '1'),
    ]) {
      expect(end.code, end.stderr).toBe(7);
      expect(end.stdout).toMatch(/^ {2}repository +state +bulwark/);
      expect(end.stdout).toMatch(/hand-made +edited +\d+\.\d+\.\d+ +- +1 /);
      expect(end.stderr).toMatch(/1 of 2 .*\n2 of 2 /);
      expect(end.stderr).toContain('2 repositories: 1 current, 1 edited');
    }
  });

  test('a repository with conflicts left, and one in a folder of a mono-repository', () => {
    expect(home.bulwark('update', '--yes', '--cwd', 'conflict').code).toBe(3);
    mkdirSync(home.at('mono', 'services'), { recursive: true });
    home.git('mono', 'init', '--quiet');
    home.copy('mono/services/api');
    writeFileSync(
      home.at('mono.json'),
      JSON.stringify({ repositories: [{ path: 'mono', folder: 'services/api' }, 'conflict', 'mono'] }),
    );
    const end = fleet('status', '--fleet', 'mono.json', '--json');
    expect(statesOf(end)).toEqual({
      'mono#services/api': 'current',
      conflict: 'conflicts',
      mono: 'not managed',
    });
    expect(end.code).toBe(3);
    expect(home.bulwark('update', '--abort', '--cwd', 'conflict').code).toBe(0);
  });

  test.each([
    [['status'], 'fleet-unreadable'],
    [['status', '--fleet', 'nothing.yaml'], 'fleet-unreadable'],
    [['status', 'current', './current/'], 'fleet-twice'],
    [['status', 'current', 'linked'], 'fleet-twice'],
    [['status', 'https://h/o/r', 'https://h/o/r.git'], 'fleet-twice'],
    [['status', 'ext::sh'], 'fleet-repository'],
    [['status', 'current', '--push'], 'misplaced-flag'],
    [['status', 'current', '--concurrency', '0'], 'fleet-value'],
    [['status', 'current', '--concurrency', '2x'], 'fleet-value'],
    [['update', 'current', '--branch', 'a..b'], 'invalid-value'],
    [['update', 'current', '--on-conflict', 'ask'], 'invalid-value'],
    [['updaet', 'current'], 'unknown-command'],
    [[], 'unknown-command'],
  ])('%j is refused before anything starts', (args, id) => {
    if (!existsSync(home.at('linked'))) symlinkSync('current', home.at('linked'));
    const end = fleet(...args, '--json');
    expect(end.code).toBe(2);
    expect(fleetOutput(end).issues[0]?.id).toBe(id);
  });
});

describe('fleet update of folders', () => {
  test('leaves the changes in the work tree, and puts back what has conflicts', () => {
    const end = fleet('update', ...LOCAL, 'foreign', '--json');
    expect(statesOf(end)).toEqual({
      current: 'current',
      outdated: 'updated',
      edited: 'current',
      conflict: 'conflicts',
      foreign: 'not managed',
    });
    expect(end.code).toBe(3);
    const row = fleetOutput(end).repositories[3];
    expect(row?.files).toContainEqual({ path: 'README.md', change: 'conflict' });
    expect(status('conflict')).toBe('');
    expect(existsSync(home.at('conflict', '.bulwark/pending.json'))).toBe(false);
    expect(status('outdated')).toContain('README.md');
    expect(readFileSync(home.at('outdated', 'README.md'), 'utf8')).toContain('/up');
  });

  test('a conflict stays between markers where that is asked for, and is not touched again', () => {
    const marked = fleet('update', 'conflict', '--on-conflict', 'marker');
    expect(marked.code).toBe(3);
    expect(marked.stdout).toContain('conflict: conflicts in README.md');
    const text = readFileSync(home.at('conflict', 'README.md'), 'utf8');
    expect(text).toContain('<<<<<<<');
    const again = fleet('update', 'conflict', '--json');
    expect(again.code).toBe(3);
    expect(fleetOutput(again).repositories[0]?.issues[0]?.id).toBe('conflicts-left');
    expect(readFileSync(home.at('conflict', 'README.md'), 'utf8')).toBe(text);
    expect(home.bulwark('update', '--abort', '--cwd', 'conflict').code).toBe(0);
  });

  test('a dry run says the same and changes nothing', () => {
    const end = fleet('update', ...LOCAL, '--dry-run', '--json');
    expect(statesOf(end)).toEqual({
      current: 'current',
      outdated: 'would be updated',
      edited: 'current',
      conflict: 'conflicts',
    });
    for (const name of LOCAL) expect(status(name), name).toBe('');
  });

  test('what is not committed is refused, and the others go on', () => {
    home.edit('outdated', 'README.md', /$/, 'Not committed.\n');
    const end = fleet('update', 'outdated', 'current', '--json');
    expect(statesOf(end)).toEqual({ outdated: 'refused', current: 'current' });
    expect(end.code).toBe(2);
    expect(fleetOutput(end).repositories[0]?.issues[0]?.id).toBe('uncommitted');
  });
});

describe('fleet update on a branch', () => {
  test('of a folder: one commit beside the work tree, which stays as it is', () => {
    home.edit('outdated', 'README.md', /$/, 'Not committed.\n');
    const before = status('outdated');
    const end = fleet('update', ...LOCAL, '--branch', 'team/update', '--json');
    expect(end.code).toBe(3);
    expect(fleetOutput(end).repositories.map(({ state, branch }) => [state, branch?.outcome])).toEqual([
      ['current', undefined],
      ['updated', 'made'],
      ['current', undefined],
      ['conflicts', undefined],
    ]);
    expect(status('outdated')).toBe(before);
    expect(branches('outdated')).toBe('main\nteam/update');
    expect(branches('conflict')).toBe('main');
    expect(home.git('outdated', 'rev-list', '--count', 'main..team/update').trim()).toBe('1');
    expect(home.git('outdated', 'show', 'team/update:README.md')).toContain('/up');
    expect(home.git('outdated', 'log', '-1', '--format=%an %B', 'team/update')).toMatch(
      /^Tester Update to bulwark[^]*update {4}README\.md/,
    );
  });

  test('a second run finds it there, and leaves alone what somebody else has put on it', () => {
    const again = fleet('update', 'outdated', '--branch', 'team/update', '--json');
    expect(fleetOutput(again).repositories[0]?.branch?.outcome).toBe('unchanged');
    home.git('outdated', 'switch', '--quiet', 'team/update');
    home.git('outdated', 'commit', '--quiet', '--amend', '--allow-empty', '--message', 'mine');
    home.git('outdated', 'switch', '--quiet', 'main');
    const mine = treeOf('outdated', 'team/update');
    const commit = home.git('outdated', 'rev-parse', 'team/update');
    const held = fleet('update', 'outdated', '--branch', 'team/update', '--json');
    expect(held.code).toBe(0);
    expect(statesOf(held)).toEqual({ outdated: 'held' });
    expect(home.git('outdated', 'rev-parse', 'team/update')).toBe(commit);
    expect(treeOf('outdated', 'team/update')).toBe(mine);
  });

  test('of a remote: nothing leaves the machine without --push', () => {
    const remote = home.remoteOf('outdated', 'push.git');
    const before = branches('remotes/push.git');
    const dry = fleet('update', remote, '--json');
    expect(dry.code).toBe(0);
    expect(fleetOutput(dry).repositories[0]?.branch).toMatchObject({ outcome: 'would be pushed' });
    expect(branches('remotes/push.git')).toBe(before);

    const pushed = fleet('update', remote, '--push', '--json');
    const branch = fleetOutput(pushed).repositories[0]?.branch;
    expect(branch).toMatchObject({ name: 'bulwark/update', base: 'main', outcome: 'pushed' });
    expect(home.git('remotes/push.git', 'rev-parse', 'bulwark/update').trim()).toBe(branch?.commit);
    expect(home.git('remotes/push.git', 'show', 'bulwark/update:README.md')).toContain('/up');
    const again = fleet('update', remote, '--push', '--json');
    expect(fleetOutput(again).repositories[0]?.branch).toEqual({ ...branch, outcome: 'unchanged' });
  });

  test('of a remote that has moved on: the branch is made anew from there', () => {
    const remote = home.remoteOf('outdated', 'moved.git');
    expect(fleet('update', remote, '--push').code).toBe(0);
    home.git('outdated', 'commit', '--quiet', '--allow-empty', '--message', 'moved on');
    home.git('outdated', 'push', '--quiet', remote, 'HEAD:main');
    home.git('outdated', 'reset', '--quiet', '--hard', 'HEAD^');
    const end = fleet('update', remote, '--push', '--json');
    expect(fleetOutput(end).repositories[0]?.branch?.outcome).toBe('pushed');
    expect(home.git('remotes/moved.git', 'rev-parse', 'bulwark/update^').trim()).toBe(
      home.git('remotes/moved.git', 'rev-parse', 'main').trim(),
    );
  });

  test('of a remote with a conflict: on the branch only when that is asked for, with its markers', () => {
    const remote = home.remoteOf('conflict', 'conflict.git');
    const quiet = fleet('update', remote, '--push', '--json');
    expect(quiet.code).toBe(3);
    expect(fleetOutput(quiet).repositories[0]?.branch).toBeUndefined();
    expect(branches('remotes/conflict.git')).toBe('main');
    const marked = fleet('update', remote, '--push', '--on-conflict', 'marker', '--json');
    expect(marked.code).toBe(3);
    expect(fleetOutput(marked).repositories[0]?.branch?.outcome).toBe('pushed');
    const text = home.git('remotes/conflict.git', 'show', 'bulwark/update:README.md');
    expect(text).toContain('<<<<<<<');
    expect(home.git('remotes/conflict.git', 'log', '-1', '--format=%s', 'bulwark/update')).toContain(
      'conflicts',
    );
  });

  test('a remote that does not take it, or has no such branch, does not keep the others from theirs', () => {
    const refusing = home.remoteOf('outdated', 'refusing.git');
    writeFileSync(home.at('remotes/refusing.git/hooks/pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const taking = home.remoteOf('outdated', 'taking.git');
    const list = { repositories: [refusing, { url: taking, branch: 'nothing', name: 'other' }, taking] };
    writeFileSync(home.at('list.json'), JSON.stringify({ repositories: list.repositories.slice(0, 2) }));
    const end = fleet('update', '--fleet', 'list.json', '--push', '--json');
    expect(end.code).toBe(74);
    expect(statesOf(end)).toEqual({ [refusing]: 'failed', other: 'refused' });
    expect(fleet('update', taking, '--push').code).toBe(0);
    expect(branches('remotes/refusing.git')).not.toContain('bulwark/update');
    expect(branches('remotes/taking.git')).toContain('bulwark/update');
    writeFileSync(home.at('list.json'), JSON.stringify(list));
    // Two entries of one remote would be put on one branch.
    expect(fleetOutput(fleet('update', '--fleet', 'list.json', '--push', '--json')).issues[0]?.id).toBe(
      'fleet-branch',
    );
  });

  test('--offline asks no other machine', () => {
    const end = fleet('update', 'https://git.example.com/o/r.git', '--offline', '--push', '--json');
    expect(end.code).toBe(74);
    expect(fleetOutput(end).repositories[0]?.issues[0]?.message).toContain('--offline');
  });
});

describe('an interruption', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s leaves nothing behind, in the repositories or elsewhere',
    async (signal) => {
      const temporary = home.at('temporary');
      mkdirSync(temporary, { recursive: true });
      const remote = home.remoteOf('outdated', `${signal}.git`);
      for (let index = 0; index < 6; index += 1)
        if (!existsSync(home.at(`many-${index}`))) home.copy(`many-${index}`);
      const many = Array.from({ length: 6 }, (_, index) => `many-${index}`);
      const args = ['fleet', 'update', remote, 'outdated', ...many, '--push', '--concurrency', '2', '--json'];
      const child = spawn(process.execPath, [program, ...args], {
        cwd: home.root,
        env: { ...bareEnvironment(home.root), TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let stdout = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      // Once there is a copy of the remote, something is in work.
      const looks = setInterval(() => {
        // Once: a second signal does not wait for anything.
        if (!child.killed && readdirSync(temporary).length > 0) child.kill(signal);
      }, 5);
      const code = await new Promise((resolve) => child.on('close', resolve));
      clearInterval(looks);
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(readdirSync(temporary)).toEqual([]);
      const output = fleetOutput({ code: 0, stdout, stderr: '' });
      expect(output.left).toBeGreaterThan(0);
      expect(output.ok).toBe(false);
      for (const name of ['outdated', ...many]) {
        expect(readdirSync(join(home.at(name), '.bulwark')).sort(), name).toEqual(['baseline', 'lock.json']);
      }
      expect(treeOf('outdated')).toBe(trees.get('outdated'));
    },
  );
});

test('an address of a folder and the folder are one repository', () => {
  const end = fleet('status', 'current', pathToFileURL(home.at('current')).href, '--json');
  expect(fleetOutput(end).issues[0]?.id).toBe('fleet-twice');
});
