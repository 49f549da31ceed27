/** What clients say over a WebSocket, and what they are told; each message is one JSON object. */
import { z } from 'zod';
import type { runOut } from '../api/run-out.ts';

/** The subprotocol; a client that cannot set headers names its access token beside it, as `bearer.…`. */
export const PROTOCOL = 'runs.v1';
const BEARER = 'bearer.';

/** Without `run`: every run that one may see. */
const clientMessage = z.strictObject({
  type: z.enum(['watch', 'unwatch']),
  run: z.uuid().optional(),
});
export type ClientMessage = z.output<typeof clientMessage>;

export type ServerMessage =
  | { readonly type: 'run'; readonly run: ReturnType<typeof runOut> }
  | { readonly type: 'notice'; readonly run: string; readonly key: string; readonly text: string }
  | { readonly type: 'watching' | 'unwatched'; readonly run: string | null }
  | { readonly type: 'error'; readonly detail: string };

/** Nothing when it is none of ours. */
export function readMessage(text: string): ClientMessage | undefined {
  try {
    return clientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A browser can set no header of a WebSocket, and what stands in an address ends up in logs. */
export function tokenIn(protocols: string | undefined): string | undefined {
  const names = (protocols ?? '').split(',').map((name) => name.trim());
  return names.find((name) => name.startsWith(BEARER))?.slice(BEARER.length);
}
