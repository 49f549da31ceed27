/** A client of the WebSocket server that remembers what it is told. */
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { eventually } from './eventually.ts';

export type Told = Readonly<Record<string, unknown>>;

export interface Client {
  readonly socket: WebSocket;
  readonly told: readonly Told[];
  readonly say: (message: object | string) => void;
  /** The first message that is so, be it there already or not. */
  readonly hears: (isIt: (message: Told) => boolean) => Promise<Told>;
  /** The code with which it was closed. */
  readonly closed: Promise<number>;
}

/** @throws the status of the answer where it is refused: `Unexpected server response: 401` */
export async function connect(
  url: string,
  protocols: readonly string[] = ['runs.v1'],
  options: ClientOptions = {},
): Promise<Client> {
  const socket = new WebSocket(url, [...protocols], options);
  const told: Told[] = [];
  socket.on('message', (data: Buffer) => told.push(JSON.parse(data.toString()) as Told));
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve);
  });
  await once(socket, 'open');
  return {
    socket,
    told,
    say: (message) => {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    hears: (isIt) => eventually(() => told.find(isIt)),
    closed,
  };
}

/** The status with which a connection is refused; 101 where it is not. */
export const refusalOf = async (
  url: string,
  protocols: readonly string[] = ['runs.v1'],
  options: ClientOptions = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...protocols], options);
    socket.on('error', reject);
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
  });
