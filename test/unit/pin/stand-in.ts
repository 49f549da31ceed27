/** Hosts on loopback that answer as registries and GitHub do, or as they should not. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { requestPorts, type RequestPorts } from '../../../src/pin/requests.ts';

export interface Asked {
  /** Path and query. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
}

export interface StandIn {
  /** `127.0.0.1:1234` */
  readonly host: string;
  readonly url: string;
  readonly asked: readonly Asked[];
}

type Handler = (request: IncomingMessage, response: ServerResponse, asked: Asked) => void;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Each has a port of its own, and so an origin of its own. */
export async function standIn(handler: Handler): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { authorization, accept } = request.headers;
    const one = { url: request.url ?? '', authorization, accept };
    asked.push(one);
    handler(request, response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `http://${host}`, asked };
}

export const sendJson = (
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
};

export const digestOf = (body: string): string => `sha256:${createHash('sha256').update(body).digest('hex')}`;

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** The index of an image that is there for these platforms. */
export const indexOf = (...platforms: readonly string[]): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [...platforms, 'unknown/unknown'].map((platform) => {
      const [os, architecture] = platform.split('/');
      return {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: digestOf(platform),
        size: 1,
        platform: { os, architecture },
      };
    }),
  });

export const BOTH = indexOf('linux/amd64', 'linux/arm64');

export const sendManifest = (
  response: ServerResponse,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response
    .writeHead(200, { 'content-type': INDEX, 'docker-content-digest': digestOf(body), ...headers })
    .end(body);
};

/** Ports that do not wait; what would have been waited is collected. */
export function testPorts(
  overrides: Partial<RequestPorts> = {},
): RequestPorts & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  const ports = requestPorts(new AbortController().signal, 'bulwark/test', {
    timeoutMs: 5000,
    wait: async (ms) => {
      waits.push(ms);
    },
    ...overrides,
  });
  return { ...ports, waits };
}

/** The issues and the code of what a promise is rejected with. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ readonly code: number; readonly ids: readonly string[]; readonly text: string }> {
  try {
    await promise;
  } catch (error) {
    const { exitCode, issues } = error as { exitCode: number; issues: { id: string }[] };
    if (!Array.isArray(issues)) throw error;
    return { code: exitCode, ids: issues.map(({ id }) => id), text: JSON.stringify(issues) };
  }
  throw new Error('it did not fail');
}
