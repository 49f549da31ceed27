/** A real nginx, started as production starts it: read-only, as user 101, in front of replicas that tell what they were asked. */
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, digestOf } from './cache.ts';
import { keep, run, tryRun, until, type Kept } from './keep.ts';
import type { Network } from './network.ts';

/** Debian's next release, whose nginx is of the series that is pinned. */
const SUITE = 'forky';
export const NGINX_TOOLS = ['debootstrap', 'unshare', 'nsenter', 'flock', 'ip', 'chroot', 'curl', 'openssl'];

const support = join(import.meta.dirname, 'docker');

/** The root file system, the same as a tar file, and a name for this making of both; made at the first call. */
export async function provideNginx(): Promise<{
  readonly root: string;
  readonly tar: string;
  readonly made: string;
}> {
  const script = join(support, 'nginx.sh');
  const made = digestOf(readFileSync(script, 'utf8'), SUITE);
  const folder = cacheFolder('nginx', made);
  await run(['bash', script, folder, SUITE], { seconds: 600 });
  return { root: join(folder, 'root'), tar: join(folder, 'nginx.tar'), made };
}

/**
 * What compose gives the container: the configuration and the secrets as files, a read-only root, two tmpfs.
 */
const CONTAINER = `
root=$1 configuration=$2 secrets=$3
shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$configuration" "$root/etc/nginx/nginx.conf"
mount -t tmpfs tmpfs "$root/run/secrets"
cp "$secrets/certificate.pem" "$root/run/secrets/tls_certificate"
cp "$secrets/private_key.pem" "$root/run/secrets/tls_private_key"
for folder in /tmp /var/cache/nginx; do mount -t tmpfs -o uid=101,gid=101,mode=0700 tmpfs "$root$folder"; done
mount -o remount,ro,bind "$root"
exec chroot --userspec=101:101 "$root" "$@"
`;

/** A command as the container of the proxy would run it. */
const contained = (network: Network, root: string, folder: string, command: readonly string[]) => [
  ...network.within,
  ...['unshare', '--mount', 'bash', '-euc', CONTAINER, 'container'],
  ...[root, join(folder, 'docker/nginx/nginx.conf'), join(folder, 'tls')],
  ...command,
];

/** Starts the container's program, which writes its log as Docker lets user 101 write to the standard output. */
async function start(
  network: Network,
  root: string,
  folder: string,
  log: string,
  command: readonly string[],
): Promise<Kept> {
  closeSync(openSync(log, 'w'));
  chmodSync(log, 0o666);
  return keep({ argv: contained(network, root, folder, command), log, endSignal: 'QUIT' });
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

/** Starts the proxy of a rendered folder, which has a certificate in `tls/`. */
export async function startProxy(
  network: Network,
  root: string,
  folder: string,
  log: string,
): Promise<Proxy> {
  const proxy = await start(network, root, folder, log, ['nginx', '-g', 'daemon off;']);
  const health = [...network.within, 'curl', '--silent', '--fail', 'http://127.0.0.1:8081/'];
  try {
    await until('nginx', async () => (await tryRun(health)).code === 0, { seconds: 20, program: proxy });
  } catch (error) {
    await proxy.end();
    throw error;
  }
  return { log: () => proxy.output(), end: () => proxy.end() };
}

export interface Replicas {
  /** Says where the replicas are from now on. */
  readonly resolveTo: (...addresses: readonly string[]) => void;
  readonly end: () => Promise<unknown>;
}

/** Starts replicas at these addresses, and the DNS that knows them. */
export async function startReplicas(
  network: Network,
  folder: string,
  port: number,
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
      `${port}`,
      known,
      ...addresses,
    ],
    log: join(folder, 'replicas.log'),
  });
  await until('the replicas', () => replicas.output().includes('listening'), { program: replicas });
  return { resolveTo, end: () => replicas.end() };
}
