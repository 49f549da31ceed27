/**
 * A network of this machine's own making: ports that a README names are free in it, containers get bridges and rules
 * of their own, and nothing outside is changed. The way out is a proxy that this process runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep, tryRun, until, type Kept } from './keep.ts';

export interface Network {
  /** What goes before a command to run it in this network. */
  readonly within: readonly string[];
  /** For programs in it that need the way out, such as pip. */
  readonly proxy: (address?: string) => Readonly<Record<string, string>>;
  readonly end: () => Promise<void>;
}

const PROXY_PORT = 3128;

/** In the network: takes connections and hands them over to this process, through a socket in the file system. */
const RELAY = `
const { connect, createServer } = require('node:net');
createServer((client) => {
  const upstream = connect(process.argv[1]);
  for (const socket of [client, upstream]) socket.on('error', () => (client.destroy(), upstream.destroy()));
  client.pipe(upstream).pipe(client);
}).listen(${PROXY_PORT}, '0.0.0.0');
`;

/** Why there can be none here. */
export async function whyNoNetwork(): Promise<string | undefined> {
  const { code, output } = await tryRun(['unshare', '--net', 'ip', 'link', 'set', 'lo', 'up']);
  return code === 0 ? undefined : `no network of its own can be made here: ${output.trim() || String(code)}`;
}

/** Makes one; it is gone when the test ends. */
export async function startNetwork(): Promise<Network> {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-network-'));
  const socket = join(folder, 'proxy');
  const proxy = await startProxy(socket);
  const holder = await keep({
    argv: ['unshare', '--net', 'bash', '-euc', 'ip link set lo up; echo up; exec sleep infinity'],
    log: join(folder, 'holder.log'),
  });
  await until('the network', () => holder.output().includes('up'), { program: holder });
  const within = ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'];
  const relay: Kept = await keep({
    argv: [...within, process.execPath, '-e', RELAY, socket],
    log: join(folder, 'relay.log'),
  });
  return {
    within,
    proxy: (address = '127.0.0.1') => {
      const url = `http://${address}:${PROXY_PORT}`;
      const none = 'localhost,127.0.0.1';
      return { http_proxy: url, https_proxy: url, no_proxy: none };
    },
    end: async () => {
      await Promise.all([relay.end(), holder.end()]);
      proxy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A forward proxy for HTTP and, by CONNECT, everything else. Returns what ends it. */
async function startProxy(socket: string): Promise<() => void> {
  const open = new Set<Socket>();
  const server = createServer((incoming, answer) => {
    const outgoing = request(
      incoming.url ?? '',
      { method: incoming.method ?? 'GET', headers: incoming.headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  server.on('connection', (connection) => open.add(connection));
  server.on('connect', ({ url = '' }: IncomingMessage, client: Socket) => {
    const { hostname, port } = new URL(`tcp://${url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return () => {
    server.close();
    for (const connection of open) connection.destroy();
  };
}
