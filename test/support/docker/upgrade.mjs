/**
 * A client that asks for its connections to be upgraded, says a word over each that was, and keeps all of them open.
 *   upgrade.mjs JSON   {host, ca, from, path, upgrade, count, silentMs, go, headers, word}; prints what came of each as JSON
 * Without `word` it says which connection it is. With `go` it says that all are open, and waits for a file of this name.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const { host, ca, from, path, upgrade, count, silentMs, go, word, ...more } = JSON.parse(
  process.argv[2] ?? '{}',
);
const LONGEST_WAIT_MS = 5000;

const ask = () =>
  new Promise((resolve, reject) => {
    const asking = request({
      ...{ host: '127.0.0.1', port: 8443, servername: host, ca: readFileSync(ca), localAddress: from, path },
      agent: false,
      headers: {
        Host: host,
        Connection: 'Upgrade',
        Upgrade: upgrade,
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
        ...more.headers,
      },
    });
    asking.on('upgrade', ({ statusCode, headers }, socket) =>
      resolve({ status: statusCode, headers, socket }),
    );
    asking.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asking.on('error', reject);
    asking.end();
  });

/** RFC 6455, section 5.2: what a client says in one frame is masked; short texts have their length in one byte. */
function frameOf(text) {
  const mask = randomBytes(4);
  const masked = Buffer.from(text).map((byte, index) => byte ^ mask[index % 4]);
  return Buffer.concat([Buffer.from([0x81, 0x80 | masked.length]), mask, masked]);
}

const heard = (socket) =>
  Promise.race([
    new Promise((resolve) => {
      socket.once('data', (frame) => resolve(frame.subarray(2, 2 + frame[1]).toString()));
      socket.once('close', () => resolve('closed'));
    }),
    sleep(LONGEST_WAIT_MS, 'nothing', { ref: false }),
  ]);

const connections = [];
for (let index = 0; index < count; index += 1) connections.push(await ask());
if (go !== undefined) {
  process.stdout.write('open\n');
  while (!existsSync(go)) await sleep(20);
}
await sleep(silentMs);
const said = await Promise.all(
  connections.map(async ({ socket }, index) => {
    if (!socket) return '';
    const answer = heard(socket);
    socket.write(frameOf(word ?? `word ${index}`));
    return answer;
  }),
);
const told = connections.map(({ status, headers, body = '' }, index) => ({
  ...{ status, headers, body, said: said[index] },
}));
process.stdout.write(JSON.stringify(told), () => process.exit());
