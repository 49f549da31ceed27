/** Asks hosts on the network: https only, limited in time, size and redirects, and nothing secret leaves for another origin. */
import { setTimeout as delay } from 'node:timers/promises';
import { BulwarkError, ExitCode, machineError } from '../errors.ts';
import type { Fetch } from '../network/fetch.ts';

export interface RequestPorts {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  /** For the whole of an answer, its body included. */
  readonly timeoutMs: number;
  /** How long a host may let us wait (`Retry-After`) before that is an error. */
  readonly maxWaitMs: number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Hosts that were asked, for the report. */
  readonly asked: Set<string>;
  readonly userAgent: string;
}

/** 4 MiB is what the distribution specification lets a manifest have; GitHub's answers are smaller. */
export const MAX_BYTES = 4 * 1024 * 1024;
const MAX_REDIRECTS = 5;
const MAX_TRIES = 4;

/** @param environment overrides for tests and for `--verbose`: none is a secret */
export const requestPorts = (
  signal: AbortSignal,
  userAgent: string,
  overrides: Partial<RequestPorts> = {},
): RequestPorts => ({
  fetch: globalThis.fetch,
  signal,
  timeoutMs: 20_000,
  maxWaitMs: 30_000,
  wait: async (ms, aborted) => {
    await delay(ms, undefined, { signal: aborted });
  },
  asked: new Set(),
  userAgent,
  ...overrides,
});

export interface Question {
  readonly url: URL;
  readonly accept: string;
  /** Sent to the origin of `url` alone. */
  readonly authorization?: string;
  readonly maxBytes?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Where it came from in the end. */
  readonly url: URL;
}

/**
 * One GET, with redirects followed and a busy host waited for.
 * @throws BulwarkError (code 74) `unreachable`, `answer-too-large`, `rate-limited`, `bad-redirect`, `plain-http`; (130) when aborted
 */
export async function ask(question: Question, ports: RequestPorts): Promise<Answer> {
  let waited = 0;
  for (let tries = 1; ; tries += 1) {
    const answer = await askOnce(question, ports);
    const wait = waitOf(answer, tries);
    if (wait === undefined) return answer;
    waited += wait;
    if (waited > ports.maxWaitMs || tries === MAX_TRIES) throw rateLimited(question.url.host, wait);
    try {
      await ports.wait(wait, ports.signal);
    } catch {
      throw interrupted();
    }
  }
}

/** RFC 9110, 10.2.3: seconds or a date. */
function waitOf({ status, headers }: Answer, tries: number): number | undefined {
  const retryAfter = headers.get('retry-after');
  if (status !== 429 && !(status === 503 && retryAfter !== null)) return undefined;
  if (retryAfter === null) return 1000 * 2 ** (tries - 1);
  const seconds = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  const ms = seconds === undefined ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, ms) : 1000;
}

export const rateLimited = (host: string, waitMs: number): BulwarkError =>
  machineError({
    id: 'rate-limited',
    message: `${host} limits how often it may be asked`,
    where: host,
    hint: `run the command again in ${describeWait(waitMs)}, or log in: who is known may ask more often`,
  });

const describeWait = (ms: number): string =>
  ms < 90_000 ? `${Math.max(1, Math.ceil(ms / 1000))} seconds` : `${Math.ceil(ms / 60_000)} minutes`;

async function askOnce(question: Question, ports: RequestPorts): Promise<Answer> {
  const timeout = AbortSignal.timeout(ports.timeoutMs);
  const signal = AbortSignal.any([ports.signal, timeout]);
  let { url } = question;
  let isAtHome = true;
  for (let redirects = 0; ; redirects += 1) {
    refusePlainHttp(url, question.url);
    ports.asked.add(url.host);
    // Another origin gets no secret, and neither does what that one sends us on to.
    isAtHome &&= url.origin === question.url.origin;
    const authorization = isAtHome ? question.authorization : undefined;
    try {
      const response = await ports.fetch(url, {
        redirect: 'manual',
        signal,
        headers: {
          accept: question.accept,
          'user-agent': ports.userAgent,
          ...(authorization !== undefined && { authorization }),
        },
      });
      const location = response.headers.get('location');
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
        const body = await readBody(response, question.maxBytes ?? MAX_BYTES, url.host);
        return { status: response.status, headers: response.headers, body, url };
      }
      await response.body?.cancel();
      if (redirects === MAX_REDIRECTS || !URL.canParse(location, url)) throw badRedirect(url.host);
      url = new URL(location, url);
    } catch (error) {
      if (error instanceof BulwarkError) throw error;
      if (ports.signal.aborted) throw interrupted();
      throw unreachable(
        url.host,
        timeout.aborted ? `no whole answer within ${ports.timeoutMs / 1000} s` : reasonOf(error),
        error,
      );
    }
  }
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/** In the clear only to this machine, and there only when we were to ask this machine. */
function refusePlainHttp(url: URL, first: URL): void {
  if (url.username !== '' || url.password !== '') throw badRedirect(first.host);
  if (url.protocol === 'https:' && (!isLoopback(url) || isLoopback(first))) return;
  if (url.protocol === 'http:' && isLoopback(url) && isLoopback(first)) return;
  throw machineError({
    id: 'plain-http',
    message: `${first.host} leads to ${url.protocol}//${url.host}, which is not asked: only https is, http on this machine alone`,
    where: first.host,
    hint: 'use a registry that speaks https',
  });
}

async function readBody(response: Response, maxBytes: number, host: string): Promise<Buffer> {
  const tooLarge = machineError({
    id: 'answer-too-large',
    message: `${host} answered with more than ${maxBytes} bytes`,
    where: host,
    hint: 'is it a registry? what it sent was not read to its end',
  });
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > maxBytes) {
    await response.body?.cancel();
    throw tooLarge;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (!next || next.done) return Buffer.concat(chunks);
    size += next.value.length;
    if (size > maxBytes) {
      await reader?.cancel();
      throw tooLarge;
    }
    chunks.push(next.value);
  }
}

const badRedirect = (host: string): BulwarkError =>
  machineError({
    id: 'bad-redirect',
    message: `${host} redirects too often, or to no address`,
    where: host,
    hint: 'is the name of the registry right?',
  });

export const unreachable = (host: string, reason: string, cause?: unknown): BulwarkError =>
  machineError(
    {
      id: 'unreachable',
      message: `${host} cannot be asked: ${reason}`,
      where: host,
      hint: 'is the network there, and the name right? nothing was written',
    },
    cause,
  );

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' ? code : cause.message;
}

const interrupted = (): BulwarkError =>
  new BulwarkError(ExitCode.interrupted, [
    { id: 'interrupted', message: 'interrupted: nothing was written', hint: 'run the command again' },
  ]);

/** The body as JSON; undefined where it is none. */
export function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
