/**
 * A Docker of the tests' own: the daemon is started by hand in a network and a process tree of its own, and the images
 * that rendered files name are made from Debian's packages under the pinned tags, so that no registry is needed.
 * What runs under the tag of an alpine image is therefore Debian's build of the same program.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, digestOf } from './cache.ts';
import { keep, run, tryRun, until } from './keep.ts';
import { startNetwork, type Network } from './network.ts';
import { provideNextRelease } from './next-release.ts';
import { nodeFolder } from './node-releases.ts';
import { findTool, requireTool } from './tools.ts';

/** The first address of Docker's bridge: where a container reaches this machine, and so the proxy. */
const BRIDGE = '172.17.0.1';
/** The cold way: debootstrap, and another test file that has the daemon. */
export const DOCKER_MILLISECONDS = 900_000;
/** What the tests here need. */
export const DOCKER_TOOLS = [
  'dockerd',
  'docker',
  'docker-compose',
  'debootstrap',
  'unshare',
  'nsenter',
  'flock',
  'ip',
  'iptables',
];

export interface Docker {
  readonly network: Network;
  /** The environment of a shell in which `docker` and `docker compose` work. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `docker` and returns what it printed. */
  readonly docker: (
    args: readonly string[],
    options?: { cwd?: string; input?: string; seconds?: number },
  ) => Promise<string>;
  /** Likewise, for what may fail. */
  readonly tryDocker: (
    args: readonly string[],
    options?: { cwd?: string; input?: string; seconds?: number },
  ) => ReturnType<typeof tryRun>;
  /** Makes the images that a rendered repository builds on or starts, under the tags it names. */
  readonly provideImages: (folder: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

interface Base {
  /** Of the files that `bases.sh` and `languages.sh` make, or that of nginx or of what asks for certificates; of Node.js there is one for each release. */
  readonly tar: 'debian' | 'python' | 'services' | 'nginx' | 'acme' | 'node' | 'golang';
  readonly changes: readonly string[];
}

/** How each base becomes an image: the tar file, and what the official one sets. */
const BASES: Readonly<Record<string, Base>> = {
  debian: { tar: 'debian', changes: ['CMD ["bash"]'] },
  python: { tar: 'python', changes: ['ENV PATH=/usr/local/bin:/usr/bin:/bin', 'CMD ["python3"]'] },
  node: { tar: 'node', changes: ['ENV PATH=/usr/local/bin:/usr/bin:/bin', 'CMD ["node"]'] },
  golang: {
    tar: 'golang',
    changes: ['ENV PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin', 'CMD ["bash"]'],
  },
  postgres: {
    tar: 'services',
    changes: [
      'ENV PATH=/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data',
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["postgres"]',
      'STOPSIGNAL SIGINT',
    ],
  },
  redis: {
    tar: 'services',
    changes: ['WORKDIR /data', 'ENTRYPOINT ["docker-entrypoint.sh"]', 'CMD ["redis-server"]'],
  },
  rabbitmq: {
    tar: 'services',
    changes: [
      'ENV PATH=/usr/lib/rabbitmq/bin:/usr/local/bin:/usr/bin:/bin HOME=/var/lib/rabbitmq',
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["rabbitmq-server"]',
    ],
  },
  nginx: {
    tar: 'nginx',
    changes: ['ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'CMD ["nginx", "-g", "daemon off;"]'],
  },
  'certbot/certbot': {
    tar: 'acme',
    changes: ['ENV PATH=/usr/bin:/bin', 'ENTRYPOINT ["certbot"]'],
  },
};

/** Starts the daemon; waits while another test file has it, for both use the same layers. */
export async function startDocker(): Promise<Docker> {
  const network = await startNetwork();
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-docker-'));
  const socket = join(folder, 'docker.sock');
  const data = cacheFolder('docker');
  const daemon = await keep({
    argv: [
      'flock',
      `${data}.lock`,
      ...network.within,
      // All containers end with the first process of this tree, and their mounts with it.
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['bash', '-euc', 'mount -t tmpfs tmpfs /run; exec "$@"', 'dockerd', requireTool('dockerd')],
      ...['--data-root', data, '--exec-root', '/run/docker', '--pidfile', '/run/docker.pid'],
      ...['--host', `unix://${socket}`, '--bip', `${BRIDGE}/24`],
    ],
    log: join(folder, 'dockerd.log'),
    graceSeconds: 20,
  });
  const configuration = configure(join(folder, 'configuration'), network);
  const env = {
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_CONFIG: configuration,
    // Debian's daemon has no BuildKit that finds these images without a registry.
    DOCKER_BUILDKIT: '0',
    COMPOSE_BAKE: 'false',
    ...network.proxy(),
  };
  const command = [...network.within, requireTool('docker')];
  const tryDocker: Docker['tryDocker'] = (args, options) =>
    tryRun([...command, ...args], { env, seconds: 300, ...options });
  const docker: Docker['docker'] = (args, options) =>
    run([...command, ...args], { env, seconds: 300, ...options });
  const end = async (): Promise<void> => {
    await daemon.end();
    await network.end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('the Docker daemon', async () => (await tryDocker(['version'])).code === 0, {
      seconds: 600,
      program: daemon,
    });
    await clean(tryDocker);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    network,
    env,
    docker,
    tryDocker,
    provideImages: (repository) => provideImages(repository, docker, tryDocker),
    end,
  };
}

/** Client settings: Compose as a plugin, and the way out for each build. */
function configure(folder: string, network: Network): string {
  mkdirSync(join(folder, 'cli-plugins'), { recursive: true });
  symlinkSync(requireTool('docker-compose'), join(folder, 'cli-plugins/docker-compose'));
  const buildx = findTool('docker-buildx');
  if (buildx !== undefined) symlinkSync(buildx, join(folder, 'cli-plugins/docker-buildx'));
  const { http_proxy: httpProxy, https_proxy: httpsProxy, no_proxy: noProxy } = network.proxy(BRIDGE);
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ proxies: { default: { httpProxy, httpsProxy, noProxy } } }),
  );
  return folder;
}

