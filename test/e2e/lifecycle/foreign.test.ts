/** `add` and `adopt` in a repository that bulwark did not make: what is there is found out, and nothing of it is lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newLife, type Life } from '../../support/repository-life.ts';

const COMPOSE = `# Our own stack
services:
  # the app
  web:
    build: .
    ports: ['3000:3000']
  db:
    image: postgres:16   # old
`;

let life: Life;
beforeEach(() => {
  life = newLife();
  life.write('package.json', '{\n\t"name": "orders",\n\t"scripts": { "start": "node src/index.js" }\n}\n');
  life.write('src/index.js', 'require("node:http").createServer().listen(3000)\n');
  life.write('README.md', '# Orders\n\nThe order service.\n');
  life.write('.gitignore', 'node_modules\n');
  life.write('Dockerfile', 'FROM node:24\nEXPOSE 3000\nCMD ["node", "src/index.js"]\n');
  life.write('docker-compose.yml', COMPOSE);
  life.commit();
});
afterEach(() => {
  life.end();
});

/** Paths that git sees as changed, not as new. */
const modified = (): readonly string[] =>
  life
    .git('diff', '--name-only')
    .split('\n')
    .filter((path) => path !== '');

describe('add', () => {
  test('says what was found and why, and asks nothing that can be seen', async () => {
    const { code, stderr } = await life.run(['add', 'on-call', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/name +Orders +name in package\.json/);
    expect(stderr).toMatch(/none\.port +3000 +EXPOSE 3000 in Dockerfile:2/);
    expect(life.read('docs/ON_CALL.md')).toContain('Orders');
    expect(modified()).toEqual([]);
  });

  test('keeps every line of a shared file that it adds to', async () => {
    const { code, stderr } = await life.run(['add', 'redis', '--yes']);
    expect(code, stderr).toBe(0);
    const text = life.read('docker-compose.yml');
    expect(text.startsWith(COMPOSE)).toBe(true);
    expect(text).toMatch(/^ {2}redis:\n {4}image: redis:/m);
    expect((await life.run(['add', 'redis', '--yes'])).code).toBe(2);
    expect((await life.run(['check'])).code).toBe(0);
    life.commit();
    expect((await life.run(['update'])).stderr).toContain('Nothing to do');
    expect(life.git('status', '--porcelain')).toBe('');
  });

  test('and remove takes its part out again to the byte, with what the owner has changed since', async () => {
    const before = life.commit();
    await life.run(['add', 'redis', '--yes']);
    life.commit();
    expect((await life.run(['remove', 'redis', '--yes'])).code).toBe(0);
    expect(life.read('docker-compose.yml')).toBe(COMPOSE);
    expect(life.git('diff', '--name-only', before, '--', 'docker-compose.yml', 'Dockerfile', 'src')).toBe('');

    await life.run(['add', 'redis', '--yes', '--force']);
    life.write(
      'docker-compose.yml',
      life.read('docker-compose.yml').replace('postgres:16   # old', 'postgres:17'),
    );
    life.commit();
    expect((await life.run(['remove', 'redis', '--yes'])).code).toBe(0);
    expect(life.read('docker-compose.yml')).toBe(COMPOSE.replace('postgres:16   # old', 'postgres:17'));
  });

  test('a second component goes beside the first, and an edit in between stays', async () => {
    await life.run(['add', 'redis', '--yes']);
    life.write('docker-compose.yml', life.read('docker-compose.yml').replace('# the app', '# our app'));
    life.commit();
    const { code, stderr } = await life.run(['add', 'rabbitmq', '--yes']);
    expect(code, stderr).toBe(0);
    const text = life.read('docker-compose.yml');
    expect(text).toContain('# our app');
    expect(text).toMatch(/^ {2}redis:\n[^]*^ {2}rabbitmq:\n/m);
    expect((await life.run(['check'])).code).toBe(0);
  });

  test('leaves the owner’s Dockerfile alone', async () => {
    const before = life.read('Dockerfile');
    await life.run(['add', 'docker', '--yes']);
    expect(life.read('Dockerfile')).toBe(before);
    expect(modified()).not.toContain('Dockerfile');
  });

  test('a file of one’s own where one is planned is no guess: nothing is written, and it is said', async () => {
    life.write('docs/ON_CALL.md', 'mine\n');
    const tree = life.commit();
    const { code, stderr } = await life.run(['add', 'on-call', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('docs/ON_CALL.md is there and differs');
    expect(life.commit()).toBe(tree);
  });
});

describe('adopt', () => {
  test('changes no byte that is there', async () => {
    const { code, stderr } = await life.run(['adopt', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Adopted: \d+ identical, \d+ new, \d+ different and kept/);
    expect(modified()).toEqual([]);
    life.commit();
    expect((await life.run(['check'])).code).toBe(0);
    expect((await life.run(['adopt'])).code).toBe(2);
  });

  test('and then ejects, with every file kept', async () => {
    await life.run(['adopt', '--yes']);
    life.commit();
    expect((await life.run(['eject'])).code).toBe(0);
    const gone = life.git('diff', '--name-only', '--diff-filter=D').trim().split('\n');
    expect(gone.every((path) => path.startsWith('.bulwark/') || path === 'bulwark.json')).toBe(true);
    expect((await life.run(['check'])).code).toBe(2);
  });
});
