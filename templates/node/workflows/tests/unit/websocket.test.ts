import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importItems } from '../../src/domain/workflows/import-items.ts';
import type { RunService } from '../../src/domain/workflows/run-service.ts';
import { maySee, type Run, type Viewer } from '../../src/domain/workflows/run.ts';
import { registry } from '../../src/infrastructure/observability/metrics.ts';
import { Connections } from '../../src/websocket/connections.ts';
import { readMessage, tokenIn } from '../../src/websocket/protocol.ts';
import { acceptUpgrades, isWelcome } from '../../src/websocket/upgrades.ts';
import { eventually } from '../support/eventually.ts';
import { connect, refusalOf } from '../support/client.ts';
import { readableLog } from '../support/log.ts';
import { fakeEvents, leasedRun, RUN_ID } from '../support/runs.ts';

const ANNA = '33333333-3333-4333-8333-333333333333';
const BERT = '44444444-4444-4444-8444-444444444444';

const SETTINGS = {
  corsOrigins: ['https://app.example'],
  websocketMaxConnections: 2,
  websocketMaxMessageBytes: 512,
  websocketMaxBufferedBytes: 65_536,
  websocketPingSeconds: 60,
};

let server: Server;
let connections: Connections;
let url: string;
let run: Run;
/** Whose token is good. */
let viewers: Map<string, Viewer>;

async function serve(changes: Partial<typeof SETTINGS> = {}): Promise<void> {
  const settings = { ...SETTINGS, ...changes };
  const { logger } = readableLog('ERROR');
  const workflow = importItems(fakeEvents());
  const runs: Pick<RunService, 'get'> = {
    get: (viewer, id) => Promise.resolve(maySee(viewer, run) ? { ...run, id } : undefined),
  };
  const resources = {
    runs: runs as RunService,
    definitions: new Map([[workflow.name, workflow]]),
  };
  connections = new Connections(resources, settings, logger);
  server = createServer();
  const viewerByToken = (token = ''): Promise<Viewer | undefined> =>
    token === 'database-is-away'
      ? Promise.reject(new Error('away'))
      : Promise.resolve(viewers.get(token));
  acceptUpgrades(server, connections, viewerByToken, settings, logger);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
}

beforeEach(() => {
  run = leasedRun({ workflow: 'import-items', ownerId: ANNA });
  viewers = new Map([
    ['anna', { id: ANNA, seesAll: false }],
    ['bert', { id: BERT, seesAll: false }],
    ['admin', { id: BERT, seesAll: true }],
  ]);
});
afterEach(async () => {
  await connections.close();
  server.close();
});

const as = (name: string): readonly string[] => ['runs.v1', `bearer.${name}`];
const isRun = ({ type }: { type?: unknown }): boolean => type === 'run';

test('without a good token there is no connection', async () => {
  await serve();
  expect(await refusalOf(url)).toBe(401);
  expect(await refusalOf(url, as('mallory'))).toBe(401);
  expect(await refusalOf(url, as('anna'))).toBe(101);
  const headers = { authorization: 'Bearer anna' };
  expect(await refusalOf(url, ['runs.v1'], { headers })).toBe(101);
});

test('nothing else is served, and no website that nobody named', async () => {
  await serve();
  expect(await refusalOf(`${url}/more`, as('anna'))).toBe(404);
  expect(await refusalOf(url, as('anna'), { origin: 'https://evil.example' })).toBe(403);
  expect(await refusalOf(url, as('anna'), { origin: 'https://app.example' })).toBe(101);
});

test('a token that cannot be looked up now is 503', async () => {
  await serve();
  expect(await refusalOf(url, as('database-is-away'))).toBe(503);
});

test('one connection too many is refused', async () => {
  await serve();
  const first = await connect(url, as('anna'));
  await connect(url, as('bert'));
  expect(await refusalOf(url, as('anna'))).toBe(503);
  expect(await registry.metrics()).toMatch(/^websocket_connections 2$/m);
  expect(await registry.metrics()).toMatch(/^websocket_refused_total\{status="503"\} \d+$/m);
  first.socket.close();
  await first.closed;
  await eventually(async () => (await refusalOf(url, as('anna'))) === 101 || undefined);
});

test('who watches a run is told how far it is, and what happens', async () => {
  await serve();
  const client = await connect(url, as('anna'));
  expect(client.socket.protocol).toBe('runs.v1');
  client.say({ type: 'watch', run: RUN_ID });
  expect(await client.hears(isRun)).toMatchObject({ run: { id: RUN_ID, step: 'transform' } });
  connections.publish({ kind: 'progress', progress: { ...run, step: 1 } });
  await client.hears((message) => (message.run as { step?: string } | null)?.step === 'store');
  const notice = { key: 'key', runId: RUN_ID, ownerId: ANNA, text: 'done' };
  connections.publish({ kind: 'notice', notice });
  expect(await client.hears(({ type }) => type === 'notice')).toEqual({
    type: 'notice',
    run: RUN_ID,
    key: 'key',
    text: 'done',
  });
  client.say({ type: 'unwatch', run: RUN_ID });
  await client.hears(({ type }) => type === 'unwatched');
  const before = client.told.length;
  connections.publish({ kind: 'progress', progress: run });
  client.say({ type: 'watch' });
  await client.hears(({ type, run: id }) => type === 'watching' && id === null);
  expect(client.told).toHaveLength(before + 1);
});

