import { expect, test } from 'vitest';
import { requestContext } from '../../src/request-context.ts';
import { readableLog } from '../support/log.ts';

test('a line has level, time, message and what was added', () => {
  const { logger, lines } = readableLog();
  logger.warn({ item: 7 }, 'careful');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: 'WARNING', message: 'careful', item: 7 });
  expect(new Date(String(lines[0]?.timestamp)).getTime()).toBeGreaterThan(0);
});

test('a line within a request has its ids', () => {
  const { logger, lines } = readableLog();
  requestContext.run({ requestId: 'r-1', callersTraceId: 'abc' }, () => {
    logger.info('inside');
  });
  logger.info('outside');
  expect(lines[0]).toMatchObject({ request_id: 'r-1', trace_id: 'abc' });
  expect(lines[1]).not.toHaveProperty('request_id');
});

test('what is below the level is not written', () => {
  const { logger, lines } = readableLog('ERROR');
  logger.info('nothing');
  expect(lines).toEqual([]);
});

test('an error has its kind and its stack', () => {
  const { logger, lines } = readableLog();
  logger.error({ error: new TypeError('broken') }, 'it failed');
  expect(lines[0]?.error).toMatchObject({ type: 'TypeError', message: 'broken' });
});

test('passwords that slip in are crossed out', () => {
  const { logger, lines } = readableLog();
  logger.info({ body: { password: 'hunter2' } }, 'careless');
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});
