/** A certificate that is issued: certbot as production runs it, and pebble, an ACME server that really looks at the challenge. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keep, tryRun, until, type Kept } from './keep.ts';
import type { Network } from './network.ts';
import { makeSelfSigned } from './self-signed.ts';

export const ACME_TOOLS = [
  'debootstrap',
  'unshare',
  'nsenter',
  'flock',
  'chroot',
  'curl',
  'openssl',
  'setpriv',
];

/** The ACME server of these tests. */
export interface Issuer {
  /** Its directory. */
  readonly url: string;
  /** What its own HTTPS is trusted by. */
  readonly ca: string;
  /** What it signs with, as a file. */
  readonly root: () => Promise<string>;
  readonly end: () => Promise<unknown>;
}

/** Starts pebble, whose certificates last so long; it looks for challenges where the proxy listens for HTTP. */
export async function startIssuer(
  network: Network,
  root: string,
  folder: string,
  validitySeconds: number,
): Promise<Issuer> {
  mkdirSync(folder, { recursive: true });
  const [ca, key] = [join(folder, 'ca.pem'), join(folder, 'key.pem')];
  await makeSelfSigned('pebble', { key, certificate: ca });
  writeFileSync(
    join(folder, 'pebble.json'),
    JSON.stringify({
      pebble: {
        listenAddress: '127.0.0.1:14000',
        managementListenAddress: '127.0.0.1:15000',
        certificate: '/mnt/ca.pem',
        privateKey: '/mnt/key.pem',
        httpPort: 8080,
        tlsPort: 8443,
        profiles: { default: { description: 'of the tests', validityPeriod: validitySeconds } },
      },
    }),
  );
  const pebble = await keep({
    argv: [
      ...[...network.within, 'unshare', '--mount', 'bash', '-euc'],
      'mount --bind "$2" "$1/mnt"; exec env PEBBLE_VA_NOSLEEP=1 chroot "$1" pebble -config /mnt/pebble.json -dnsserver 127.0.0.11:53',
      ...['pebble', root, folder],
    ],
    log: join(folder, 'pebble.log'),
  });
  const ask = async (url: string) =>
    tryRun([...network.within, 'curl', '--silent', '--fail', '--cacert', ca, url]);
  const url = 'https://127.0.0.1:14000/dir';
  try {
    await until('pebble', async () => (await ask(url)).code === 0, { seconds: 20, program: pebble });
  } catch (error) {
    await pebble.end();
    throw error;
  }
  return {
    url,
    ca,
    root: async () => {
      const file = join(folder, 'root.pem');
      writeFileSync(file, (await ask('https://127.0.0.1:15000/roots/0')).stdout);
      return file;
    },
    end: () => pebble.end(),
  };
}

/** What compose gives the container `acme`: a read-only root, a tmpfs, the script, and the volume that it may write to. */
const CONTAINER = `
root=$1 script=$2 volume=$3 ca=$4
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$volume" "$root/var/tmp"
mount -t tmpfs -o uid=10001,gid=101,mode=0700 tmpfs "$root/tmp"
touch "$root/mnt/script" "$root/mnt/ca.pem"
mount --bind "$script" "$root/mnt/script"
mount --bind "$ca" "$root/mnt/ca.pem"
mount -o remount,ro,bind "$root"
exec chroot --userspec=10001:101 "$root" /bin/sh /mnt/script
`;

/** A volume as Docker makes it of the image's folder: empty, and everybody may write to it. */
export function newVolume(folder: string): string {
  mkdirSync(folder);
  chmodSync(folder, 0o1777);
  return folder;
}

/** Starts what keeps the certificate of a rendered folder. */
export async function keepCertificate(
  network: Network,
  root: string,
  folder: string,
  volume: string,
  env: Readonly<Record<string, string>> & { readonly ca: string },
): Promise<Kept> {
  const { ca, ...variables } = env;
  const log = `${volume}.log`;
  return keep({
    argv: [
      ...[...network.within, 'unshare', '--mount', 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
      ...[
        'REQUESTS_CA_BUNDLE=/mnt/ca.pem',
        ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ],
      ...[
        'bash',
        '-euc',
        CONTAINER,
        'container',
        root,
        join(folder, 'docker/acme/keep-certificate.sh'),
        volume,
        ca,
      ],
    ],
    log,
  });
}