test('what is not theirs nobody sees, except who sees all', async () => {
  await serve();
  const [bert, admin] = [await connect(url, as('bert')), await connect(url, as('admin'))];
  for (const client of [bert, admin]) {
    client.say({ type: 'watch' });
    await client.hears(({ type }) => type === 'watching');
  }
  bert.say({ type: 'watch', run: RUN_ID });
  expect(await bert.hears(({ type }) => type === 'error')).toMatchObject({
    detail: 'There is no such run',
  });
  connections.publish({ kind: 'progress', progress: run });
  await admin.hears(isRun);
  bert.say({ type: 'unwatch' });
  await bert.hears(({ type }) => type === 'unwatched');
  expect(bert.told.some(isRun)).toBe(false);
});

test('what is not understood is said to be so', async () => {
  await serve();
  const client = await connect(url, as('anna'));
  for (const message of ['{', '7', '{"type": "shout"}', '{"type": "watch", "run": "7"}']) {
    const before = client.told.length;
    client.say(message);
    await eventually(() => client.told.length > before || undefined);
    expect(client.told.at(-1)).toEqual({ type: 'error', detail: 'The message is not valid' });
  }
});

test('one connection watches so many runs and no more', async () => {
  await serve();
  const client = await connect(url, as('anna'));
  for (let number = 0; number <= 100; number++) {
    client.say({
      type: 'watch',
      run: `11111111-1111-4111-8111-${String(number).padStart(12, '0')}`,
    });
    // So that they do not come too fast.
    if (number % 25 === 0) await eventually(() => client.told.length > 2 * number || undefined);
  }
  expect(await client.hears(({ type }) => type === 'error')).toMatchObject({
    detail: 'No more than 100 runs are watched at a time',
  });
  expect(client.told.filter(({ type }) => type === 'watching')).toHaveLength(100);
});

test('messages that are too large, binary or too many end the connection', async () => {
  await serve();
  const large = await connect(url, as('anna'));
  large.say('x'.repeat(600));
  expect(await large.closed).toBe(1009);
  const binary = await connect(url, as('anna'));
  binary.socket.send(Buffer.from('{}'));
  expect(await binary.closed).toBe(1003);
  const loud = await connect(url, as('anna'));
  for (let number = 0; number < 500; number++) loud.say({ type: 'watch' });
  expect(await loud.closed).toBe(1008);
});

test('who reads too slowly is cut off', async () => {
  await serve();
  const client = await connect(url, as('anna'));
  client.say({ type: 'watch' });
  await client.hears(({ type }) => type === 'watching');
  client.socket.pause();
  const error = 'x'.repeat(1_000_000);
  await eventually(() => {
    connections.publish({ kind: 'progress', progress: { ...run, error } });
    return connections.size === 0 || undefined;
  });
});

test('who does not answer a ping is gone', async () => {
  await serve({ websocketPingSeconds: 0.05 });
  const silent = await connect(url, as('anna'), { autoPong: false });
  const answering = await connect(url, as('anna'));
  expect(await silent.closed).toBe(1006);
  expect(answering.socket.readyState).toBe(answering.socket.OPEN);
});

test('a token that is not good any more ends the connection', async () => {
  await serve({ websocketPingSeconds: 0.05 });
  const client = await connect(url, as('anna'));
  viewers.delete('anna');
  expect(await client.closed).toBe(1008);
});

test('at the end everybody is told to go elsewhere, and nobody gets in', async () => {
  await serve();
  const clients = [await connect(url, as('anna')), await connect(url, as('bert'))];
  const closing = connections.close();
  expect(await refusalOf(url, as('anna'))).toBe(503);
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1001, 1001]);
  await closing;
  expect(connections.size).toBe(0);
});

test.each([
  [undefined, 'a.example', true],
  ['https://a.example', 'a.example', true],
  ['https://a.example:8443', 'a.example', true],
  ['https://b.example', 'a.example', false],
  ['null', 'a.example', false],
  ['https://b.example', undefined, false],
  ['https://app.example', 'a.example', true],
])('from the website %j at %j: %s', (origin, host, welcome) => {
  const headers = { ...(origin && { origin }), ...(host && { host }) };
  expect(isWelcome({ headers }, ['https://app.example'])).toBe(welcome);
});

test('a token stands beside the subprotocol', () => {
  expect(tokenIn('runs.v1, bearer.a-b.c_d')).toBe('a-b.c_d');
  expect(tokenIn('runs.v1')).toBeUndefined();
  expect(tokenIn(undefined)).toBeUndefined();
});

test('a message is read whole or not at all', () => {
  expect(readMessage(`{"type":"watch","run":"${RUN_ID}"}`)).toEqual({ type: 'watch', run: RUN_ID });
  expect(readMessage('{"type":"watch","more":1}')).toBeUndefined();
});