/** What an earlier run that was killed has left; images and layers stay. */
async function clean(tryDocker: Docker['tryDocker']): Promise<void> {
  const { stdout } = await tryDocker(['ps', '--all', '--quiet']);
  const containers = stdout.split('\n').filter(Boolean);
  if (containers.length > 0) await tryDocker(['rm', '--force', '--volumes', ...containers]);
  await tryDocker(['network', 'prune', '--force']);
  await tryDocker(['volume', 'prune', '--force']);
}

async function provideImages(
  repository: string,
  docker: Docker['docker'],
  tryDocker: Docker['tryDocker'],
): Promise<void> {
  const has = async (image: string, label: string): Promise<boolean> => {
    const { stdout } = await tryDocker(['inspect', '--format', '{{index .Config.Labels "bulwark"}}', image]);
    return stdout.trim() === label;
  };
  for (const image of imagesOf(repository)) {
    const [name = '', major = ''] = image.split(/[:.]/);
    const base = BASES[name];
    if (!base) throw new Error(`no base is known for the image ${image}`);
    const root = base.tar === 'node' ? `node-${major}` : base.tar;
    const imported = `bulwark-base:${root}`;
    const { tar, made } = await provideRoot(base.tar, major);
    if (!(await has(imported, made)))
      await docker(['import', '--change', `LABEL bulwark=${made}`, tar, imported]);
    const label = digestOf(made, JSON.stringify(base));
    if (await has(image, label)) continue;
    const lines = [`FROM ${imported}`, ...base.changes, `LABEL bulwark=${label}`];
    await docker(['build', '--quiet', '--tag', image, '-'], { input: `${lines.join('\n')}\n` });
  }
}

/** The root file system of an image, as a tar file, and a name for this making of it. */
interface Root {
  readonly tar: string;
  readonly made: string;
}

/** Made at the first call. */
async function provideRoot(name: Base['tar'], major: string): Promise<Root> {
  if (name === 'nginx' || name === 'acme') return provideNextRelease(name);
  if (name === 'golang') return provideLanguage(name);
  return name === 'node'
    ? provideLanguage(`node-${major}`, join(nodeFolder(major), 'node'))
    : provideBase(name);
}

async function provideBase(name: string): Promise<Root> {
  const script = join(import.meta.dirname, 'docker/bases.sh');
  const made = digestOf(readFileSync(script, 'utf8'));
  const folder = cacheFolder('bases', made);
  const tar = join(folder, `${name}.tar`);
  if (!existsSync(tar)) await run(['bash', script, folder, 'trixie'], { seconds: 600 });
  return { tar, made };
}

/** Likewise, on top of Debian's. */
async function provideLanguage(name: string, program = ''): Promise<Root> {
  const debian = await provideBase('debian');
  const script = join(import.meta.dirname, 'docker/languages.sh');
  const made = digestOf(
    readFileSync(script, 'utf8'),
    debian.made,
    program && (await run([program, '--version'])),
  );
  const folder = cacheFolder('bases', made);
  const tar = join(folder, `${name}.tar`);
  if (!existsSync(tar)) await run(['bash', script, folder, debian.tar, name, program], { seconds: 600 });
  return { tar, made };
}

/** The images that its Dockerfile starts from and its compose files run, but for those that it builds itself. */
function imagesOf(repository: string): readonly string[] {
  const read = (name: string): string =>
    existsSync(join(repository, name)) ? readFileSync(join(repository, name), 'utf8') : '';
  const named = [
    ...['Dockerfile', 'Dockerfile.production']
      .flatMap((name) => [...read(name).matchAll(/^FROM (\S+:\S+)/gm)])
      .map(([, image = '']) => image),
    ...['docker-compose.yml', 'docker-compose.prod.yml']
      .flatMap((name) => [...read(name).matchAll(/^ +image: (\S+:\S+)$/gm)])
      .map(([, image = '']) => image),
  ];
  return [...new Set(named)].filter((image) => /:\d|:trixie|^certbot/.test(image));
}
