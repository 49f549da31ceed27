/** A way to a server that breaks when a test wants it to. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface BreakableWay {
  /** The URL of the server, by this way. */
  readonly url: string;
  /** Ends every connection that there is; new ones get through. */
  readonly breakOff: () => void;
  readonly close: () => Promise<void>;
}

/** @param to the URL of the server */
export async function breakableWay(to: string): Promise<BreakableWay> {
  const url = new URL(to);
  const { hostname, port } = url;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port) || 6379, hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const breakOff = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    breakOff,
    close: async () => {
      breakOff();
      server.close();
      await once(server, 'close');
    },
  };
}
