/** What a Dockerfile hangs on is found in repositories of every language, or it is said why there is none for it. */
import { describe, expect, it, test } from 'vitest';
import { versionFrom, versionWithin } from '../../../src/detect/own-image/version-choice.ts';
import { FOREIGN_APPLICATIONS, type ForeignApplication } from '../../support/foreign-applications.ts';
import { detected, imageValuesOf, type Files } from './trees.ts';

const APPLICATIONS: readonly (readonly [string, ForeignApplication])[] = Object.entries(FOREIGN_APPLICATIONS);

describe('the image of an application', () => {
  it.each(APPLICATIONS)('of %s is known from its repository', (_, { files, found }) => {
    const detection = detected(files);
    expect(imageValuesOf(detection)).toEqual(found);
    expect(detection.imageDoubts).toEqual([]);
    for (const { because } of detection.answers) expect(because).not.toBe('');
  });

  const NODE: Files = { ...FOREIGN_APPLICATIONS.node.files };
  const without = (files: Files, ...names: readonly string[]): Files =>
    Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
  const manifest = (more: object): Files => ({
    ...NODE,
    'package.json': { name: 'plain', scripts: { start: 'node src/index.js' }, ...more },
  });
  const doubtsOf = (files: Files): readonly string[] => detected(files).imageDoubts;

  test('without a lock it is said what to run', () => {
    expect(doubtsOf(without(NODE, 'package-lock.json'))).toEqual([
      'Lock: there is no package-lock.json, and the image is installed from it: make it with "npm install --package-lock-only" and commit it',
    ]);
    expect(doubtsOf({ 'Cargo.toml': '[package]\nname = "a"\n', 'src/main.rs': '' })).toEqual([
      expect.stringContaining('cargo generate-lockfile') as unknown,
    ]);
  });

  test.each([
    ['a development server', { scripts: { start: 'nodemon src/index.js' } }],
    ['a shell', { scripts: { start: 'node migrate.js && node src/index.js' } }],
    ['a command for developers', { scripts: { start: 'next dev' }, dependencies: { next: '1' } }],
    ['a variable', { scripts: { start: 'node $ENTRY' } }],
  ])('%s does not start it, and no command is guessed', (_, more) => {
    const detection = detected(manifest(more));
    expect(imageValuesOf(detection)).not.toHaveProperty('startCommand');
    expect(detection.imageDoubts).toEqual([
      expect.stringMatching(/^Start command: nothing shows/) as unknown,
    ]);
  });

  test('a script for production comes before the one for developers', () => {
    const files = manifest({ scripts: { start: 'nest start', 'start:prod': 'node dist/main' } });
    expect(imageValuesOf(detected(files)).startCommand).toBe('node dist/main');
  });

  test('a Procfile says how it starts', () => {
    const files = { ...NODE, Procfile: 'web: node src/index.js --port $PORT\n' };
    expect(imageValuesOf(detected(files)).startCommand).toBe('node src/index.js --port $PORT');
  });

  test('Flask without a server for production is not started by the one for developers', () => {
    const { files } = FOREIGN_APPLICATIONS.flask;
    expect(doubtsOf({ ...files, 'requirements.txt': 'flask==3.1.2\n' })).toEqual([
      'Start command: nothing shows how the application of requirements.txt starts in production, with a server such as gunicorn or uvicorn among its packages',
    ]);
  });

  test('hashes are demanded where there are some', () => {
    const { files } = FOREIGN_APPLICATIONS.flask;
    const hashed = {
      ...files,
      'requirements.txt': 'flask==3.1.2 \\\n    --hash=sha256:00\ngunicorn==1 --hash=sha256:11\n',
    };
    expect(imageValuesOf(detected(hashed)).hashes).toBe(true);
  });

  test('a version without an image is told, and none is put in its place', () => {
    const detection = detected({ ...NODE, '.nvmrc': '18.20.1\n' });
    expect(imageValuesOf(detection)).not.toHaveProperty('version');
    expect(detection.imageDoubts).toEqual([
      'Language version: Node.js 18.20.1 (.nvmrc) has no image here; there are 22, 24',
    ]);
  });

  test.each<readonly [string, Files, string]>([
    [
      'a workspace',
      manifest({ workspaces: ['packages/*'], dependencies: { express: '5' } }),
      'package.json is a workspace of several packages',
    ],
    ['bun', { ...without(NODE, 'package-lock.json'), 'bun.lock': '' }, 'there is no pinned image with bun'],
    [
      'files alone',
      { 'package.json': { devDependencies: { vite: '1' }, scripts: { build: 'vite build' } } },
      'what vite builds are files',
    ],
    [
      'Yarn 2',
      { ...without(NODE, 'package-lock.json'), 'yarn.lock': '__metadata:\n' },
      'yarn.lock is one of Yarn 2 or later',
    ],
    [
      'cgo',
      { 'go.mod': 'module a\n\nrequire github.com/mattn/go-sqlite3 v1.14.0\n', 'main.go': 'package main' },
      'go-sqlite3 in go.mod is compiled with C',
    ],
    ['a library', { 'package.json': { main: 'index.js' } }, 'package.json is of a library'],
    ['anything else', { 'main.zig': '' }, 'no one application was found here'],
    [
      'PHP',
      { 'composer.json': { require: { 'laravel/framework': '^12' } } },
      'there is no Dockerfile for php yet',
    ],
    [
      'Quarkus',
      { 'pom.xml': '<project><dependency><groupId>io.quarkus</groupId></dependency></project>' },
      'Quarkus in pom.xml makes a folder instead of one jar',
    ],
    [
      'pipenv',
      { Pipfile: '[packages]\nflask = "*"\n', 'app.py': 'app = Flask(__name__)' },
      'Pipfile has no lock of uv or Poetry',
    ],
  ])('%s has no Dockerfile of its own, and that is said', (_, files, why) => {
    const detection = detected(files);
    expect(imageValuesOf(detection)).toEqual({});
    expect(detection.imageDoubts).toEqual([expect.stringContaining(why) as unknown]);
  });

  test('nothing is doubted where a Dockerfile is there', () => {
    const detection = detected({
      ...without(NODE, 'package-lock.json'),
      Dockerfile: 'FROM node:24\nCMD ["node", "."]\n',
    });
    expect(detection.imageDoubts).toEqual([]);
    expect(imageValuesOf(detection).toolchain).toBe('npm');
  });

  test('a name that cannot be listed is left out and told; a secret and a dump never are listed', () => {
    const detection = detected({
      ...NODE,
      'my code/a.js': '',
      '.env': 'A=1',
      'key.pem': '',
      'dump.sqlite': '',
    });
    expect(imageValuesOf(detection).files).toBe('package-lock.json, package.json, src');
    expect(detection.imageDoubts).toEqual(['Files of the image: left out for their names: "my code"']);
  });

  test('a repository with a thousand files at its top is not listed', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`data${index}.json`, '{}']));
    const detection = detected({ ...NODE, ...many });
    expect(imageValuesOf(detection)).not.toHaveProperty('files');
    expect(detection.imageDoubts).toEqual([expect.stringContaining('too many') as unknown]);
  });
});

