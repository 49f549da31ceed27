/** Fetches one address, through the proxy that the environment names. */
import { fetchWith, type Fetch } from '../network/fetch.ts';
import type { Environment } from '../network/proxy.ts';
import type { Request } from './ports.ts';

const TIMEOUT_MS = 60_000;

/** Redirects are handed back: whoever follows them decides which headers go along. */
export const requestWith =
  (environment: Environment, fetch: Fetch = fetchWith(environment)): Request =>
  async (url, headers, signal) => {
    const answer = await fetch(new URL(url), {
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return {
      status: answer.status,
      location: answer.headers.get('location'),
      body: async (limit) => {
        const parts: Uint8Array[] = [];
        let length = 0;
        for await (const part of answer.body ?? []) {
          length += part.length;
          if (length > limit) {
            return undefined;
          }
          parts.push(part);
        }
        return Buffer.concat(parts);
      },
    };
  };
