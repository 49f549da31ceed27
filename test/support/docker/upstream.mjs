/**
 * What stands behind the proxy in its tests: replicas of an application that tell what they were asked, and Docker's DNS,
 * which says where they are.
 *   upstream.mjs PORT[,PORT]... FILE ADDRESS...   FILE holds the addresses that the DNS answers, one a line
 */
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { setTimeout } from 'node:timers';

const [, , ports = '', file = '', ...addresses] = process.argv;
const DNS = { address: '127.0.0.11', port: 53 };
const IPV4 = 1;

const OWN_HEADERS = {
  'Content-Security-Policy': "default-src 'none'",
  'Strict-Transport-Security': 'max-age=1',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Request-ID': 'the-application-says-so',
  'Retry-After': '77',
};

function answer(address, request, response) {
  const path = request.url ?? '';
  request.resume();
  request.on('end', () => {
    if (path.startsWith('/broken-off')) {
      console.log('broken off');
      request.socket.destroy();
      return;
    }
    const status = Number(/^\/status\/(\d{3})/.exec(path)?.[1] ?? 200);
    const send = () => {
      response.writeHead(status, {
        'Content-Type': 'application/json',
        ...(path.startsWith('/own-headers') && OWN_HEADERS),
      });
      const filler = path.includes('large') ? 'x'.repeat(4000) : '';
      response.end(
        JSON.stringify({
          ...{ address, port: request.socket.localPort },
          ...{ method: request.method, path, headers: request.headers, filler },
        }),
      );
    };
    if (path.startsWith('/slow')) setTimeout(send, 1000);
    else send();
  });
}

/** Says back what is said, over a WebSocket (RFC 6455) of short texts. */
function upgrade(address, request, socket) {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
    `X-Asked: ${JSON.stringify({ address, port: socket.localPort, headers: request.headers })}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.on('error', () => socket.destroy());
  socket.on('data', (frame) => {
    const length = frame[1] & 0x7f;
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]);
    socket.write(Buffer.concat([Buffer.from([0x81, length]), text]));
  });
}

for (const address of addresses) {
  for (const port of ports.split(',')) {
    createServer((request, response) => answer(address, request, response))
      .on('upgrade', (request, socket) => upgrade(address, request, socket))
      .listen(Number(port), address);
  }
}

// RFC 1035, sections 4.1.1 to 4.1.3: the question comes back, with an address record for each replica.
function answerOf(query) {
  const end = query.indexOf(0, 12) + 5;
  const known = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const isForIpv4 = query.readUInt16BE(end - 4) === IPV4;
  const found = isForIpv4 ? known : [];
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(found.length, 6);
  header.writeUInt32BE(0, 8);
  const records = found.map((address) =>
    Buffer.from([0xc0, 12, 0, IPV4, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, query.subarray(12, end), ...records]);
}

const dns = createSocket('udp4');
dns.on('message', (query, client) =>
  dns.send(answerOf(query), client.port, client.address, () => console.log('asked')),
);

// Section 4.2.2: over TCP each message has its length before it; what is asked here comes in one piece.
const dnsOverTcp = createTcpServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (message) => {
    const answer = answerOf(message.subarray(2));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(answer.length);
    socket.write(Buffer.concat([length, answer]));
  });
});

dns.bind(DNS.port, DNS.address, () =>
  dnsOverTcp.listen(DNS.port, DNS.address, () => console.log('listening')),
);