describe('the version', () => {
  const NODES = ['22', '24'];
  const PYTHONS = ['3.12', '3.13', '3.14'];

  test.each([
    [NODES, '22', '22'],
    [NODES, 'v22.11.0', '22'],
    [NODES, '22.x', '22'],
    [NODES, '>=20', '24'],
    [NODES, '>=20 <24', '22'],
    [NODES, '^22.3.0', '22'],
    [NODES, '18 || 22', '22'],
    [NODES, '20', undefined],
    [NODES, '^20.0.0', undefined],
    [NODES, 'lts/*', undefined],
    [PYTHONS, '3.13.2', '3.13'],
    [PYTHONS, '>=3.11,<3.14', '3.13'],
    [PYTHONS, '^3.12', '3.14'],
    [PYTHONS, '~3.12', '3.12'],
    [PYTHONS, '~=3.12', '3.14'],
    [PYTHONS, '~=3.12.1', '3.12'],
    [PYTHONS, '>=3.12,!=3.14', '3.13'],
    [PYTHONS, '==3.12.*', '3.12'],
    [PYTHONS, '3', '3.14'],
    [PYTHONS, '3.9', undefined],
  ])('of %j that %s asks for is %s', (versions, wanted, version) => {
    expect(versionWithin(versions, wanted)).toBe(version);
  });

  test.each([
    ['1.22', '1.26'],
    ['1.27.0', '1.27'],
    ['1.28', undefined],
  ])('of Go that go %s asks for is %s', (least, version) => {
    expect(versionFrom(['1.26', '1.27'], least)).toBe(version);
  });
});
