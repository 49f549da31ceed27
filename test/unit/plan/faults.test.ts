/** Answers that are right each by itself and wrong together are refused with the figures, before anything is written. */
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../../src/component/fields.ts';
import { render, textOf } from '../../support/render.ts';

const refusal = async (answers: Readonly<Record<string, FieldValue>>): Promise<string> => {
  try {
    await render(answers);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
};

const poolOf = async (answers: Readonly<Record<string, FieldValue>>): Promise<number> => {
  const env = textOf(await render(answers), '.env.example');
  return ['DATABASE_POOL_SIZE', 'DATABASE_MAX_OVERFLOW']
    .map((name) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(env)?.[1]))
    .reduce((sum, value) => sum + value);
};

describe('connections', () => {
  it.each([
    [4, 2, 200],
    [4, 2, 100],
    [1, 1, 20],
    [5, 3, 20],
    [64, 10, 1000],
    [30, 6, 200],
    [9, 20, 200],
  ])('%i workers in %i replicas share %i', async (workers, replicas, connections) => {
    const pool = await poolOf({
      'fastapi.workers': workers,
      'compose.replicas': replicas,
      'postgres.maxConnections': connections,
    });
    expect(pool).toBeGreaterThanOrEqual(1);
    // Some are left for the migrations and for who looks after the database.
    expect(workers * replicas * pool).toBeLessThanOrEqual(connections - 5);
  });

  it('are not cut where there are enough', async () => {
    expect(await poolOf({})).toBe(10);
  });

  it('that are too few are refused', async () => {
    const message = await refusal({
      'fastapi.workers': 64,
      'compose.replicas': 20,
      'postgres.maxConnections': 200,
    });
    expect(message).toContain('1280 workers of all replicas cannot share the 180 connections');
    expect(message).toContain('postgres.maxConnections');
  });
});

describe('the processes of the Node application', () => {
  const node = { stack: 'node', 'node.workflows': true } as const;

  it.each([
    [3, 200],
    [20, 200],
    [8, 20],
  ])(
    '%i replicas, the worker and the WebSocket server share %i connections',
    async (replicas, connections) => {
      const answers = { ...node, 'compose.replicas': replicas, 'postgres.maxConnections': connections };
      const env = textOf(await render(answers), '.env.example');
      const size = Number(/^DATABASE_POOL_SIZE=(\d+)$/m.exec(env)?.[1]);
      expect(size).toBeGreaterThanOrEqual(1);
      expect((replicas + 2) * size).toBeLessThanOrEqual(connections - 5);
    },
  );

  it('do not listen on one port', async () => {
    expect(await refusal({ ...node, 'node.port': 8001 })).toContain('8001 is taken by the API already');
    expect(await refusal({ ...node, 'node.websocketPort': 9100 })).toContain('9100 is taken by the worker');
    expect(await refusal({ ...node, 'node.websocketPort': 8002 })).toBe('');
    expect(await refusal({ stack: 'node', 'node.port': 8001 })).toBe('');
  });
});

describe('shared buffers', () => {
  it('take at most half of the memory', async () => {
    expect(await refusal({ 'postgres.memoryLimitMb': 512, 'postgres.sharedBuffersMb': 256 })).toBe('');
    expect(await refusal({ 'postgres.memoryLimitMb': 512, 'postgres.sharedBuffersMb': 257 })).toContain(
      '257 MB of shared buffers do not fit in the 512 MB that PostgreSQL may use',
    );
  });

  it('follow the memory unless they are given', async () => {
    const overlay = textOf(await render({ 'postgres.memoryLimitMb': 8192 }), 'docker-compose.prod.yml');
    expect(overlay).toContain('- shared_buffers=1GB\n');
    expect(overlay).toContain('- effective_cache_size=4GB\n');
  });
});

describe('the jobs of the pipeline', () => {
  const needsOf = async (answers: Readonly<Record<string, FieldValue>>, preset: string | null = null) => {
    const workflow = textOf(await render(answers, preset), '.github/workflows/ci.yml');
    return Object.fromEntries(
      [...workflow.matchAll(/^ {2}([\w-]+):\n {4}name: .*\n(?: {4}needs: \[(.*)\]\n)?/gm)].map(
        ([, job = '', needs]) => [job, needs ?? ''],
      ),
    );
  };

  it('wait for those of the stage before', async () => {
    expect(await needsOf({})).toEqual({
      templates: '',
      quality: '',
      security: 'quality, templates',
      secrets: 'quality, templates',
      scan: 'quality, templates',
      test: 'scan, secrets, security',
      dockerfile: 'test',
      image: 'test',
      compose: 'test',
    });
  });

  it('wait for the last stage that there is', async () => {
    expect(await needsOf({}, 'minimal')).toEqual({
      templates: '',
      secrets: 'templates',
      scan: 'templates',
      dockerfile: 'scan, secrets',
      image: 'scan, secrets',
      compose: 'scan, secrets',
    });
  });
});
