/**
 * Fetches over https, through the proxy that the environment names. Node 20's own `fetch` knows no proxy; a tunnel (RFC 9110, 9.3.6)
 * is what all of them have: the proxy learns the name of the host, and sees nothing of what is said.
 */
import { request as requestInClear } from 'node:http';
import { request } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { proxyFailed, proxyFor, type Environment, type Proxy } from './proxy.ts';

export interface FetchOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Redirects are handed back: whoever follows them decides which headers go along. */
  readonly redirect: 'manual';
}

export type Fetch = (url: URL, options: FetchOptions) => Promise<Response>;

/**
 * @param tls for a proxy and the hosts behind it, beside what Node takes from NODE_EXTRA_CA_CERTS
 * @returns what rejects with BulwarkError `proxy-failed` (code 74) and `invalid-value` (2), else as `fetch` does
 */
export const fetchWith =
  (environment: Environment, tls: ConnectionOptions = {}): Fetch =>
  async (url, options) => {
    const proxy = proxyFor(url, environment);
    return proxy ? fetchThrough(proxy, url, options, tls) : fetch(url, options);
  };

async function fetchThrough(
  proxy: Proxy,
  url: URL,
  { headers, signal }: FetchOptions,
  tls: ConnectionOptions,
): Promise<Response> {
  const tunnel = await openTunnel(proxy, url, signal, tls);
  const { hostname } = url;
  const name = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        headers: { ...headers, 'accept-encoding': 'identity', connection: 'close' },
        signal,
        // Without an agent, for such a one would connect by itself.
        createConnection: () =>
          connect({ ...tls, socket: tunnel, host: name, servername: servernameOf(name) }),
      },
      (answer) => {
        const status = answer.statusCode ?? 0;
        const pairs = Object.entries(answer.headersDistinct).flatMap(([key, values = []]) =>
          values.map((value): [string, string] => [key, value]),
        );
        const isEmpty = status === 204 || status === 205 || status === 304;
        if (isEmpty) answer.resume();
        // What Node's stream types and the web's say of each other differs in a detail that is none here.
        const body = isEmpty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
        resolve(new Response(body, { status, headers: pairs }));
      },
    );
    asking.on('error', (error) => {
      tunnel.destroy();
      reject(error);
    });
    asking.end();
  });
}

/** A name goes into the handshake, an address must not (RFC 6066, 3). */
const servernameOf = (name: string): string => (/^[\d.]+$|:/.test(name) ? '' : name);

/** Asks the proxy to connect us to the host. */
function openTunnel(
  proxy: Proxy,
  { hostname, port }: URL,
  signal: AbortSignal,
  tls: ConnectionOptions,
): Promise<Socket> {
  const target = `${hostname}:${port === '' ? '443' : port}`;
  const ask = proxy.url.protocol === 'https:' ? request : requestInClear;
  return new Promise((resolve, reject) => {
    const asking = ask({
      ...tls,
      host: proxy.url.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.url.port === '' ? (proxy.url.protocol === 'https:' ? 443 : 80) : proxy.url.port,
      method: 'CONNECT',
      path: target,
      headers: {
        host: target,
        ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
      },
      signal,
      agent: false,
    });
    asking.on('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      if (statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(proxyFailed(proxy, hostname, saidBy(statusCode)));
    });
    // One that answers CONNECT as if it were a page is no proxy.
    asking.on('response', (answer) => {
      answer.destroy();
      reject(proxyFailed(proxy, hostname, saidBy(answer.statusCode ?? 0)));
    });
    asking.on('error', (error: NodeJS.ErrnoException) => {
      reject(signal.aborted ? error : proxyFailed(proxy, hostname, error.code ?? error.message, error));
    });
    asking.end();
  });
}

const saidBy = (status: number): string =>
  status === 407 ? 'it wants to know who asks (407)' : `it answers ${status}`;
