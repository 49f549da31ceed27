/** What points two ways is a doubt and no answer; beside each stands its twin, where the same files agree. */
import { describe, expect, it } from 'vitest';
import { questionsOf } from '../../../src/plan/questions.ts';
import { detect } from '../../../src/detect/detect.ts';
import { detected, fromOrigin, NO_GIT, reasonsOf, treeOf, valuesOf, type Files } from './trees.ts';

/** Detects the files twice: as they are, and with one of them made to agree. */
const twins = (files: Files, agreeing: Files) =>
  [detected(files), detected({ ...files, ...agreeing })] as const;

const manifest = { 'package.json': { name: 'orders', dependencies: { express: '5' } } };

describe('doubts', () => {
  it('two ports of one rank', () => {
    const [differ, agree] = twins(
      {
        ...manifest,
        Dockerfile: 'FROM node:22\nEXPOSE 3000\n',
        'compose.yml': 'services:\n  api:\n    build: .\n    ports: ["80:8080"]\n',
      },
      { 'compose.yml': 'services:\n  api:\n    build: .\n    ports: ["80:3000"]\n' },
    );
    expect(differ.doubts).toEqual([
      'Port: 3000 (EXPOSE 3000 in Dockerfile:2) or 8080 (ports: 80:8080 of "api" in compose.yml:2)',
    ]);
    expect(valuesOf(differ)).not.toHaveProperty(['none.port']);
    expect(agree.doubts).toEqual([]);
    expect(valuesOf(agree)['none.port']).toBe(3000);
  });

  it('a stronger rank settles what weaker ones say', () => {
    const code = { ...manifest, 'src/index.js': 'app.listen(5001)' };
    const configured = { ...code, '.env.example': 'PORT=5002\n' };
    const declared = { ...configured, Dockerfile: 'FROM node:22\nEXPOSE 5003\n' };
    expect(reasonsOf(detected(code))['none.port']).toBe('port 5001 in src/index.js');
    expect(reasonsOf(detected(configured))['none.port']).toBe('PORT in .env.example:1');
    expect(reasonsOf(detected(declared))['none.port']).toBe('EXPOSE 5003 in Dockerfile:2');
  });

  it('two package managers: a declaration does not outvote a lock, for one of them is out of date', () => {
    const npm = { ...manifest, 'package-lock.json': '{}' };
    const both = { ...npm, 'yarn.lock': '' };
    expect(detected(npm)).toMatchObject({ doubts: [], facts: { packageManager: 'npm' } });
    expect(detected(both).doubts).toEqual([
      'Package manager: "npm" (package-lock.json) or "yarn" (yarn.lock)',
    ]);
    expect(detected(both).facts.packageManager).toBeUndefined();
    const declared = { ...npm, 'package.json': { name: 'orders', packageManager: 'yarn@4.0.0' } };
    expect(detected(declared).doubts).toEqual([
      'Package manager: "yarn" (packageManager in package.json) or "npm" (package-lock.json)',
    ]);
  });

  it('two frameworks in one manifest', () => {
    const [differ, agree] = twins(
      { 'package.json': { dependencies: { express: '5', fastify: '5' } } },
      { 'package.json': { dependencies: { express: '5' }, devDependencies: { fastify: '5' } } },
    );
    expect(differ.doubts).toEqual(['Framework: package.json has express and fastify']);
    expect(agree.facts.framework).toBe('express');
  });

  it('a licence that the manifest calls otherwise, and one that we do not offer', () => {
    const gpl = 'GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n';
    const [differ, agree] = twins(
      { 'package.json': { license: 'MIT' }, LICENSE: gpl },
      { LICENSE: 'SPDX-License-Identifier: MIT\n' },
    );
    expect(differ.doubts).toEqual([
      'Licence: "MIT" (licence in package.json) or "GPL-3.0" (the text of LICENSE)',
    ]);
    expect(differ.facts.licence).toBe('GPL-3.0');
    expect(valuesOf(agree).licence).toBe('MIT');
    const foreign = detected({ LICENSE: gpl });
    expect(foreign.doubts).toEqual(['Licence: "GPL-3.0" (the text of LICENSE) is not an option']);
    expect(foreign.answers).toEqual([]);
    const both = detected({
      'LICENSE-MIT': 'SPDX-License-Identifier: MIT',
      'LICENSE-APACHE': 'SPDX-License-Identifier: Apache-2.0',
    });
    expect(both.doubts).toHaveLength(1);
  });

  it('a data service that the code speaks to and nothing runs', () => {
    const compose = (image: string) => `services:\n  db:\n    image: ${image}\n`;
    const [differ, agree] = twins(
      { 'package.json': { dependencies: { pg: '8' } }, 'compose.yaml': compose('redis:8') },
      { 'compose.yaml': compose('postgres:17') },
    );
    expect(differ.doubts).toEqual([
      'Data: redis:8 in compose.yaml:2; and pg in package.json speaks to a server that nothing here runs',
    ]);
    expect(valuesOf(differ)).not.toHaveProperty('data');
    expect(agree.doubts).toEqual([]);
    expect(valuesOf(agree)).toMatchObject({ data: ['postgres'], 'postgres.version': '17' });
  });

  it('a version that cannot be chosen, and two that run', () => {
    const old = detected({ 'compose.yaml': 'services:\n  mq:\n    image: rabbitmq:3.13-management\n' });
    expect(old.doubts).toEqual([
      'RabbitMQ version: "3.13" (rabbitmq:3.13-management in compose.yaml:2) is not an option',
    ]);
    const manifestOf = (tag: string) =>
      `apiVersion: apps/v1\nkind: StatefulSet\nspec: { template: { spec: { containers: [{ name: db, image: "postgres:${tag}" }] } } }\n`;
    const [differ, agree] = twins(
      {
        'compose.yaml': 'services:\n  db:\n    image: postgres:16-alpine\n',
        'k8s/db.yaml': manifestOf('17.2'),
      },
      { 'k8s/db.yaml': manifestOf('16.4') },
    );
    expect(differ.doubts).toEqual([
      'PostgreSQL version: "16" (postgres:16-alpine in compose.yaml:2) or "17" (postgres:17.2 in k8s/db.yaml:3)',
    ]);
    expect(valuesOf(agree)['postgres.version']).toBe('16');
  });

  it('two registries', () => {
    const compose = (image: string) => `services:\n  api:\n    build: .\n    image: ${image}\n`;
    const chart = {
      'chart/Chart.yaml': 'name: api\n',
      'chart/values.yaml': 'image: { repository: ghcr.io/acme/api }\n',
    };
    const [differ, agree] = twins(
      { ...chart, 'compose.yaml': compose('quay.io/acme/api:1') },
      { 'compose.yaml': compose('${REGISTRY:-ghcr.io/acme}/api:${TAG:-dev}') },
    );
    expect(differ.doubts).toEqual([
      'Image registry: "quay.io/acme" (image of "api" in compose.yaml:2) or "ghcr.io/acme" (image in chart/values.yaml)',
    ]);
    expect(valuesOf(agree)).toMatchObject({ registry: 'ghcr.io/acme', owner: 'acme' });
    expect(valuesOf(detected({ 'compose.yaml': compose('acme/api') })).registry).toBe('docker.io/acme');
    for (const local of ['api:dev', 'localhost:5000/api', '${REGISTRY}/api']) {
      expect(valuesOf(detected({ 'compose.yaml': compose(local) })), local).not.toHaveProperty('registry');
    }
  });

  it('a user that is root, and one whose number nobody says', () => {
    const image = (user: string) => ({ Dockerfile: `FROM debian:trixie-slim\n${user}\n` });
    expect(detected(image('USER 0')).doubts).toEqual([
      'User id: 0 (USER 0 in Dockerfile:2) is not between 1000 and 65533',
    ]);
    expect(valuesOf(detected(image('USER app')))).not.toHaveProperty(['none.uid']);
    expect(valuesOf(detected(image('RUN useradd -u 1500 app\nUSER app')))['none.uid']).toBe(1500);
  });

  it('two versions of the language; one that says the same more exactly is none', () => {
    const [differ, agree] = twins(
      { ...manifest, '.nvmrc': '20\n', Dockerfile: 'FROM node:22-alpine\n' },
      { '.nvmrc': 'v22.11.0\n' },
    );
    expect(differ.doubts).toEqual([
      'Version of the language: "20" (.nvmrc) or "22" (FROM node:22-alpine in Dockerfile)',
    ]);
    expect(agree.facts.runtimeVersion).toBe('22.11.0');
    const go = detected({
      'go.mod': 'module x.dev/a\n\ngo 1.26.1\n',
      'main.go': '',
      Dockerfile: 'FROM golang:1\n',
    });
    expect(go.facts.runtimeVersion).toBe('1.26.1');
  });

  it('manifests at two places, and compose files at two', () => {
    const deployment = 'apiVersion: v1\nkind: ConfigMap\n';
    const [differ, agree] = twins(
      {
        'k8s/a.yaml': deployment,
        'ops/b.yaml': deployment,
        'a/compose.yaml': 'x: 1',
        'b/compose.yaml': 'x: 1',
      },
      { 'ops/b.yaml': 'x: 1', 'b/compose.yaml': '', 'compose.yaml': 'x: 1' },
    );
    expect(differ.doubts).toEqual([
      'Compose file: there are a/compose.yaml and b/compose.yaml',
      'Manifests: there are k8s and ops',
    ]);
    expect(agree.doubts).toEqual([]);
    expect(agree.layout).toMatchObject({ kubernetes: 'k8s', compose: 'compose.yaml' });
  });

  it('several programs of one module', () => {
    const [differ, agree] = twins(
      { 'go.mod': 'module x.dev/a\n', 'cmd/one/main.go': '', 'cmd/two/main.go': '' },
      { 'cmd/server/main.go': '' },
    );
    expect(differ.doubts).toEqual(['Entry point: go.mod has several programs: cmd/one, cmd/two']);
    expect(agree.facts.entryPoint).toBe('cmd/server/main.go');
    const named = detected({
      'go.mod': 'module x.dev/two/v3\n',
      'cmd/one/main.go': '',
      'cmd/two/main.go': '',
    });
    expect(named.doubts).toEqual([]);
    expect(named.facts).toMatchObject({ entryPoint: 'cmd/two/main.go', startCommand: 'go run ./cmd/two' });
  });
});

