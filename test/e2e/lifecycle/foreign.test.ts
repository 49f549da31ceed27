/** `add` and `adopt` in a repository that bulwark did not make: what is there is found out, and nothing of it is lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { repoPath } from '../../../src/tree/repo-path.ts';
import type { VirtualFile } from '../../../src/tree/virtual-tree.ts';
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

describe('a repository with its own image', () => {
  test('keeps its build: no file beside its Dockerfile, and no stage or check that it has not', async () => {
    const { code, stderr } = await life.run(['add', 'ci', 'docker', 'make', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^keep +Dockerfile +\(yours\)$/m);
    const status = life.git('status', '--porcelain', '--untracked-files=all');
    expect(status).not.toMatch(/dockerignore|docker\//);
    expect(life.read('.github/workflows/ci.yml')).not.toContain('target:');
    expect(life.read('Makefile')).toContain('docker build --build-arg');
    expect(life.read('.github/workflows/ci.yml')).not.toMatch(/^ {2}compose:/m);
    life.commit();
    expect((await life.run(['diff'])).stdout).toBe('');
    const removed = await life.run(['remove', 'ci', 'docker', 'make', '--yes']);
    expect(removed.stderr).toMatch(/^keep +Dockerfile +\(yours\)$/m);
    expect(removed.stderr).not.toContain('Edited');
    expect(removed.stderr).toContain('Nothing of bulwark');
  });

  test('of another folder: what ours leaves out is for its build alone', async () => {
    life.git('mv', 'Dockerfile', 'src/Dockerfile');
    life.write('.dockerignore', 'node_modules\n');
    life.commit();
    const { code, stderr } = await life.run(['add', 'docker', '--yes']);
    expect(code, stderr).toBe(0);
    expect(life.read('.dockerignore')).toBe('node_modules\n');
    expect(life.read('Dockerfile.dockerignore')).toMatch(/^\*$/m);
    expect(life.read('Dockerfile')).toContain('AS production');
  });
});

describe('records that are made anew', () => {
  test('still know which files are the user’s', async () => {
    await life.run(['add', 'docker', '--yes']);
    life.commit();
    const before = life.read('.bulwark/lock.json');
    expect(before).toContain('"Dockerfile": { "owner": "kept"');
    expect((await life.run(['update', '--rebuild'])).code).toBe(0);
    expect(life.read('.bulwark/lock.json')).toContain('"Dockerfile": { "owner": "kept"');
    expect((await life.run(['check', '--only', 'edits'])).code).toBe(0);
  });
});

describe('what the repository has under another name', () => {
  test('is not made a second time', async () => {
    life.git('mv', 'README.md', 'readme.rst');
    life.write('LICENSE-MIT', 'The MIT licence.\n');
    life.write('.github/workflows/ci.yaml', 'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n');
    life.commit();
    const { code, stderr } = await life.run(['add', 'ci', 'project', '--yes']);
    expect(code, stderr).toBe(0);
    const added = life.git('status', '--porcelain', '--untracked-files=all');
    expect(added).not.toMatch(/README\.md|LICENSE$|ci\.yml/m);
    expect(modified()).toContain('.github/workflows/ci.yaml');
    expect(life.read('LICENSE-MIT')).toBe('The MIT licence.\n');
    expect(life.read('CONTRIBUTING.md')).not.toBe('');
  });

  test('a compose file about something else gets nothing', async () => {
    life.git('mv', 'docker-compose.yml', 'otel.yml');
    life.write(
      'otel/docker-compose.yml',
      'services:\n  otel:\n    image: otel/opentelemetry-collector:0.1\n',
    );
    life.commit();
    await life.run(['add', 'compose', '--yes']);
    expect(modified()).not.toContain('otel/docker-compose.yml');
    expect(life.read('docker-compose.yml')).toMatch(/^ {2}app:/m);
  });

  test('without an application it is the stack none, and no stack of ours', async () => {
    life.git('rm', '--quiet', 'package.json', 'Dockerfile', 'docker-compose.yml', 'src/index.js');
    life.commit();
    const { code, stderr } = await life.run(['add', 'ci', '--yes']);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(life.read('bulwark.json'))).toMatchObject({ answers: { stack: 'none' } });
  });
});

describe('what is the user’s', () => {
  test('ends and ignoring of his files are his: git learns of bulwark’s records alone', async () => {
    life.write('.gitattributes', '*.png binary\n');
    life.commit();
    await life.run(['add', 'on-call', '--yes']);
    expect(life.read('.gitattributes')).toMatch(
      /^\*\.png binary\n\n#[^\n]*\n\.bulwark\/baseline merge=union/,
    );
    expect(life.read('.gitattributes')).not.toContain('eol=lf');
    expect(life.read('.gitignore')).toBe('node_modules\n');
  });

  test('findings in his lines and his files are not told, those in ours are', async () => {
    life.write('README.md', '# Orders\n\nSee [the plan](docs/plan.md) and [the other](docs/other.md).\n');
    life.write('docs/plan.md', 'So.\n');
    life.commit();
    const { stderr } = await life.run(['add', 'ci', '--yes', '--dry-run']);
    expect(stderr).toContain('no finding');
    expect(stderr).not.toContain('docs/other.md');
    const { judgeAdditions } = await import('../../../src/verify/judge-additions.ts');
    const path = repoPath('README.md', 'test');
    const content = Buffer.from('# Orders\n\n[theirs](gone.md)\n\n[ours](lost.md)\n');
    const file: VirtualFile = {
      path,
      content,
      executable: false,
      origin: { component: 'readme', template: 'readme' },
      ownership: 'shared',
    };
    const previous = Buffer.from('# Orders\n\n[theirs](gone.md)\n');
    const results = await judgeAdditions(
      [{ path, kind: 'update', file, content, previous, how: 'spliced' }],
      new Map([[path, file]]),
    );
    const found = results.flatMap((result) => (result.outcome === 'findings' ? result.findings : []));
    expect(found.map(({ line }) => line)).toEqual([5]);
  });

  test('a part without a safe place is told once, with what is to be pasted, and is no drift', async () => {
    life.write(
      '.github/workflows/ci.yml',
      'on: push\njobs:\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      - run: "true"\n',
    );
    const tree = life.commit();
    const { code, stderr } = await life.run(['add', 'ci', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('jobs.scan stands there and says something else');
    expect(stderr).toContain('name: Known vulnerabilities');
    life.commit();
    expect((await life.run(['check'])).code).toBe(0);
    expect((await life.run(['update', '--yes'])).code).toBe(0);
    const more = await life.run(['add', 'docker', '--yes']);
    expect(more.code).toBe(3);
    expect(more.stderr).toContain('hadolint');
    await life.run(['remove', 'ci', 'docker', '--yes', '--force']);
    life.git('rm', '--quiet', '-rf', '--cached', 'bulwark.json', '.bulwark');
    expect(life.git('diff', '--name-only', tree, '--', '.github')).toBe('');
  });

  test('a second schedule for an ecosystem that he renews already is not asked for', async () => {
    const text =
      'version: 2\nupdates:\n  - package-ecosystem: github-actions\n    directory: /\n    schedule: {interval: daily}\n';
    life.write('.github/dependabot.yml', text);
    life.commit();
    expect((await life.run(['add', 'ci', '--yes'])).code).toBe(0);
    expect(life.read('.github/dependabot.yml')).toBe(text);
  });
});

describe('adopt', () => {
  test('takes over what stands where ours would, and writes no second one beside the rest', async () => {
    life.write(
      'k8s/app.yml',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: orders\nspec:\n  ports: [{port: 80}]\n',
    );
    life.write(
      '.github/workflows/test.yml',
      'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: npm test\n',
    );
    life.commit();
    const { code, stderr } = await life.run(['adopt', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('note: ci: what there is of it');
    expect(stderr).toContain('note: kustomize: what there is of it');
    const added = life.git('status', '--porcelain', '--untracked-files=all');
    expect(added).not.toMatch(/kubernetes\/|ci\.yml|docker-compose\.prod|docker\//);
    life.commit();
    expect((await life.run(['diff'])).stdout).toBe('');
  });

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
    // All that .gitattributes held was about bulwark's records.
    const files = gone.filter((path) => !path.startsWith('.bulwark/') && path !== 'bulwark.json');
    expect(files).toEqual(['.gitattributes']);
    expect((await life.run(['check'])).code).toBe(2);
  });
});
