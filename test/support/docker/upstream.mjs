/**
 * What stands behind the proxy in its tests: replicas of an application that tell what they were asked, and Docker's DNS,
 * which says where they are.
 *   upstream.mjs PORT FILE ADDRESS...   FILE holds the addresses that the DNS answers, one a line
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers';

const [, , port = '', file = '', ...addresses] = process.argv;
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
    const status = Number(/^\/status\/(\d{3})/.exec(path)?.[1] ?? 200);
    const send = () => {
      response.writeHead(status, {
        'Content-Type': 'application/json',
        ...(path.startsWith('/own-headers') && OWN_HEADERS),
      });
      const filler = path.includes('large') ? 'x'.repeat(4000) : '';
      response.end(
        JSON.stringify({ address, method: request.method, path, headers: request.headers, filler }),
      );
    };
    if (path.startsWith('/slow')) setTimeout(send, 1000);
    else send();
  });
}

for (const address of addresses) {
  createServer((request, response) => answer(address, request, response)).listen(Number(port), address);
}

// RFC 1035, sections 4.1.1 to 4.1.3: the question comes back, with an address record for each replica.
const dns = createSocket('udp4');
dns.on('message', (query, client) => {
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
  dns.send(Buffer.concat([header, query.subarray(12, end), ...records]), client.port, client.address);
});
dns.bind(DNS.port, DNS.address, () => console.log('listening'));
