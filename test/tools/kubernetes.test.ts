/** Does a real API server, with Pod Security `restricted` enforced, take every overlay, and does a version roll out as it should? */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  EXTERNAL_SECRET,
  missingCluster,
  PROMETHEUS_RULE,
  registerKinds,
  SERVICE_MONITOR,
  startCluster,
  type Cluster,
} from '../support/cluster.ts';
import { tryRun } from '../support/keep.ts';
import { NONE, startKubelet, type Kubelet, type PodObject } from '../support/kubelet.ts';
import { isAllowed, type Endpoint, type NetworkPolicy } from '../support/network-policies.ts';
import type { Row } from '../support/pairwise.ts';
import { renderedFolder } from '../support/repository.ts';
import { describeWithTools } from '../support/tools.ts';

const MINUTE = 60_000;
const ENVIRONMENTS = ['dev', 'staging', 'production'] as const;

let cluster: Cluster;
let kubelet: Kubelet;
const folders: string[] = [];

async function rendered(answers: Row, preset: string | null = null): Promise<string> {
  const folder = await renderedFolder(answers, preset);
  folders.push(folder);
  return folder;
}

const program = (
  folder: string,
  argv: readonly string[],
  timeout = '60s',
  kubeconfig = cluster.kubeconfig,
): ReturnType<typeof tryRun> =>
  tryRun(argv, {
    cwd: folder,
    env: { KUBECONFIG: kubeconfig, ROLLOUT_TIMEOUT: timeout },
    seconds: 90,
  });

/** @throws with all it said when it fails; @returns what it said */
async function runIn(folder: string, ...argv: readonly string[]): Promise<string> {
  const { code, output } = await program(folder, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${String(code)}\n${output}`);
  return output;
}

/** What a person types: apply, and wait for the pods. */
async function applied(
  folder: string,
  namespace: string,
  environment: string,
  manifests = 'kubernetes',
): Promise<string> {
  const said = await runIn(folder, 'kubectl', 'apply', '-k', `${manifests}/overlays/${environment}`);
  await rolledOut(namespace);
  return said;
}

async function rolledOut(namespace: string): Promise<void> {
  for (const name of await namesOf('deployments,statefulsets', namespace)) {
    await cluster.kubectl('--namespace', namespace, 'rollout', 'status', name, '--timeout=40s');
  }
}

const namesOf = async (kinds: string, namespace: string): Promise<readonly string[]> =>
  (await cluster.kubectl('--namespace', namespace, 'get', kinds, '--output=name'))
    .split('\n')
    .filter(Boolean);

const valueOf = (namespace: string, what: string, path: string): Promise<string> =>
  cluster.kubectl('--namespace', namespace, 'get', what, `--output=jsonpath={${path}}`);

const imageOf = (namespace: string, deployment: string): Promise<string> =>
  valueOf(namespace, `deployment/${deployment}`, '.spec.template.spec.containers[0].image');

const podsIn = async (namespace: string): Promise<readonly PodObject[]> =>
  ((await cluster.ask('GET', `/api/v1/namespaces/${namespace}/pods`)) as { items: readonly PodObject[] })
    .items;

/** In the order in which its pods began to run: `migrate`, `api`, … */
const begunIn = (namespace: string): readonly string[] =>
  kubelet.begun.flatMap((pod) => (pod.startsWith(`${namespace}/`) ? [pod.slice(namespace.length + 1)] : []));

function edit(folder: string, file: string, from: string | RegExp, to: string): void {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} has no ${String(from)}`);
  writeFileSync(path, after);
}

