/** The open connections: who watches what, what they are told, and how they end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { WebSocket, type RawData } from 'ws';
import { runOut } from '../api/run-out.ts';
import type { WorkflowResources } from '../api/workflow-resources.ts';
import { maySee, type Progress, type Viewer } from '../domain/workflows/run.ts';
import {
  websocketConnections,
  websocketMessages,
} from '../infrastructure/observability/websocket-metrics.ts';
import type { RunEvent } from '../infrastructure/workflows/redis-run-events.ts';
import type { Settings } from '../settings/settings.ts';
import { readMessage, type ClientMessage, type ServerMessage } from './protocol.ts';

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export const CLOSE = { goingAway: 1001, noText: 1003, policy: 1008 } as const;

/** Runs that one connection names, and messages of it that wait for their turn. */
const MOST_WATCHED = 100;
const MOST_WAITING = 50;
/** A client that does not answer the end is not waited for longer. */
const FAREWELL_MILLISECONDS = 3000;

export type ConnectionSettings = Pick<
  Settings,
  'websocketMaxBufferedBytes' | 'websocketPingSeconds'
>;

/** Asks again who it is: nothing when the token is not good any more. */
export type Identify = () => Promise<Viewer | undefined>;

interface Peer {
  readonly socket: WebSocket;
  readonly identify: Identify;
  readonly watched: Set<string>;
  viewer: Viewer;
  watchesAll: boolean;
  /** Whether it answered the last ping. */
  answered: boolean;
  /** What it said and nobody has looked at yet. */
  waiting: number;
  turn: Promise<void>;
}

export type ConnectionResources = Pick<WorkflowResources, 'definitions' | 'runs'>;

export class Connections {
  readonly #peers = new Set<Peer>();
  readonly #resources: ConnectionResources;
  readonly #settings: ConnectionSettings;
  readonly #logger: Logger;
  readonly #closing = new AbortController();

  constructor(resources: ConnectionResources, settings: ConnectionSettings, logger: Logger) {
    this.#resources = resources;
    this.#settings = settings;
    this.#logger = logger;
    void this.#lookAfter();
  }

  get size(): number {
    return this.#peers.size;
  }

  get closing(): boolean {
    return this.#closing.signal.aborted;
  }

  add(socket: WebSocket, viewer: Viewer, identify: Identify): void {
    const peer: Peer = {
      socket,
      identify,
      viewer,
      watched: new Set(),
      watchesAll: false,
      answered: true,
      waiting: 0,
      turn: Promise.resolve(),
    };
    this.#peers.add(peer);
    websocketConnections.set(this.size);
    socket.on('pong', () => {
      peer.answered = true;
    });
    socket.on('message', (data, isBinary) => {
      this.#receive(peer, data, isBinary);
    });
    // A message that is too large, or is none: the connection is closed by itself, with the code that says so.
    socket.on('error', (error) => {
      this.#logger.debug({ error }, 'A connection broke');
    });
    socket.on('close', (code) => {
      this.#peers.delete(peer);
      websocketConnections.set(this.size);
      this.#logger.debug({ code }, 'A connection ended');
    });
  }

