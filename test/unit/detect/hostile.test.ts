/** Whatever a repository holds, detection ends soon and throws nothing; what is broken is named. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/detect/detect.ts';
import { parseValue } from '../../../src/plan/parse-value.ts';
import { catalog } from '../../support/render.ts';
import { detected, fromOrigin, NO_GIT, treeOf, valuesOf, type Files } from './trees.ts';

/** One of each name that some reader looks at. */
const RECOGNISED = [
  ...['package.json', 'package-lock.json', 'pnpm-workspace.yaml', 'tsconfig.json', '.nvmrc', '.node-version'],
  ...['pyproject.toml', 'Pipfile', 'requirements.txt', 'setup.cfg', 'setup.py', '.python-version', 'main.py'],
  ...['Cargo.toml', 'rust-toolchain', 'rust-toolchain.toml', 'src/main.rs', 'go.mod', 'main.go'],
  ...['pom.xml', 'build.gradle', 'settings.gradle', 'src/main/resources/application.yml'],
  ...['src/main/resources/application.properties', 'src/main/java/Application.java'],
  ...['Gemfile', '.ruby-version', 'config/routes.rb', 'composer.json', 'App.csproj', 'Program.cs'],
  ...[
    'Dockerfile',
    'api/Dockerfile.prod',
    'compose.yaml',
    'docker-compose.prod.yml',
    'Chart.yaml',
    'values.yaml',
  ],
  ...['k8s/deployment.yaml', 'k8s/kustomization.yaml', '.github/workflows/ci.yml', 'Makefile', 'Procfile'],
  ...['.env.example', 'LICENSE', 'CODEOWNERS', 'SECURITY.md', 'README.md', 'bulwark.json', 'main.tf'],
  ...['server.js', 'src/index.ts', 'nginx.conf', '.gitlab-ci.yml'],
] as const;

/** Beginnings that lead a parser further in than bytes alone do. */
const OPENINGS: Readonly<Record<string, string>> = {
  'k8s/deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\n',
  Dockerfile: 'FROM x\nRUN ',
  'compose.yaml': 'services:\n  a:\n    build: .\n    image: ',
  'package.json': '{"dependencies": {"express": ',
  'pom.xml': '<project><dependency><groupId>',
  'App.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web">',
  'go.mod': 'module ',
  'README.md': '# ',
  'bulwark.json': '{"answers": {"stack": ',
};

/** Milliseconds of the processor: what else the machine does meanwhile does not count. */
const elapsed = (work: () => void): number => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

const MARKS = '{}[]<>()"\'`:,;#$%&*!|-=\\/.@\n\t \r~^?+_0a\u00e9\u2028\u{1F4E6}';
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...MARKS.split(/(?:)/u)),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
  ),
  maxLength: 400,
});
const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array));

