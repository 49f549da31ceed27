/** Requests to a service under test, one by one or as a load, and a proxy that can hang. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly milliseconds: number;
}

/** Sends a GET; rejects when no whole answer comes. */
export const get = (
  url: string,
  { headers = {}, agent }: { headers?: Readonly<Record<string, string>>; agent?: Agent } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    // Without an agent the connection is closed after the answer.
    request(url, { headers, agent: agent ?? false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString('utf8'),
          milliseconds: performance.now() - start,
        });
      });
    })
      .on('error', reject)
      .end();
  });

/** The value below which this share of them lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

/**
 * A client behind a load balancer: keeps its connection, and leaves when an answer says that it is closed.
 * @returns the statuses; rejects when a request gets no answer
 */
export async function requestUntilClosed(url: string): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statuses: number[] = [];
  try {
    for (;;) {
      const { status, headers } = await get(url, { agent });
      statuses.push(status);
      if (headers.connection === 'close') return statuses;
    }
  } finally {
    agent.destroy();
  }
}

/**
 * A client with a new connection for each request, which it sends until none is made any more.
 * @returns the statuses; rejects when a connection is made but its request gets no answer
 */
export async function requestUntilRefused(url: string): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (;;) {
    try {
      statuses.push((await get(url)).status);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return statuses;
      throw error;
    }
  }
}

export interface HangingProxy {
  /** The service's URL by way of the proxy. */
  readonly url: string;
  /** From now on connections are taken and kept, and nothing comes any more. */
  readonly hang: () => void;
  readonly end: () => void;
}

/** A TCP proxy before a service. */
export async function hangingProxy(service: string): Promise<HangingProxy> {
  const target = new URL(service);
  const sockets = new Set<Socket>();
  let hanging = false;
  const pump = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (data) => {
      if (!hanging) to.write(data);
    });
    from.on('close', () => to.destroy());
    from.on('error', () => to.destroy());
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    pump(client, upstream);
    pump(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(service);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    hang: () => {
      hanging = true;
    },
    end: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
