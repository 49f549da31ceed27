/**
 * A real nginx, started as production starts it: read-only, as user 101, in front of replicas that tell what they were asked;
 * what clients ask it, and changes of its configuration with which it must not answer as it should.
 */
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { keep, tryRun, until, type Kept } from './keep.ts';
import type { Network } from './network.ts';

export const NGINX_TOOLS = ['debootstrap', 'unshare', 'nsenter', 'flock', 'ip', 'chroot', 'curl', 'openssl'];

const support = join(import.meta.dirname, 'docker');

/**
 * What compose gives the container: the configuration and the secrets, or the volume with the certificate that is issued,
 * a read-only root, two tmpfs.
 */
const CONTAINER = `
root=$1 configuration=$2 secrets=$3 volume=$4
shift 4
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$configuration/nginx.conf" "$root/etc/nginx/nginx.conf"
mount --bind "$configuration/conf.d" "$root/etc/nginx/conf.d"
mount -t tmpfs tmpfs "$root/run/secrets"
if [[ -n $volume ]]; then
  mkdir -p "$root/run/certificates"
  mount --bind --options ro "$volume" "$root/run/certificates"
  touch "$root/usr/local/bin/start-proxy"
  mount --bind "$configuration/start.sh" "$root/usr/local/bin/start-proxy"
else
  cp "$secrets/certificate.pem" "$root/run/secrets/tls_certificate"
  cp "$secrets/private_key.pem" "$root/run/secrets/tls_private_key"
fi
for folder in /tmp /var/cache/nginx; do mount -t tmpfs -o uid=101,gid=101,mode=0700 tmpfs "$root$folder"; done
mount -o remount,ro,bind "$root"
exec chroot --userspec=101:101 "$root" "$@"
`;

/** A command as the container of the proxy would run it. */
const contained = (
  network: Network,
  root: string,
  folder: string,
  command: readonly string[],
  volume = '',
) => [
  ...network.within,
  ...['unshare', '--mount', 'bash', '-euc', CONTAINER, 'container'],
  ...[root, join(folder, 'docker/nginx'), join(folder, 'tls'), volume],
  ...command,
];

/** Starts the container's program, which writes its log as Docker lets user 101 write to the standard output. */
async function start(
  network: Network,
  root: string,
  folder: string,
  log: string,
  command: readonly string[],
  volume?: string,
): Promise<Kept> {
  closeSync(openSync(log, 'w'));
  chmodSync(log, 0o666);
  return keep({ argv: contained(network, root, folder, command, volume), log, endSignal: 'QUIT' });
}

/** What `nginx -t` says of the configuration of a rendered folder. */
export async function testConfiguration(
  network: Network,
  root: string,
  folder: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const judging = await start(network, root, folder, join(folder, 'judgement.log'), ['nginx', '-t']);
  return { code: await judging.ended, output: judging.output() };
}

export interface Proxy {
  /** Its log so far. */
  readonly log: () => string;
  readonly end: () => Promise<unknown>;
}

/**
 * Starts the proxy of a rendered folder, which has a certificate in `tls/`.
 * @param volume where the certificate is that an ACME service issues
 */
export async function startProxy(
  network: Network,
  root: string,
  folder: string,
  log: string,
  volume?: string,
): Promise<Proxy> {
  const command =
    volume === undefined
      ? ['nginx', '-g', 'daemon off;']
      : ['env', 'CERTIFICATE_SECONDS=1', '/bin/sh', '/usr/local/bin/start-proxy'];
  const proxy = await start(network, root, folder, log, command, volume);
  const health = [...network.within, 'curl', '--silent', '--fail', 'http://127.0.0.1:8081/'];
  try {
    await until('nginx', async () => (await tryRun(health)).code === 0, { seconds: 20, program: proxy });
    await untilUpstreamIsKnown(network, folder);
  } catch (error) {
    await proxy.end();
    throw error;
  }
  return { log: () => proxy.output(), end: () => proxy.end() };
}

/** It answers before Docker's DNS has told it where the application is; where nobody ever tells, the tests see that. */
async function untilUpstreamIsKnown(network: Network, folder: string): Promise<void> {
  const servers = readFileSync(join(folder, 'docker/nginx/conf.d/default.conf'), 'utf8');
  const name = /server_name (\S+);/.exec(servers)?.[1] ?? '';
  const ask = [
    ...[...network.within, 'curl', '--silent', '--insecure', '--output', '/dev/null'],
    ...['--write-out', '%{http_code}', '--resolve', `${name}:8443:127.0.0.1`, `https://${name}:8443/`],
  ];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if ((await tryRun(ask)).stdout !== '502') return;
    await delay(100);
  }
}

export interface Replicas {
  /** Says where the replicas are from now on. */
  readonly resolveTo: (...addresses: readonly string[]) => void;
  /** Waits until the proxy has asked where they are once more. */
  readonly untilAsked: () => Promise<void>;
  /** How many requests they have broken off, which are those below /broken-off. */
  readonly brokenOff: () => number;
  readonly end: () => Promise<unknown>;
}

