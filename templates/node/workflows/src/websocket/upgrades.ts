/** Decides who gets a connection: asked before there is one, and refused with a status like any request. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { bearerOf } from '../api/bearer.ts';
import type { Viewer } from '../domain/workflows/run.ts';
import { websocketRefused } from '../infrastructure/observability/websocket-metrics.ts';
import type { Settings } from '../settings/settings.ts';
import type { Connections } from './connections.ts';
import { PROTOCOL, tokenIn } from './protocol.ts';

export const WEBSOCKET_PATH = '/ws';

export type UpgradeSettings = Pick<
  Settings,
  'corsOrigins' | 'websocketMaxConnections' | 'websocketMaxMessageBytes'
>;

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** @param viewerByToken nothing where the token is not good */
export function acceptUpgrades(
  server: Server,
  connections: Connections,
  viewerByToken: (token: string | undefined) => Promise<Viewer | undefined>,
  settings: UpgradeSettings,
  logger: Logger,
): void {
  const sockets = new WebSocketServer({
    noServer: true,
    // Connections are kept elsewhere.
    clientTracking: false,
    maxPayload: settings.websocketMaxMessageBytes,
    // Each connection would keep memory for it, and messages are small.
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(PROTOCOL) ? PROTOCOL : false),
  });
  /** Those that are being asked count too: nobody slips in while a token is looked up. */
  let asking = 0;

  const admit = async (request: IncomingMessage): Promise<[Viewer, string | undefined]> => {
    if (request.url?.split('?', 1)[0] !== WEBSOCKET_PATH) throw new Refusal(404, 'Not found');
    if (connections.closing) throw new Refusal(503, 'The server is stopping');
    if (!isWelcome(request, settings.corsOrigins)) throw new Refusal(403, 'Not from this website');
    if (connections.size + asking > settings.websocketMaxConnections)
      throw new Refusal(503, 'Too many connections; try again later');
    const token = bearerOf(request) ?? tokenIn(request.headers['sec-websocket-protocol']);
    const viewer = await viewerByToken(token);
    if (!viewer) throw new Refusal(401, 'A valid token is needed');
    return [viewer, token];
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const onError = (): void => {
      socket.destroy();
    };
    socket.on('error', onError);
    asking++;
    admit(request)
      .then(([viewer, token]) => {
        socket.off('error', onError);
        sockets.handleUpgrade(request, socket, head, (connection) => {
          connections.add(connection, viewer, () => viewerByToken(token));
        });
      })
      .catch((error: unknown) => {
        const refusal = error instanceof Refusal ? error : new Refusal(503, 'Try again later');
        if (refusal !== error) logger.error({ error }, 'A connection could not be judged');
        websocketRefused.inc({ status: refusal.status });
        refuse(socket, refusal);
      })
      .finally(() => {
        asking--;
      });
  });
}

/**
 * Browsers let every website open a connection to any other, and say from where: no page but ours and those of
 * CORS_ORIGINS is to. By the name of the host alone, because proxies do not always pass on its port.
 */
export function isWelcome(
  { headers }: Pick<IncomingMessage, 'headers'>,
  allowed: readonly string[],
): boolean {
  const { origin, host = '' } = headers;
  if (origin === undefined || allowed.includes(origin)) return true;
  if (!URL.canParse(origin) || !URL.canParse(`http://${host}`)) return false;
  return new URL(origin).hostname === new URL(`http://${host}`).hostname;
}

function refuse(socket: Duplex, { status, message }: Refusal): void {
  const body = JSON.stringify({ detail: message });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(status === 503 ? ['Retry-After: 5'] : []),
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