describeWithTools(
  'kube-api',
  ['etcd', 'kubectl', 'openssl', 'bash'],
  () => {
    let platform: string;

    beforeAll(async () => {
      [cluster, platform] = await Promise.all([
        startCluster(),
        rendered({ name: 'Order Desk', owner: 'acme', domain: 'orders.acme.com' }, 'fastapi-platform'),
      ]);
      // A failure is to be seen soon, not after three more tries.
      edit(platform, 'kubernetes/base/migrations.yaml', 'backoffLimit: 3', 'backoffLimit: 0');
      await registerKinds(cluster, [EXTERNAL_SECRET, PROMETHEUS_RULE, SERVICE_MONITOR]);
      kubelet = startKubelet(cluster);
    }, 2 * MINUTE);

    afterAll(async () => {
      await kubelet.end();
      await cluster.end();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });

    describe('the platform', () => {
      test(
        'gets its development secrets by the script, once',
        async () => {
          await runIn(platform, 'scripts/create-dev-secrets.sh', '--dry-run');
          expect(await runIn(platform, 'scripts/deploy-kubernetes.sh', '--dry-run', 'dev')).toContain(
            'deployment.apps/api',
          );
          expect(await cluster.kubectl('get', 'namespace', 'order-desk-dev', '--ignore-not-found')).toBe('');
          await runIn(platform, 'scripts/create-dev-secrets.sh');
          const read = async (): Promise<Record<string, string>> => {
            const data = JSON.parse(await valueOf('order-desk-dev', 'secret/api-secrets', '.data')) as object;
            return Object.fromEntries(
              Object.entries(data).map(([key, value]) => [
                key,
                Buffer.from(String(value), 'base64').toString(),
              ]),
            );
          };
          const secrets = await read();
          const password = Buffer.from(
            await valueOf('order-desk-dev', 'secret/postgres', '.data.password'),
            'base64',
          ).toString();
          expect(password).toMatch(/^[0-9a-f]{64}$/);
          expect(secrets.DATABASE_URL).toBe(`postgresql://order_desk:${password}@postgres:5432/order_desk`);
          expect(new Set(Object.values(secrets)).size).toBe(Object.keys(secrets).length);
          expect(await runIn(platform, 'scripts/create-dev-secrets.sh')).toContain('already');
          expect(await read()).toEqual(secrets);
        },
        MINUTE,
      );

      test.each(ENVIRONMENTS)(
        'rolls out in %s, after its migrations',
        async (environment) => {
          const namespace = `order-desk-${environment}`;
          const said = await applied(platform, namespace, environment);
          expect(said).not.toMatch(/would violate|forbidden/i);
          await cluster.kubectl(
            ...['-n', namespace, 'wait', 'job/migrate-0.1.0', '--for=condition=Complete', '--timeout=20s'],
          );
          const begun = begunIn(namespace);
          const firstOf = (name: string): number => begun.findIndex((pod) => pod.startsWith(`${name}-`));
          expect(firstOf('migrate')).toBeGreaterThanOrEqual(0);
          for (const name of ['api', 'worker']) expect(firstOf(name)).toBeGreaterThan(firstOf('migrate'));
          // The autoscaler and nobody else says how many.
          await cluster.kubectl(
            ...['--namespace', namespace, 'wait', 'deployment/api', '--timeout=40s'],
            '--for=jsonpath={.status.readyReplicas}=2',
          );
          expect(await valueOf(namespace, 'ingress/api', '.spec.rules[0].host')).toBe(
            environment === 'production' ? 'orders.acme.com' : `${environment}.orders.acme.com`,
          );
        },
        MINUTE,
      );

      /** Where each component listens, by the name of the port. */
      const PORTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
        api: { http: 8000 },
        postgres: { postgres: 5432 },
        redis: { redis: 6379 },
        rabbitmq: { amqp: 5672 },
        mailpit: { smtp: 1025, web: 8025 },
      };

      /** A component of the environment, `namespace/label=value` of another namespace, or an address. */
      function endpoint(name: string, environment: string): Endpoint {
        if (/^\d/.test(name)) return name;
        const [namespace = '', label] = name.split('/');
        if (label !== undefined) {
          const [key = '', value = ''] = label.split('=');
          return { namespace, labels: { [key]: value } };
        }
        const labels = { 'app.kubernetes.io/name': 'order-desk', 'app.kubernetes.io/component': name };
        return { namespace: `order-desk-${environment}`, labels, ports: PORTS[name] ?? {} };
      }

      test.each<readonly [environment: string, yes: readonly string[], no: readonly string[]]>([
        [
          'dev',
          [
            ...['api postgres 5432', 'api redis 6379', 'api rabbitmq 5672', 'worker rabbitmq 5672'],
            ...['audit-retention postgres 5432', 'migrate postgres 5432', 'worker mailpit 1025'],
            ...['ingress-nginx/app=x api 8000', 'monitoring/app=prometheus api 8000'],
          ],
          [
            ...[
              'migrate redis 6379',
              'audit-retention mailpit 1025',
              'postgres redis 6379',
              'redis api 8000',
            ],
            ...['ingress-nginx/app=x postgres 5432', 'monitoring/app=prometheus rabbitmq 5672'],
            ...['default/app=x api 8000', 'api 203.0.113.9 443', 'worker api 8000', 'api worker 8000'],
          ],
        ],
        [
          'production',
          [
            ...['api 10.4.0.9 5432', 'worker 10.4.0.9 5671', 'migrate 10.4.0.9 5432', 'api 203.0.113.9 587'],
            ...['api kube-system/k8s-app=kube-dns 53', 'migrate kube-system/k8s-app=kube-dns 53'],
            'ingress-nginx/app=x api 8000',
          ],
          [
            ...['api 203.0.113.9 5432', 'api 10.4.0.9 22', 'api 10.4.0.9 587', 'api 169.254.169.254 587'],
            ...[
              'migrate 10.4.0.9 6379',
              'audit-retention 203.0.113.9 587',
              'api kube-system/k8s-app=dashboard 53',
            ],
            ...['203.0.113.9 api 8000', 'default/app=x api 8000', 'api worker 8000'],
          ],
        ],
      ])(
        'in %s pods reach each other as far as they need to, and no further',
        async (environment, yes, no) => {
          const path = `/apis/networking.k8s.io/v1/namespaces/order-desk-${environment}/networkpolicies`;
          const { items } = (await cluster.ask('GET', path)) as { items: readonly NetworkPolicy[] };
          const reaches = (route: string): boolean => {
            const [from = '', to = '', port = ''] = route.split(' ');
            return isAllowed(items, {
              from: endpoint(from, environment),
              to: endpoint(to, environment),
              port: Number(port),
            });
          };
          expect(yes.filter((route) => !reaches(route))).toEqual([]);
          expect(no.filter(reaches)).toEqual([]);
        },
      );

      test('names its settings after their content, so that a change replaces the pods', async () => {
        const names = await Promise.all(
          ENVIRONMENTS.map((environment) =>
            valueOf(
              `order-desk-${environment}`,
              'deployment/api',
              '.spec.template.spec.containers[0].envFrom[0].configMapRef.name',
            ),
          ),
        );
        for (const name of names) expect(name).toMatch(/^api-settings-[a-z0-9]{10}$/);
        expect(new Set(names).size).toBe(ENVIRONMENTS.length);
        expect(await valueOf('order-desk-staging', `configmap/${names[1] ?? ''}`, '.data.PUBLIC_URL')).toBe(
          'https://staging.orders.acme.com',
        );
      });

      test(
        'runs its scheduled job under the same rules',
        async () => {
          const namespace = 'order-desk-staging';
          await cluster.kubectl('-n', namespace, 'create', 'job', 'once', '--from=cronjob/audit-retention');
          await cluster.kubectl(
            '-n',
            namespace,
            'wait',
            'job/once',
            '--for=condition=Complete',
            '--timeout=20s',
          );
        },
        MINUTE,
      );

      test(
        'rolls a version out by the script, also under full load',
        async () => {
          const namespace = 'order-desk-production';
          const before = await imageOf(namespace, 'api');
          expect(
            await runIn(platform, 'scripts/deploy-kubernetes.sh', '--dry-run', 'production', '0.2.0'),
          ).toContain(':0.2.0');
          expect(await imageOf(namespace, 'api')).toBe(before);
          await cluster.kubectl('-n', namespace, 'patch', 'hpa', 'api', '-p', '{"spec":{"minReplicas":6}}');
          await cluster.kubectl(
            ...['-n', namespace, 'wait', 'deployment/api', '--timeout=40s'],
            '--for=jsonpath={.status.readyReplicas}=6',
          );
          edit(platform, 'kubernetes/base/hpa.yaml', 'minReplicas: 2', 'minReplicas: 6');
          await runIn(platform, 'scripts/deploy-kubernetes.sh', 'production', '0.2.0');
          expect(await imageOf(namespace, 'api')).toBe('ghcr.io/acme/order-desk:0.2.0');
          expect(await imageOf(namespace, 'worker')).toBe('ghcr.io/acme/order-desk:0.2.0');
          expect(
            await valueOf(namespace, 'job/migrate-0.2.0', '.spec.template.spec.containers[0].image'),
          ).toBe('ghcr.io/acme/order-desk:0.2.0-migrate');
          edit(platform, 'kubernetes/base/hpa.yaml', 'minReplicas: 6', 'minReplicas: 2');
        },
        2 * MINUTE,
      );

      test(
        'starts nothing of a version whose migrations fail, and starts it once they succeed',
        async () => {
          const namespace = 'order-desk-production';
          kubelet.failing = /^migrate-0\.3\.0/;
          const { code, output } = await program(platform, [
            'scripts/deploy-kubernetes.sh',
            'production',
            '0.3.0',
          ]);
          expect(code, output).toBe(1);
          expect(output).toContain('the migrations failed');
          expect(await imageOf(namespace, 'api')).toBe('ghcr.io/acme/order-desk:0.2.0');
          kubelet.failing = NONE;
          await runIn(platform, 'scripts/deploy-kubernetes.sh', 'production', '0.3.0');
          expect(await imageOf(namespace, 'api')).toBe('ghcr.io/acme/order-desk:0.3.0');
        },
        2 * MINUTE,
      );

      test(
        'goes on with the old version when a plain apply brings migrations that fail',
        async () => {
          const namespace = 'order-desk-staging';
          kubelet.failing = /^migrate-0\.4\.0/;
          edit(platform, 'kubernetes/overlays/staging/kustomization.yaml', 'newTag: 0.1.0', 'newTag: 0.4.0');
          await runIn(platform, 'kubectl', 'apply', '-k', 'kubernetes/overlays/staging');
          await cluster.kubectl(
            ...['-n', namespace, 'wait', 'job/migrate-0.4.0', '--for=condition=Failed', '--timeout=20s'],
          );
          const { code } = await program(platform, [
            ...['kubectl', '-n', namespace, 'rollout', 'status', 'deployment/api', '--timeout=3s'],
          ]);
          expect(code).not.toBe(0);
          const pods = (await podsIn(namespace)).filter(({ metadata }) => metadata.name.startsWith('api-'));
          const phases = pods.map(({ spec, status }) => [
            spec.containers[0]?.image.split(':')[1],
            status?.phase,
          ]);
          expect(phases.sort()).toEqual([
            ['0.1.0', 'Running'],
            ['0.1.0', 'Running'],
            ['0.4.0', 'Pending'],
          ]);
          kubelet.failing = NONE;
          await cluster.kubectl('-n', namespace, 'delete', 'job/migrate-0.4.0');
          await applied(platform, namespace, 'staging');
          expect(await imageOf(namespace, 'api')).toBe('ghcr.io/acme/order-desk:0.4.0');
        },
        2 * MINUTE,
      );

      test(
        'puts the version before back when the pods do not get ready',
        async () => {
          const namespace = 'order-desk-production';
          kubelet.stuck = /^worker-/;
          const { code, output } = await program(
            platform,
            ['scripts/deploy-kubernetes.sh', 'production', '0.5.0'],
            '8s',
          );
          kubelet.stuck = NONE;
          expect(code, output).toBe(1);
          expect(output).toMatch(/did not get ready: .*worker/);
          await rolledOut(namespace);
          for (const name of ['api', 'worker']) {
            expect(await imageOf(namespace, name)).toBe('ghcr.io/acme/order-desk:0.3.0');
          }
        },
        2 * MINUTE,
      );

      test.each([
        [['scripts/deploy-kubernetes.sh'], 2],
        [['scripts/deploy-kubernetes.sh', 'nowhere'], 1],
        [['scripts/deploy-kubernetes.sh', 'production', 'x"; rm -rf /'], 1],
        [['scripts/deploy-kubernetes.sh', '--help'], 0],
        [['scripts/create-dev-secrets.sh', '--help'], 0],
        [['scripts/create-dev-secrets.sh', 'more'], 2],
      ])('%j ends with %i', async (argv, expected) => {
        const { code, output } = await program(platform, argv);
        expect(code, output).toBe(expected);
        expect(output).toMatch(/usage|there is no|the tag/);
      });
    });

    describe('the workflow platform', () => {
      const namespace = 'live-desk-production';
      let folder: string;

      beforeAll(async () => {
        folder = await rendered(
          {
            name: 'Live Desk',
            owner: 'acme',
            domain: 'live.acme.com',
            'kustomize.operatorGroup': 'oidc:operators',
          },
          'node-platform',
        );
      });

      test(
        'is rolled out after the migrations, scaled and routed to process by process',
        async () => {
          const said = await applied(folder, namespace, 'production', 'k8s');
          expect(said).not.toMatch(/would violate|forbidden/i);
          const begun = begunIn(namespace);
          const firstOf = (name: string): number => begun.findIndex((pod) => pod.startsWith(`${name}-`));
          for (const name of ['api', 'websocket', 'worker']) {
            expect(firstOf(name)).toBeGreaterThan(firstOf('migrate'));
          }
          for (const name of ['api', 'websocket']) {
            await cluster.kubectl(
              ...['--namespace', namespace, 'wait', `deployment/${name}`, '--timeout=40s'],
              '--for=jsonpath={.status.readyReplicas}=3',
            );
          }
          expect(await valueOf(namespace, 'ingress/websocket', '.spec.rules[0].http.paths[0]')).toContain(
            '"path":"/ws"',
          );
          expect(
            await valueOf(namespace, 'deployment/websocket', '.spec.template.spec.containers[0].command'),
          ).toBe('["node","dist/commands/websocket.js"]');
          // Its Service leads to its pods and no others, on its own port.
          const selector = JSON.parse(
            await valueOf(namespace, 'service/websocket', '.spec.selector'),
          ) as object;
          const chosen = Object.entries(selector).map((label) => label.join('='));
          const ports = await cluster.kubectl(
            ...['--namespace', namespace, 'get', 'pods', `--selector=${chosen.join(',')}`],
            '--output=jsonpath={.items[*].spec.containers[*].ports}',
          );
          expect(await valueOf(namespace, 'service/websocket', '.spec.ports[0].targetPort')).toBe('http');
          const port = '[{"containerPort":8001,"name":"http","protocol":"TCP"}]';
          expect(ports).toBe(`${port} ${port} ${port}`);
        },
        MINUTE,
      );

      test('grows with processor and memory, and promises a quarter of what a pod may take', async () => {
        const hpa = async (name: string): Promise<unknown> =>
          JSON.parse(await valueOf(namespace, `hpa/${name}`, '.spec'));
        for (const name of ['api', 'websocket']) {
          expect(await hpa(name)).toMatchObject({
            minReplicas: 3,
            maxReplicas: 20,
            metrics: [
              { resource: { name: 'cpu', target: { averageUtilization: 70 } } },
              { resource: { name: 'memory', target: { averageUtilization: 80 } } },
            ],
            behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
          });
        }
        for (const name of ['api', 'websocket', 'worker']) {
          const path = '.spec.template.spec.containers[0].resources';
          expect(JSON.parse(await valueOf(namespace, `deployment/${name}`, path))).toMatchObject({
            requests: { cpu: '500m', memory: '512Mi' },
            limits: { cpu: '2', memory: '2Gi' },
          });
        }
      });

      test(
        'reads the secrets of its own environment, and nothing before an overlay says which',
        async () => {
          await applied(folder, 'live-desk-staging', 'staging', 'k8s');
          for (const environment of ['staging', 'production']) {
            const keys = await valueOf(
              `live-desk-${environment}`,
              'externalsecret/api-secrets',
              '.spec.data[*].remoteRef.key',
            );
            expect(new Set(keys.split(' '))).toEqual(new Set([`live-desk/${environment}`]));
          }
          const base = await runIn(folder, 'kubectl', 'kustomize', 'k8s/base');
          expect(base).toContain('key: live-desk/environment');
          expect(base).not.toMatch(/key: live-desk\/(?!environment)/);
          const dev = await runIn(folder, 'kubectl', 'kustomize', 'k8s/overlays/dev');
          expect(dev).not.toMatch(/kind: (?:ExternalSecret|CronJob\n(?:.*\n)*? {2}name: backup$)/m);
        },
        MINUTE,
      );

      test(
        'replaces the pods when a setting of the ConfigMap changes',
        async () => {
          const nameOf = async (): Promise<string> =>
            /name: (api-settings-\w+)$/m.exec(
              await runIn(folder, 'kubectl', 'kustomize', 'k8s/overlays/production'),
            )?.[1] ?? '';
          const before = await nameOf();
          expect(before).not.toBe('');
          edit(folder, 'k8s/base/configmap.yaml', 'ENVIRONMENT=production', 'ENVIRONMENT=proving');
          const after = await nameOf();
          edit(folder, 'k8s/base/configmap.yaml', 'ENVIRONMENT=proving', 'ENVIRONMENT=production');
          expect(after).toMatch(/^api-settings-\w{10}$/);
          expect(after).not.toBe(before);
          expect(await nameOf()).toBe(before);
        },
        MINUTE,
      );

      test(
        'bears its full load and a backup in the quota while a version is rolled out',
        async () => {
          const servers = ['api', 'websocket'];
          for (const name of servers) {
            const most = '{"spec":{"minReplicas":20}}';
            await cluster.kubectl('-n', namespace, 'patch', 'hpa', name, '-p', most);
          }
          for (const name of servers) {
            await cluster.kubectl(
              ...['-n', namespace, 'wait', `deployment/${name}`, '--timeout=40s'],
              '--for=jsonpath={.status.readyReplicas}=20',
            );
          }
          // A backup that goes on meanwhile.
          kubelet.stuck = /^backup-by-hand/;
          await cluster.kubectl('-n', namespace, 'create', 'job', 'backup-by-hand', '--from=cronjob/backup');
          edit(folder, 'k8s/base/hpa.yaml', /minReplicas: 3/g, 'minReplicas: 20');
          await runIn(folder, 'scripts/deploy-kubernetes.sh', 'production', '0.2.0');
          edit(folder, 'k8s/base/hpa.yaml', /minReplicas: 20/g, 'minReplicas: 3');
          expect(await imageOf(namespace, 'websocket')).toBe('ghcr.io/acme/live-desk:0.2.0');
          const pods = await podsIn(namespace);
          const running = pods.filter(({ status }) => status?.phase === 'Running');
          expect(running.filter(({ metadata }) => /^(?:api|websocket)-/.test(metadata.name))).toHaveLength(
            40,
          );
          expect(pods.find(({ metadata }) => metadata.name.startsWith('backup-by-hand'))?.status?.phase).toBe(
            'Pending',
          );
          kubelet.stuck = NONE;
          const done = ['wait', 'job/backup-by-hand', '--for=condition=Complete', '--timeout=20s'];
          await cluster.kubectl('-n', namespace, ...done);
        },
        2 * MINUTE,
      );

      test(
        'gets no pod beyond the quota',
        async () => {
          const used = await valueOf(namespace, 'quota/quota', '.status.used.pods');
          const full = JSON.stringify({ spec: { hard: { pods: used } } });
          await cluster.kubectl('-n', namespace, 'patch', 'quota', 'quota', '-p', full);
          await cluster.kubectl('-n', namespace, 'create', 'job', 'one-more', '--from=cronjob/backup');
          const refusal = 'involvedObject.name=one-more,reason=FailedCreate';
          let events = '';
          for (let tries = 0; tries < 50 && !events.includes('exceeded quota'); tries++) {
            await sleep(200);
            events = await cluster.kubectl('-n', namespace, 'get', 'events', '--field-selector', refusal);
          }
          expect(events).toContain('exceeded quota');
          await cluster.kubectl('-n', namespace, 'delete', 'job/one-more');
          await runIn(folder, 'kubectl', 'apply', '-n', namespace, '-f', 'k8s/base/resourcequota.yaml');
          await runIn(folder, 'kubectl', 'apply', '-n', namespace, '-f', 'k8s/base/hpa.yaml');
          for (const name of ['api', 'websocket']) {
            await cluster.kubectl('-n', namespace, 'scale', `deployment/${name}`, '--replicas=3');
          }
        },
        MINUTE,
      );

      test('is looked after: its alerts, its dashboards and where its metrics are', async () => {
        const rules = await valueOf(namespace, 'prometheusrule/live-desk', '.spec.groups[*].rules[*].alert');
        expect(rules.split(' ')).toContain('ServiceDown');
        expect(await namesOf('servicemonitors', namespace)).toContain(
          'servicemonitor.monitoring.coreos.com/api',
        );
        expect(await valueOf(namespace, 'cronjob/backup', '.spec.schedule')).toBe('0 2 * * *');
        expect(await valueOf(namespace, 'pvc/backups', '.spec.accessModes[0]')).toBe('ReadWriteOnce');
      });

      test('is reached by whom it serves, and by nobody else', async () => {
        const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
        const { items } = (await cluster.ask('GET', path)) as { items: readonly NetworkPolicy[] };
        const pod = (component: string, port?: number): Endpoint => ({
          namespace,
          labels: { 'app.kubernetes.io/name': 'live-desk', 'app.kubernetes.io/component': component },
          ...(port !== undefined && { ports: { http: port } }),
        });
        const other = (name: string): Endpoint => ({ namespace: name, labels: {} });
        const reaches = (from: Endpoint, to: Endpoint, port: number): boolean =>
          isAllowed(items, { from, to, port });
        const websocket = pod('websocket', 8001);
        expect(reaches(other('ingress-nginx'), websocket, 8001)).toBe(true);
        expect(reaches(other('monitoring'), pod('api', 3000), 3000)).toBe(true);
        expect(reaches(websocket, '10.4.0.9', 5432)).toBe(true);
        expect(reaches(pod('backup'), '10.4.0.9', 5432)).toBe(true);
        expect(reaches(pod('backup'), '203.0.113.9', 443)).toBe(true);
        expect(reaches(other('default'), websocket, 8001)).toBe(false);
        expect(reaches(pod('api', 3000), websocket, 8001)).toBe(false);
        expect(reaches(websocket, '203.0.113.9', 443)).toBe(false);
        expect(reaches(pod('backup'), websocket, 8001)).toBe(false);
        expect(reaches(other('monitoring'), pod('backup'), 8001)).toBe(false);
      });

      /** The cluster as a member of a group sees it. */
      function kubeconfigOf(groupName: string): string {
        const file = join(folder, `${groupName.replace(/\W/g, '-')}.kubeconfig`);
        const own = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as {
          users: { user: Record<string, unknown> }[];
        };
        for (const { user } of own.users) {
          user.as = 'dee';
          user['as-groups'] = [groupName, 'system:authenticated'];
        }
        writeFileSync(file, JSON.stringify(own));
        return file;
      }

      test(
        'lets a deployer roll a version out by the script, and nobody else',
        async () => {
          const deploy = (groupName: string, ...words: readonly string[]): ReturnType<typeof tryRun> =>
            program(folder, ['scripts/deploy-kubernetes.sh', ...words], '60s', kubeconfigOf(groupName));
          const shown = await deploy('live-desk-deployers', '--dry-run', 'production', '0.3.0');
          expect(shown.code, shown.output).toBe(0);
          expect(shown.output).toContain(':0.3.0');
          const refused = await deploy('live-desk-visitors', 'production', '0.3.0');
          expect(refused.code).not.toBe(0);
          expect(refused.output).toContain('forbidden');
          expect(await imageOf(namespace, 'websocket')).toBe('ghcr.io/acme/live-desk:0.2.0');
          const rolled = await deploy('live-desk-deployers', 'production', '0.3.0');
          expect(rolled.code, rolled.output).toBe(0);
          for (const name of ['api', 'websocket', 'worker']) {
            expect(await imageOf(namespace, name)).toBe('ghcr.io/acme/live-desk:0.3.0');
          }
          // What it may not is refused also when it stands in the manifests.
          edit(folder, 'k8s/base/rbac.yaml', 'resources: [events, pods, pods/log]', 'resources: ["*"]');
          const widened = await deploy('live-desk-deployers', 'production', '0.3.0');
          edit(folder, 'k8s/base/rbac.yaml', 'resources: ["*"]', 'resources: [events, pods, pods/log]');
          expect(widened.code).not.toBe(0);
          expect(widened.output).toMatch(/roles.*forbidden/);
        },
        2 * MINUTE,
      );

      test.each([
        ['live-desk-deployers', 'patch deployments.apps', true],
        ['live-desk-deployers', 'create jobs.batch', true],
        ['live-desk-deployers', 'create configmaps', true],
        ['live-desk-deployers', 'patch servicemonitors.monitoring.coreos.com', true],
        ['live-desk-deployers', 'delete persistentvolumeclaims', false],
        ['live-desk-deployers', 'get pods/log', true],
        ['live-desk-deployers', 'get secrets', false],
        ['live-desk-deployers', 'create pods/exec', false],
        ['live-desk-deployers', 'delete deployments.apps', false],
        ['live-desk-deployers', 'patch roles.rbac.authorization.k8s.io', false],
        ['live-desk-deployers', 'create rolebindings.rbac.authorization.k8s.io', false],
        ['live-desk-deployers', 'patch namespaces', false],
        ['live-desk-deployers', 'get pods --namespace=default', false],
        ['oidc:operators', 'patch deployments.apps/api', true],
        ['oidc:operators', 'patch deployments.apps/api --subresource=scale', true],
        ['oidc:operators', 'create jobs.batch', true],
        ['oidc:operators', 'get pods/log', true],
        ['oidc:operators', 'get secrets', false],
        ['oidc:operators', 'create deployments.apps', false],
        ['oidc:operators', 'patch configmaps', false],
        ['oidc:operators', 'create pods/exec', false],
        ['oidc:operators', 'patch networkpolicies.networking.k8s.io', false],
        ['oidc:operators', 'get pods --namespace=kube-system', false],
        ['live-desk-operators', 'get pods', false],
      ])('%s: %s: %s', async (groupName, what, allowed) => {
        const question = ['kubectl', 'auth', 'can-i', ...what.split(' ')];
        const { code, output } = await program(
          folder,
          [...question, ...(what.includes('--namespace') ? [] : ['--namespace', namespace])],
          '60s',
          kubeconfigOf(groupName),
        );
        expect(code === 0, output).toBe(allowed);
        expect(output).toContain(allowed ? 'yes' : 'no');
      });

      test(
        'lets an operator restart it and put the version before back',
        async () => {
          const asOperator = (...words: readonly string[]): ReturnType<typeof tryRun> =>
            program(folder, ['kubectl', '-n', namespace, ...words], '60s', kubeconfigOf('oidc:operators'));
          for (const words of [
            'rollout restart deployment/websocket',
            'rollout status deployment/websocket --timeout=40s',
            'rollout undo deployment/websocket',
            'scale deployment/worker --replicas=1',
            'create job once --from=cronjob/audit-retention',
          ]) {
            const { code, output } = await asOperator(...words.split(' '));
            expect(code, `${words}: ${output}`).toBe(0);
          }
          expect((await asOperator('delete', 'deployment/worker')).code).not.toBe(0);
        },
        MINUTE,
      );
    });

    /** One line of the hardening taken out of the file that has it. */
    const TWINS: readonly (readonly [line: string, file: string, from: string | RegExp, to: string])[] = [
      ['runAsNonRoot', 'deployment', '        runAsNonRoot: true\n', ''],
      ['seccompProfile', 'deployment', / {8}seccompProfile:\n {10}type: RuntimeDefault\n/, ''],
      ['allowPrivilegeEscalation', 'deployment', / {12}allowPrivilegeEscalation: false\n(?![^]*allow)/, ''],
      ['capabilities', 'deployment', / {12}capabilities:\n {14}drop: \[ALL\]\n(?![^]*drop)/, ''],
      [
        'allowPrivilegeEscalation of the init container',
        'deployment',
        '            allowPrivilegeEscalation: false\n',
        '',
      ],
      ['runAsNonRoot of a worker', 'workers', '        runAsNonRoot: true\n', ''],
      ['capabilities of the migrations', 'migrations', / {12}capabilities:\n.*\n/, ''],
    ];

    test.each(TWINS)(
      'refuses the pods without %s',
      async (_, file, from, to) => {
        const folder = `${platform}-twin-${TWINS.findIndex((twin) => twin[2] === from && twin[1] === file)}`;
        folders.push(folder);
        cpSync(join(platform, 'kubernetes'), join(folder, 'kubernetes'), { recursive: true });
        edit(folder, `kubernetes/base/${file}.yaml`, from, to);
        const namespace = `order-desk-${folder.split('-').at(-1) ?? ''}`;
        edit(folder, 'kubernetes/overlays/staging/kustomization.yaml', 'order-desk-staging', namespace);
        const said = await runIn(folder, 'kubectl', 'apply', '-k', 'kubernetes/overlays/staging');
        expect(said).toContain('would violate PodSecurity "restricted:v1.33"');
        const controller = { deployment: 'api-', workers: 'worker-', migrations: 'migrate-' }[file] ?? '';
        const refusal = `involvedObject.kind=${file === 'migrations' ? 'Job' : 'ReplicaSet'},reason=FailedCreate`;
        let events = '';
        for (let tries = 0; tries < 50 && !events.includes(controller); tries++) {
          await sleep(200);
          events = await cluster.kubectl('-n', namespace, 'get', 'events', '--field-selector', refusal);
        }
        expect(events).toMatch(new RegExp(`${controller}.*violates PodSecurity "restricted`));
        const pods = await podsIn(namespace);
        expect(pods.filter(({ metadata }) => metadata.name.startsWith(controller))).toEqual([]);
      },
      MINUTE,
    );

    test.each<readonly [string, Row, readonly (typeof ENVIRONMENTS)[number][]]>([
      ['FastAPI without RabbitMQ', { name: 'Shop', orchestration: ['kustomize'] }, ['dev', 'production']],
      [
        'an application of another language with its database',
        {
          name: 'Desk',
          stack: 'none',
          data: ['postgres'],
          orchestration: ['kustomize'],
          'kustomize.secrets': 'existing',
        },
        ['dev', 'staging'],
      ],
      [
        'an application that needs nothing',
        { name: 'Plain', stack: 'none', data: [], orchestration: ['kustomize'] },
        ENVIRONMENTS,
      ],
    ])(
      'takes %s',
      async (_, answers, environments) => {
        const folder = await rendered(answers);
        const slug = String(answers.name).toLowerCase();
        for (const environment of environments) {
          const said = await applied(folder, `${slug}-${environment}`, environment);
          expect(said).not.toMatch(/would violate|forbidden/i);
        }
      },
      2 * MINUTE,
    );
  },
  missingCluster(),
);