  /** Tells those who watch and may see it. */
  publish(event: RunEvent): void {
    if (event.kind === 'progress') {
      const { progress } = event;
      const run = runOut(progress, this.#resources.definitions);
      this.#tell(progress.id, progress, { type: 'run', run });
    } else {
      const { runId, key, text } = event.notice;
      this.#tell(runId, event.notice, { type: 'notice', run: runId, key, text });
    }
  }

  /** Takes leave of everybody: they turn to another replica, or come back. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { socket } of this.#peers) socket.close(CLOSE.goingAway, 'The server is stopping');
    const end = Date.now() + FAREWELL_MILLISECONDS;
    while (this.size > 0 && Date.now() < end) await sleep(20);
    for (const { socket } of this.#peers) socket.terminate();
  }

  #tell(runId: string, owned: Pick<Progress, 'ownerId'>, message: ServerMessage): void {
    const text = JSON.stringify(message);
    for (const peer of this.#peers)
      if ((peer.watchesAll || peer.watched.has(runId)) && maySee(peer.viewer, owned))
        this.#send(peer, text);
  }

  #send({ socket }: Peer, text: string): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > this.#settings.websocketMaxBufferedBytes) {
      this.#logger.info('A client reads too slowly');
      // At once: a farewell would wait behind all that it does not read.
      socket.terminate();
      return;
    }
    websocketMessages.inc({ direction: 'out' });
    socket.send(text);
  }

  /** One message after another, in the order in which they came. */
  #receive(peer: Peer, data: RawData, isBinary: boolean): void {
    websocketMessages.inc({ direction: 'in' });
    if (isBinary) {
      peer.socket.close(CLOSE.noText, 'Only text is understood');
      return;
    }
    if (++peer.waiting > MOST_WAITING) {
      peer.socket.close(CLOSE.policy, 'Too many messages');
      return;
    }
    // Text comes as one buffer, as `ws` has it unless told otherwise.
    const text = (data as Buffer).toString();
    peer.turn = peer.turn
      .then(() => this.#handle(peer, readMessage(text)))
      .catch((error: unknown) => {
        this.#logger.error({ error }, 'A message failed');
        this.#answer(peer, { type: 'error', detail: 'Internal server error' });
      })
      .finally(() => {
        peer.waiting--;
      });
  }

  async #handle(peer: Peer, message: ClientMessage | undefined): Promise<void> {
    if (peer.socket.readyState !== WebSocket.OPEN) return;
    if (!message) {
      this.#answer(peer, { type: 'error', detail: 'The message is not valid' });
      return;
    }
    const { type, run } = message;
    const watches = type === 'watch';
    if (run === undefined) {
      peer.watchesAll = watches;
      this.#answer(peer, { type: watches ? 'watching' : 'unwatched', run: null });
    } else if (watches) {
      await this.#watch(peer, run);
    } else {
      peer.watched.delete(run);
      this.#answer(peer, { type: 'unwatched', run });
    }
  }

  /** Tells at once how far it is: what happened before nobody would tell. */
  async #watch(peer: Peer, id: string): Promise<void> {
    if (!peer.watched.has(id) && peer.watched.size >= MOST_WATCHED) {
      const detail = `No more than ${MOST_WATCHED} runs are watched at a time`;
      this.#answer(peer, { type: 'error', detail });
      return;
    }
    // Before it is looked at, so that no change falls in between.
    peer.watched.add(id);
    const run = await this.#resources.runs.get(peer.viewer, id);
    if (run) {
      this.#answer(peer, { type: 'watching', run: id });
      this.#answer(peer, { type: 'run', run: runOut(run, this.#resources.definitions) });
    } else {
      peer.watched.delete(id);
      this.#answer(peer, { type: 'error', detail: 'There is no such run' });
    }
  }

  #answer(peer: Peer, message: ServerMessage): void {
    this.#send(peer, JSON.stringify(message));
  }

  /** Again and again: ends connections on which nobody is any more, or nobody whom the token still names. */
  async #lookAfter(): Promise<void> {
    const { signal } = this.#closing;
    const pause = this.#settings.websocketPingSeconds * 1000;
    for (;;) {
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      for (const peer of [...this.#peers]) {
        if (!peer.answered) {
          peer.socket.terminate();
          continue;
        }
        peer.answered = false;
        peer.socket.ping();
        await this.#identify(peer);
      }
    }
  }

  async #identify(peer: Peer): Promise<void> {
    try {
      const viewer = await peer.identify();
      if (viewer) peer.viewer = viewer;
      else peer.socket.close(CLOSE.policy, 'The access token is not valid any more');
    } catch (error) {
      // The database is away: whoever was let in stays until it is back.
      this.#logger.warn({ error }, 'A token was not looked at again');
    }
  }
}