/** Starts replicas at these addresses, on each of the ports, and the DNS that knows them. */
export async function startReplicas(
  network: Network,
  folder: string,
  ports: readonly number[],
  addresses: readonly string[],
): Promise<Replicas> {
  mkdirSync(folder, { recursive: true });
  const known = join(folder, 'addresses');
  const resolveTo: Replicas['resolveTo'] = (...now) => {
    writeFileSync(known, now.join('\n'));
  };
  resolveTo(...addresses);
  const replicas: Kept = await keep({
    argv: [
      ...network.within,
      process.execPath,
      join(support, 'upstream.mjs'),
      ports.join(','),
      known,
      ...addresses,
    ],
    log: join(folder, 'replicas.log'),
  });
  await until('the replicas', () => replicas.output().includes('listening'), { program: replicas });
  const times = (word: string): number => replicas.output().split(word).length - 1;
  return {
    resolveTo,
    untilAsked: async () => {
      const before = times('asked');
      await until('a question for the replicas', () => times('asked') > before, { program: replicas });
    },
    brokenOff: () => times('broken off'),
    end: () => replicas.end(),
  };
}

/** What the proxy answered. */
export interface ProxyAnswer {
  /** 0 where there was no answer. */
  readonly status: number;
  /** Each header by its name in lower case, with all values that it came with. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** A client by its own address: the limits of one do not touch another. */
export interface ProxyClient {
  readonly network: Network;
  readonly from: string;
  /** What it trusts, as a file. */
  readonly ca: string;
}

/** The curl of a client, to which these names lead to the proxy. */
export const curlOf = (
  { network, from, ca }: ProxyClient,
  ...names: readonly string[]
): readonly string[] => [
  ...[...network.within, 'curl', '--silent', '--path-as-is', '--max-time', '20'],
  ...['--interface', from, '--cacert', ca],
  ...names.flatMap((name) =>
    [8443, 8080].flatMap((port) => ['--resolve', `${name}:${String(port)}:127.0.0.1`]),
  ),
];

/** Reads what curl prints with `--include`. */
export function parseAnswer(output: string): ProxyAnswer {
  const [head = '', ...rest] = output.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const end = line.indexOf(':');
    const name = line.slice(0, end).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(end + 1).trim()]);
  }
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n') };
}

const SECURITY_HEADERS = [
  'strict-transport-security',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
  'x-request-id',
];

/** Expects each header of security once, and no version of the server. */
export function expectSecured(
  { headers, status }: Pick<ProxyAnswer, 'headers' | 'status'>,
  of = String(status),
): void {
  for (const name of SECURITY_HEADERS) expect(headers.get(name), `${name} of ${of}`).toHaveLength(1);
  expect(headers.get('server'), `${of}: the server names no version`).toEqual(['nginx']);
}

/** Connections that are asked to be upgraded, kept open, and over each of which a word is said. */
export interface Opening {
  readonly path: string;
  readonly count: number;
  readonly upgrade: string;
  /** How long nobody says anything before the word. */
  readonly silentMs: number;
  /** Without it, each says which one it is. */
  readonly word?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is done while all are open, before the word. */
  readonly meanwhile?: () => Promise<void>;
}

/** What came of one. */
export interface Opened {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What came back over it. */
  readonly said: string;
}

/** Opens connections to the proxy, which knows itself by this name. */
export async function openConnections(
  { network, from, ca }: ProxyClient,
  host: string,
  { meanwhile, ...opening }: Opening,
): Promise<readonly Opened[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-connections-'));
  const go = join(folder, 'go');
  const words = JSON.stringify({ host, ca, from, go, ...opening });
  const program = await keep({
    argv: [...network.within, process.execPath, join(support, 'upgrade.mjs'), words],
    log: join(folder, 'log'),
  });
  try {
    await until('the connections', () => program.output().startsWith('open\n'), { seconds: 30, program });
    await meanwhile?.();
    writeFileSync(go, '');
    await program.ended;
    const [, told = ''] = program.output().split('\n');
    if (!told.startsWith('[')) throw new Error(program.output());
    return JSON.parse(told) as readonly Opened[];
  } finally {
    await program.end();
    rmSync(folder, { recursive: true });
  }
}

/** A text of the configuration, and what takes its place. */
export type ConfigurationChange = readonly [from: string | RegExp, to: string];

/**
 * Changes the configuration of a rendered folder.
 * @throws where not exactly one of its files has the text
 */
export function changeConfiguration(folder: string, [from, to]: ConfigurationChange): void {
  const changed = ['nginx.conf', 'conf.d/default.conf'].filter((name) => {
    const file = join(folder, 'docker/nginx', name);
    const before = readFileSync(file, 'utf8');
    const after = before.replace(from, to);
    writeFileSync(file, after);
    return after !== before;
  });
  if (changed.length !== 1)
    throw new Error(`${changed.length} files of the configuration have ${String(from)}`);
}

/** A copy, in a folder of the test's, of the configuration and the certificate of a rendered folder, with a change. */
export function spoiltCopy(folder: string, work: string, change: ConfigurationChange): string {
  const copy = mkdtempSync(join(work, 'spoilt-'));
  for (const name of ['docker/nginx', 'tls'])
    cpSync(join(folder, name), join(copy, name), { recursive: true });
  changeConfiguration(copy, change);
  return copy;
}