describe('what is not believed', () => {
  it('files of other projects, of tests, examples and tools', () => {
    const detection = detected({
      'node_modules/x/package.json': { dependencies: { express: '5' } },
      'vendor/y/go.mod': 'module y\n',
      'examples/web/package.json': { dependencies: { next: '15' } },
      'tests/fixtures/Dockerfile': 'FROM node\nEXPOSE 3000\n',
      'web/dist/package.json': { dependencies: { fastify: '5' } },
      '.devcontainer/Dockerfile': 'FROM node\nEXPOSE 9999\n',
      'Dockerfile.dev': 'FROM node\nEXPOSE 9998\n',
    });
    expect(detection.answers).toEqual([]);
    expect(detection.facts.applications).toEqual([]);
    expect(detection.facts.ports).toEqual([]);
  });

  it('a container of an editor, while one for production is believed', () => {
    const compose = 'services:\n  api:\n    build: .\n    ports: ["3000:3000"]\n';
    const editor = detected({ '.devcontainer/compose.yaml': compose });
    expect([editor.answers, editor.facts.services, editor.present, editor.layout]).toEqual([
      ...[[], [], [], { composeOverlays: [] }],
    ]);
    expect(valuesOf(detected({ ...manifest, 'ops/compose.yaml': compose }))['none.port']).toBe(3000);
  });

  it('images of others, once there is one under the owner’s name', () => {
    const deployment = (image: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nspec: { template: { spec: { containers: [{ image: "${image}" }] } } }\n`;
    const files = {
      'k8s/own.yaml': deployment('ghcr.io/acme/orders:1'),
      'k8s/other.yaml': deployment('quay.io/elsewhere/helper:1'),
    };
    expect(detected(files).doubts).toHaveLength(1);
    expect(detected(files, fromOrigin('Acme', 'orders'))).toMatchObject({ doubts: [] });
    expect(valuesOf(detected(files, fromOrigin('Acme', 'orders'))).registry).toBe('ghcr.io/acme');
  });

  it('names that name nothing, and ports of debuggers', () => {
    const detection = detected(
      {
        'package.json': { name: 'backend', dependencies: { express: '5' } },
        Dockerfile: 'FROM node:22\nEXPOSE 3000 9229\n',
      },
      fromOrigin('acme', 'orders'),
    );
    expect(valuesOf(detection)).toMatchObject({ name: 'orders', 'none.port': 3000 });
  });

  it('an owner that GitHub would not take is asked for', () => {
    const git = {
      ...NO_GIT,
      isRepository: true,
      origin: { host: 'gitlab.com', owner: 'acme/team', name: 'orders' },
    };
    const detection = detected({}, git);
    expect(valuesOf(detection)).toEqual({ name: 'orders' });
    expect(detection.doubts).toEqual([
      'Owner: "acme/team" (the remote origin) must be a GitHub user or organisation: letters, digits and single hyphens',
    ]);
  });

  it('what no question asks is not answered', () => {
    const detection = detect(treeOf(manifest), fromOrigin('acme', 'orders'), questionsOf([]));
    expect(detection.answers.map(({ key }) => key)).toEqual(['name', 'owner']);
  });
});
