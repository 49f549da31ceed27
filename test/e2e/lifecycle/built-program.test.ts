/** The commands of a repository's life in the built program: what it loads only when it is needed is there, and works. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareEnvironment, runProgram, type ProgramEnd } from '../../support/program.ts';

let parent: string;
let root: string;

const bulwark = (...args: readonly string[]): ProgramEnd => runProgram(args, { cwd: root });
const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, env: bareEnvironment(parent), encoding: 'utf8' });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const edit = (path: string, from: string | RegExp, to: string): void => {
  const text = read(path);
  const edited = text.replace(from, () => to);
  expect(edited, path).not.toBe(text);
  writeFileSync(join(root, path), edited);
};
const commit = (): void => {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'step');
};

beforeAll(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-built-')));
  root = parent;
  expect(bulwark('create', 'shop', '--yes', '--stack', 'fastapi', '--fastapi-python', '3.12').code).toBe(0);
  root = join(parent, 'shop');
});
afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

describe('the built program', () => {
  test('merges YAML, TOML, JSON and text with what was edited', () => {
    edit('docker-compose.yml', /^services:$/m, '# by hand\nservices:');
    edit('pyproject.toml', '[tool.black]', '# by hand\n[tool.black]');
    edit('bulwark.json', '  "answers": {', '  "answers":   {');
    edit('CONTRIBUTING.md', /$/, '\nBy hand.\n');
    commit();
    const { code, stderr } = bulwark('update', '--set', 'fastapi.python=3.13', '--set', 'fastapi.port=8123');
    expect(code, stderr).toBe(0);
    expect(read('docker-compose.yml')).toMatch(/# by hand\nservices:[^]*8123/);
    expect(read('pyproject.toml')).toMatch(/# by hand\n\[tool\.black\]/);
    expect(read('bulwark.json')).toMatch(/"answers": {3}\{[^]*"python": "3\.13"/);
    expect(read('CONTRIBUTING.md')).toMatch(/By hand\.\n$/);
    commit();
    expect(bulwark('check', '--only', 'update,rules').code).toBe(0);
    expect(bulwark('check').code).toBe(7);
    expect(bulwark('diff').stdout).toContain('+# by hand');
  });

  test('adds and removes', () => {
    const before = git('rev-parse', 'HEAD^{tree}');
    expect(bulwark('add', 'nginx', '--yes').code).toBe(0);
    commit();
    expect(bulwark('remove', 'nginx', '--yes').code).toBe(0);
    commit();
    expect(git('rev-parse', 'HEAD^{tree}')).toBe(before);
  });

  test('holds to rules, and says what is to be pinned without a network', () => {
    writeFileSync(
      join(root, 'bulwark.rules.yaml'),
      'rules:\n  - id: ours\n    lock: { licence: proprietary }\n    severity: error\n',
    );
    expect(bulwark('check', '--sarif')).toMatchObject({ code: 6 });
    expect(bulwark('update', '--yes').code).toBe(6);
    rmSync(join(root, 'bulwark.rules.yaml'));
    const pinned = bulwark('pin', '--offline');
    expect(pinned.code).toBe(2);
    expect(pinned.stderr).toContain('--offline');
    expect(git('status', '--porcelain')).toBe('');
  });

  test('finds out what a foreign repository is, adds to it, and lets go of it', () => {
    const home = root;
    root = join(parent, 'foreign');
    execFileSync('git', ['init', '--quiet', root], { env: bareEnvironment(parent) });
    writeFileSync(join(root, 'pyproject.toml'), '[project]\nname = "orders"\ndependencies = ["flask"]\n');
    writeFileSync(join(root, 'compose.yaml'), 'services:\n  web:\n    image: nginx:1.30\n');
    commit();
    const added = bulwark('add', 'redis', '--yes');
    expect(added.code, added.stderr).toBe(0);
    expect(added.stderr).toMatch(/name +Orders|name +orders/);
    expect(read('compose.yaml')).toMatch(/^services:\n {2}web:\n {4}image: nginx:1\.30\n {2}redis:\n/);
    commit();
    expect(bulwark('eject').code).toBe(0);
    root = home;
  });
});