describe('hostile repositories', () => {
  it('random bytes and marks in every recognised file: nothing is thrown, and it is over within a second', () => {
    const files = fc.record(
      Object.fromEntries(
        RECOGNISED.map((name) => [
          name,
          fc.oneof(
            bytes,
            text,
            text.map((rest) => `${OPENINGS[name] ?? ''}${rest}`),
          ),
        ]),
      ),
    );
    fc.assert(
      fc.property(files, (some) => {
        let found = detected({});
        expect(elapsed(() => (found = detected(some, fromOrigin('acme', 'orders'))))).toBeLessThan(1000);
        // Whatever was found is an answer that its question takes as it stands.
        for (const { key, value } of found.answers) {
          const field = catalog.questions.find((question) => question.key === key)?.field;
          expect(field && parseValue(field, value)).toEqual({ value });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a repository that is broken everywhere: each file is named, and what can be read still is', () => {
    const detection = detected({
      'package.json': '{"name": "a", "name": "b"}',
      'pyproject.toml': '[project\n',
      'Cargo.toml': 'a = ',
      'composer.json': '[]',
      'compose.yaml': 'services: {a: [}\n',
      'docker-compose.prod.yml': Buffer.from([0, 1, 2]),
      Dockerfile: 'RUN true\n',
      '.github/workflows/ci.yml': 'jobs:\n\ta: b\n',
      'k8s/a.yaml': 'apiVersion: v1\nkind: Deployment\nkind: Deployment\n',
      'bulwark.json': '{"answers": {"__proto__": {"stack": "fastapi"}}}',
      'README.md': '# Good Desk\n',
    });
    expect(valuesOf(detection)).toEqual({ name: 'Good Desk' });
    expect(detection.doubts.map((doubt) => doubt.split(' ')[0])).toEqual([
      'package.json',
      'pyproject.toml',
      'Cargo.toml',
      'composer.json',
      'Dockerfile',
      'compose.yaml',
      'docker-compose.prod.yml',
      'k8s/a.yaml',
      '.github/workflows/ci.yml',
      'bulwark.json',
    ]);
    expect(detection.doubts[0]).toBe('package.json cannot be read: line 1: the key "name" stands twice');
    expect(detection.doubts.at(-1)).toBe('bulwark.json holds the key "__proto__"');
  });

  const many = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('');
  const bombs: Files = {
    'aliases/compose.yaml': `a: &a [x,x,x,x,x,x,x,x,x]\n${many(12, (at) => `${'bcdefghijklm'[at] ?? ''}: &${'bcdefghijklm'[at] ?? ''} [${many(9, () => `*${'abcdefghijkl'[at] ?? ''},`)}]\n`)}`,
    'deep/compose.yaml': '['.repeat(60_000),
    'list/compose.yaml': '- '.repeat(30_000),
    'indent/compose.yaml': many(350, (at) => `${' '.repeat(at)}a:\n`),
    'keys/compose.yaml': many(5000, (at) => `key${at}: 1\n`),
    'large/compose.yaml': 'a: 1 # '.padEnd(100_000, 'x'),
    'deep/package.json': `{"a":${'['.repeat(100_000)}`,
    'nodes/package.json': `{"a":[${'1,'.repeat(60_000)}1]}`,
    'wide/package.json': `{${many(60_000, (at) => `"k${at}":1,`)}"z":1}`,
    'deep/pyproject.toml': `a = ${'['.repeat(50_000)}`,
    'large/package.json': Buffer.alloc(3_000_000, 0x20),
    'from/Dockerfile': `ARG A=${'x'.repeat(30_000)}\nFROM ${'$A'.repeat(15_000)}\n`,
  };
  it.each(Object.entries(bombs))('%s is refused soon, and named', (path, content) => {
    let detection = detected({});
    expect(elapsed(() => (detection = detected({ [path]: content })))).toBeLessThan(1000);
    expect(detection.doubts).toEqual([expect.stringMatching(new RegExp(`^${path} `))]);
    expect(detection.answers).toEqual([]);
  });

  const express = { name: 'slow', dependencies: { express: '5' } };
  const slow: Readonly<Record<string, Files>> = {
    Maven: { 'pom.xml': '<parent>'.repeat(30_000) },
    Gradle: { 'build.gradle': '"a:'.repeat(80_000) },
    make: {
      Makefile: `${many(60, (at) => `A${at + 1}=$(A${at})$(A${at})\n`)}${'a '.repeat(50_000)}\ntest: $(A60)\n`,
    },
    Docker: {
      Dockerfile: `FROM node\nRUN ${'useradd -u '.repeat(2000)}\nUSER app\nENV ${'A='.repeat(5000)}\nEXPOSE ${'$A '.repeat(300)}\nCMD ${'["'.repeat(5000)}\n`,
    },
    'health check': { Dockerfile: `FROM node\nHEALTHCHECK ${'http://a'.repeat(7000)}\n` },
    readme: { 'README.md': `# ${'[!['.repeat(40_000)}\n\n${'[a]('.repeat(30_000)}\n` },
    owners: { CODEOWNERS: '@a'.repeat(100_000) },
    contact: { 'SECURITY.md': 'a@'.repeat(100_000) },
    licence: { LICENSE: 'gnu '.repeat(60_000) },
    requirements: { 'requirements.txt': 'a-._'.repeat(60_000) },
    dotnet: { 'App.csproj': `<Project ${'<PackageReference '.repeat(14_000)}` },
    go: { 'go.mod': `module x.y/z\n${'require '.repeat(30_000)}\n`, 'main.go': '":1'.repeat(20_000) },
    code: { 'package.json': express, 'index.js': 'PORT["'.repeat(10_000) },
    spaces: { 'package.json': express, 'index.js': `const port ${' '.repeat(60_000)}` },
    script: { 'package.json': { name: 'slow', scripts: { start: `node ${'-x '.repeat(30_000)}` } } },
    routes: {
      Gemfile: `${' gem '.repeat(40_000)}\ngem "rails"\n`,
      'config/routes.rb': 'get "'.repeat(40_000),
    },
    variables: { '.env.example': ' '.repeat(200_000) },
    processes: { Procfile: `web: ${'--port '.repeat(30_000)}` },
    workflow: {
      '.github/workflows/ci.yml': `jobs: { a: { steps: [{ uses: docker/metadata-action@v1, with: { images: "${'${{ env.A }}'.repeat(500)}" } }] } }\nenv: { A: "\${{ env.A }}\${{ env.A }}" }\n`,
    },
  };
  it.each(Object.entries(slow))('the slowest form of %s is read within a second', (_, files) => {
    let detection = detected({});
    expect(elapsed(() => (detection = detected(files)))).toBeLessThan(1000);
    // It was read, and not refused for its size.
    expect(detection.doubts.filter((doubt) => doubt.includes('too large'))).toEqual([]);
  });

  it('all of these together take few seconds, and their doubts are capped', () => {
    const all: Files = Object.assign({}, bombs, ...Object.values(slow)) as Files;
    let doubts = 0;
    expect(elapsed(() => (doubts = detected(all).doubts.length))).toBeLessThan(5000);
    expect(doubts).toBeLessThan(60);
  });

  it('a thousand files of YAML are not all parsed, and a doubt says so', () => {
    const service = `services:\n${many(200, (at) => `  s${at}: { image: "x:${at}", build: . }\n`)}`;
    const files = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`a${at}/compose.yaml`, service]),
    );
    let detection = detected({});
    expect(elapsed(() => (detection = detected(files)))).toBeLessThan(8000);
    expect(detection.doubts.length).toBeGreaterThan(0);
    expect(detection.doubts.length).toBeLessThan(60);
  });

  it('keys of prototypes are read as any other, and reach none', () => {
    const detection = detected(
      {
        'package.json':
          '{"scripts": {"constructor": "x"}, "dependencies": {"constructor": "1", "toString": "1"}}',
        'compose.yaml':
          'services:\n  constructor: { build: ., ports: ["1:3000"] }\n  toString: { image: hasOwnProperty }\n',
      },
      NO_GIT,
    );
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({ stack: 'none', 'none.port': 3000 });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('control characters and long texts do not get into sentences', () => {
    const long = `\u001b[31m\u202e${'x'.repeat(500)}`;
    const { doubts, answers } = detected({
      'package.json': { name: long, license: long, dependencies: { express: '5' } },
      'compose.yaml': `services:\n  ${JSON.stringify(long)}: { build: ., ports: ["80"] }\n`,
      Dockerfile: `FROM node\nEXPOSE 3000\nUSER ${long}\nCMD ${long}\n`,
    });
    expect(doubts.length).toBeGreaterThan(0);
    for (const sentence of [...doubts, ...answers.map(({ because }) => because)]) {
      expect(sentence).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(sentence.length).toBeLessThan(400);
    }
  });

  it('five thousand files take less than 300 ms', () => {
    const sources = Object.fromEntries(
      Array.from({ length: 4800 }, (_, at) => [
        `packages/p${at % 80}/src/area${at % 7}/file${at}.ts`,
        `export const value${at} = ${at};\n`.repeat(100),
      ]),
    );
    const packages = Object.fromEntries(
      Array.from({ length: 80 }, (_, at) => [
        `packages/p${at}/package.json`,
        {
          name: `@acme/p${at}`,
          dependencies: { zod: '4' },
          devDependencies: { typescript: '6', vitest: '4' },
        },
      ]),
    );
    const manifests = Object.fromEntries(
      Array.from({ length: 120 }, (_, at) => [
        `k8s/base/m${at}.yaml`,
        `apiVersion: v1\nkind: ${at % 10 === 0 ? 'Deployment' : 'ConfigMap'}\nmetadata: { name: m${at} }\ndata:\n${many(40, (key) => `  key${key}: value\n`)}`,
      ]),
    );
    const files: Files = {
      ...sources,
      ...packages,
      ...manifests,
      'package.json': { name: 'acme', workspaces: ['packages/*'], dependencies: { express: '5' } },
      'package-lock.json': Buffer.alloc(3_000_000, 0x20),
      Dockerfile: 'FROM node:22\nEXPOSE 3000\n',
    };
    expect(Object.keys(files).length).toBeGreaterThan(5000);
    const times = [0, 1, 2].map(() => {
      // What was parsed once is known: each run gets files of its own.
      const tree = treeOf(files);
      return elapsed(() => detect(tree, NO_GIT, catalog.questions));
    });
    expect(Math.min(...times)).toBeLessThan(300);
  });
});
