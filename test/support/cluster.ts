/** A real Kubernetes API server with its controllers, for one test file; nodes are stood in for by `kubelet.ts`. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestByTls } from 'node:https';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep, run, tryRun, until, type Kept } from './keep.ts';
import { freePort } from './services.ts';
import { requireTool } from './tools.ts';

/** What `.ci/run` builds by the installer in the project's `shared` folder. */
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager'] as const;

const folderOfPrograms = (): string =>
  process.env.BULWARK_KUBE_API ?? join(homedir(), '.cache', 'bulwark-kube-api');

/** What is not built, with what builds it. */
export function missingCluster(): string | undefined {
  const missing = PROGRAMS.filter((name) => !existsSync(join(folderOfPrograms(), name)));
  return missing.length === 0
    ? undefined
    : `${missing.join(', ')} not in ${folderOfPrograms()}: \`.ci/run\` builds them`;
}

export interface Cluster {
  /** For `KUBECONFIG`. */
  readonly kubeconfig: string;
  /** Asks the API server; @throws for an answer above 299. */
  readonly ask: (method: 'GET' | 'PATCH' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<unknown>;
  /** @throws with all it said when it fails */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  /** Ends all of it. */
  readonly end: () => Promise<void>;
}

/** Starts etcd, the API server and the controllers, and waits until they are ready: about eight seconds. */
export async function startCluster(): Promise<Cluster> {
  const state = mkdtempSync(join(tmpdir(), 'bulwark-cluster-'));
  const started: Kept[] = [];
  const start = async (argv: readonly string[], name: string): Promise<Kept> => {
    const kept = await keep({ argv, log: join(state, `${name}.log`), cwd: state, graceSeconds: 3 });
    started.push(kept);
    return kept;
  };
  const end = async (): Promise<void> => {
    for (const kept of started.toReversed()) await kept.end();
    rmSync(state, { recursive: true, force: true });
  };
  try {
    const [port, etcd] = await Promise.all([freePort(), startEtcd(state, start)]);
    const cluster = { ...(await accessTo(state, port)), end };
    const key = join(state, 'accounts.key');
    await run(['openssl', 'genrsa', '-out', key, '2048']);
    const server = await start(
      [
        join(folderOfPrograms(), 'kube-apiserver'),
        ...['--etcd-servers', etcd],
        ...['--bind-address', '127.0.0.1', '--secure-port', String(port), '--cert-dir', join(state, 'certs')],
        ...['--token-auth-file', join(state, 'tokens.csv'), '--authorization-mode', 'RBAC'],
        ...['--service-account-issuer', 'https://kubernetes.default.svc'],
        ...['--service-account-key-file', key, '--service-account-signing-key-file', key],
        ...['--service-cluster-ip-range', '10.96.0.0/16'],
      ],
      'kube-apiserver',
    );
    const answers = (path: string) => async (): Promise<boolean> =>
      cluster.ask('GET', path).then(
        () => true,
        () => false,
      );
    await until('the API server', answers('/readyz'), { program: server });
    const controllers = await start(
      [
        join(folderOfPrograms(), 'kube-controller-manager'),
        ...['--kubeconfig', cluster.kubeconfig, '--service-account-private-key-file', key],
        ...['--use-service-account-credentials=true', '--secure-port=0', '--leader-elect=false'],
        // Sooner and more often than they ask by themselves: the tests wait for them.
        ...['--kube-api-qps=200', '--kube-api-burst=400', '--horizontal-pod-autoscaler-sync-period=1s'],
      ],
      'kube-controller-manager',
    );
    await until('the controllers', answers('/api/v1/namespaces/default/serviceaccounts/default'), {
      program: controllers,
    });
    return cluster;
  } catch (error) {
    await end();
    throw error;
  }
}

/** A kind whose operator is not there: its objects are stored and nothing else. */
export interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Registers kinds of others, and waits until the API server takes them. */
export async function registerKinds(cluster: Cluster, kinds: readonly CustomKind[]): Promise<void> {
  for (const { group, version, kind } of kinds) {
    const singular = kind.toLowerCase();
    await cluster.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${singular}s.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: `${singular}s`, singular, kind },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
  }
  await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=20s');
}

export const EXTERNAL_SECRET: CustomKind = {
  group: 'external-secrets.io',
  version: 'v1',
  kind: 'ExternalSecret',
};
export const SERVICE_MONITOR: CustomKind = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  kind: 'ServiceMonitor',
};
export const PROMETHEUS_RULE: CustomKind = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  kind: 'PrometheusRule',
};

/** @returns its URL */
async function startEtcd(
  state: string,
  start: (argv: readonly string[], name: string) => Promise<Kept>,
): Promise<string> {
  const [client, peer] = await Promise.all([freePort(), freePort()]);
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  await start(
    [
      requireTool('etcd'),
      ...['--data-dir', join(state, 'etcd')],
      ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
      ...['--initial-cluster', `default=${peerUrl}`],
      // It ends with the test.
      '--unsafe-no-fsync',
    ],
    'etcd',
  );
  return clientUrl;
}

/** An administrator's token, written down for the server and for kubectl. */
async function accessTo(state: string, port: number): Promise<Omit<Cluster, 'end'>> {
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(state, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
  const server = `https://127.0.0.1:${port}`;
  const kubeconfig = join(state, 'kubeconfig');
  const configuration = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'admin' } }],
    'current-context': 'local',
  };
  writeFileSync(kubeconfig, JSON.stringify(configuration));
  const home = join(state, 'home');
  mkdirSync(home);
  return {
    kubeconfig,
    ask: (method, path, body) => askByTls({ url: `${server}${path}`, method, token, body }),
    kubectl: async (...args) => {
      const argv = [requireTool('kubectl'), ...args];
      const { code, stdout, output } = await tryRun(argv, { env: { KUBECONFIG: kubeconfig, HOME: home } });
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${String(code)}\n${output}`);
      return stdout;
    },
  };
}

interface Question {
  readonly url: string;
  readonly method: string;
  readonly token: string;
  readonly body: unknown;
}

function askByTls({ url, method, token, body }: Question): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = requestByTls(
      url,
      {
        method,
        // Its certificate is its own, made when it starts.
        rejectUnauthorized: false,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if ((response.statusCode ?? 500) > 299) reject(new Error(`${method} ${url}: ${text}`));
          else resolve(text.startsWith('{') ? (JSON.parse(text) as unknown) : text);
        });
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
