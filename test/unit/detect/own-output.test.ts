/** What bulwark renders is a repository too: looked at without its settings, it tells the answers that it was rendered from. */
import { describe, expect, it } from 'vitest';
import { detect, rawAnswersOf } from '../../../src/detect/detect.ts';
import { planResolved, resolveRun } from '../../../src/plan/catalog.ts';
import { catalog, render } from '../../support/render.ts';
import { NO_GIT, valuesOf } from './trees.ts';

describe('the output of bulwark', () => {
  it('tells port, path, user, services and names of an application of one’s own', async () => {
    const answers = {
      stack: 'none',
      name: 'Order Desk',
      owner: 'acme',
      licence: 'MIT',
      data: ['postgres', 'redis'],
      'postgres.version': '16',
      'none.port': 3456,
      'none.healthPath': '/status/live',
      'none.uid': 20_000,
    };
    const { tree } = await render(answers);
    const detection = detect(tree, NO_GIT, catalog.questions);
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      ...answers,
      description: 'The Order Desk service',
      registry: 'ghcr.io/acme',
      'docker.file': 'Dockerfile',
      'redis.version': '8',
    });
    expect(detection.layout).toEqual({
      dockerfile: 'Dockerfile',
      compose: 'docker-compose.yml',
      composeOverlays: ['docker-compose.prod.yml'],
      workflows: '.github/workflows',
      scripts: 'scripts',
      docs: 'docs',
    });
  });

  it('is found well enough to plan the same repository again, each answer by its source', async () => {
    const answers = { stack: 'none', name: 'Order Desk', owner: 'acme', data: ['redis'], 'none.port': 3456 };
    const { tree } = await render(answers);
    const detected = rawAnswersOf(detect(tree, NO_GIT, catalog.questions));
    const resolution = resolveRun(catalog, { detected }, null);
    expect(resolution.issues).toEqual([]);
    expect(resolution.answers.get('none.port')).toEqual({ value: 3456, source: 'detected' });
    expect(resolution.answers.get('data')).toEqual({ value: ['redis'], source: 'detected' });
    expect((await planResolved(catalog, resolution)).issues).toEqual([]);
    // A preset that somebody names undoes what was found, and nothing else does.
    const named = resolveRun(catalog, { detected }, 'minimal');
    expect(named.answers.get('data')).toEqual({ value: [], source: 'preset' });
    expect(named.answers.get('none.port')).toEqual({ value: 3456, source: 'detected' });
  });

  it('tells its largest preset, and finds each component that has files of its own kind', async () => {
    const { tree, plan } = await render({ name: 'Order Desk', owner: 'acme' }, 'fastapi-platform');
    const detection = detect(tree, NO_GIT, catalog.questions);
    expect(detection.doubts).toEqual([]);
    expect(valuesOf(detection)).toEqual({
      stack: 'none',
      name: 'Order Desk',
      description: 'The Order Desk service',
      owner: 'acme',
      registry: 'ghcr.io/acme',
      licence: 'Apache-2.0',
      data: ['postgres', 'rabbitmq', 'redis'],
      'docker.file': 'Dockerfile.production',
      'none.port': 8000,
      'none.healthPath': '/api/v3/health/ready',
      'none.uid': 10_001,
      'postgres.version': '17',
      'redis.version': '8',
      'rabbitmq.version': '4.3',
    });
    expect(detection.facts).toMatchObject({
      language: 'python',
      framework: 'fastapi',
      entryPoint: 'services/api/src/main.py',
      testCommand: 'pytest',
      ports: [8000],
    });
    expect(detection.layout).toMatchObject({ kubernetes: 'kubernetes', nginx: 'docker/nginx', docs: 'docs' });
    const found = detection.present.map(({ component }) => component);
    // These have no kind of file of their own, or are the application.
    const untold = ['container-instances', 'fastapi'];
    const planned = plan.project.components.filter((id) => !untold.includes(id));
    expect(found).toEqual(planned);
  });
});
