/** Does the chart install, upgrade, roll back and go away again on a real API server with Pod Security `restricted` enforced? */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Catalog } from '../../src/plan/catalog.ts';
import type { JudgedFile } from '../../src/verify/check.ts';
import { stubDependencies } from '../support/charts.ts';
import {
  EXTERNAL_SECRET,
  missingCluster,
  PROMETHEUS_RULE,
  registerKinds,
  SERVICE_MONITOR,
  startCluster,
  type Cluster,
} from '../support/cluster.ts';
import { commandsOf, documentsOf } from '../support/documents.ts';
import { tryRun } from '../support/keep.ts';
import { NONE, startKubelet, type Kubelet } from '../support/kubelet.ts';
import { catalogWith, EVENTS, WEBSOCKET } from '../support/listening.ts';
import { isAllowed, type Endpoint, type NetworkPolicy } from '../support/network-policies.ts';
import type { Row } from '../support/pairwise.ts';
import { newLife, type Life } from '../support/repository-life.ts';
import { renderedFolder } from '../support/repository.ts';
import { createdTree } from '../support/rows.ts';
import { describeWithTools, requireTool } from '../support/tools.ts';

const MINUTE = 60_000;

let cluster: Cluster;
let kubelet: Kubelet;
/** What helm remembers, apart from the user's own. */
let home: string;
const folders: string[] = [];

async function rendered(answers: Row, preset: string | null = null, of?: Catalog): Promise<string> {
  const folder = await renderedFolder(answers, preset, of);
  folders.push(folder);
  return folder;
}

/** A platform that was made without a chart, and has one now. @returns where it is */
async function chartAdded({ root, run, commit }: Life): Promise<string> {
  for (const words of [
    ['create', '.', '--preset', 'fastapi-platform', '--name', 'Order Desk', '--owner', 'acme'],
    ['add', 'helm', '--helm-service-monitor'],
  ]) {
    const domain = words[0] === 'create' ? ['--domain', 'orders.acme.com'] : [];
    const { code, stderr } = await run([...words, ...domain, '--yes', '--no-verify']);
    if (code !== 0) throw new Error(stderr);
    commit();
  }
  return root;
}

const program = (folder: string, argv: readonly string[], timeout = '60s'): ReturnType<typeof tryRun> =>
  tryRun(argv, {
    cwd: folder,
    env: {
      PATH: [process.env.BULWARK_VALIDATORS ?? '', process.env.PATH ?? ''].filter(Boolean).join(delimiter),
      HOME: home,
      KUBECONFIG: cluster.kubeconfig,
      ROLLOUT_TIMEOUT: timeout,
    },
    seconds: 90,
  });

/** @throws with all it said when it fails; @returns what it said */
async function runIn(folder: string, ...argv: readonly string[]): Promise<string> {
  const { code, output } = await program(folder, argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${String(code)}\n${output}`);
  return output;
}

const helm = (folder: string, ...args: readonly string[]): Promise<string> =>
  runIn(folder, requireTool('helm'), ...args);

const valueOf = (namespace: string, what: string, path: string): Promise<string> =>
  cluster.kubectl('--namespace', namespace, 'get', what, `--output=jsonpath={${path}}`);

const imageOf = (namespace: string, deployment: string): Promise<string> =>
  valueOf(namespace, `deployment/${deployment}`, '.spec.template.spec.containers[0].image');

const namesIn = async (namespace: string, kinds: string): Promise<readonly string[]> =>
  (await cluster.kubectl('--namespace', namespace, 'get', kinds, '--output=name'))
    .split('\n')
    .filter(Boolean);

/** What is looked at in an object that a chart renders. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template?: {
      readonly spec: { readonly containers: readonly { readonly resources?: unknown }[] };
    };
  };
}

/** What a chart comes to in an environment. */
async function manifestsOf(
  folder: string,
  slug: string,
  environment: string,
  ...set: readonly string[]
): Promise<readonly Manifest[]> {
  const chart = `helm/${slug}`;
  const text = await helm(
    folder,
    'template',
    slug,
    chart,
    '--namespace',
    `${slug}-${environment}`,
    ...[...['--values', `${chart}/values-${environment}.yaml`], ...set.flatMap((value) => ['--set', value])],
  );
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as Manifest | null;
    return object ? [object] : [];
  });
}

const usage = (name: string, averageUtilization: number): object => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
});

/** In the order in which its pods began to run: `order-desk-migrate-…`, `order-desk-api-…` */
const begunIn = (namespace: string): readonly string[] =>
  kubelet.begun.flatMap((pod) => (pod.startsWith(`${namespace}/`) ? [pod.slice(namespace.length + 1)] : []));

/** A namespace of those that the repository has, under a name of its own. */
async function restrictedNamespace(name: string): Promise<string> {
  await cluster.ask('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  return name;
}

function edit(folder: string, file: string, from: string | RegExp, to: string): void {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} has no ${String(from)}`);
  writeFileSync(path, after);
}

describeWithTools(
  'helm-api',
  ['etcd', 'kubectl', 'openssl', 'bash', 'helm', 'diff'],
  () => {
    let life: Life;
    let platform: string;
    const CHART = 'helm/order-desk';

    beforeAll(async () => {
      life = newLife();
      home = mkdtempSync(join(tmpdir(), 'bulwark-helm-'));
      [cluster, platform] = await Promise.all([startCluster(), chartAdded(life)]);
      expect(stubDependencies(join(platform, CHART))).toHaveLength(3);
      // A failure is to be seen soon, not after three more tries.
      edit(platform, `${CHART}/values.yaml`, 'backoffLimit: 3', 'backoffLimit: 0');
      await registerKinds(cluster, [EXTERNAL_SECRET, PROMETHEUS_RULE, SERVICE_MONITOR]);
      kubelet = startKubelet(cluster);
    }, 2 * MINUTE);

    afterAll(async () => {
      await kubelet.end();
      await cluster.end();
      life.end();
      for (const folder of [...folders, home]) rmSync(folder, { recursive: true, force: true });
    });

    describe('the platform', () => {
      const namespace = 'order-desk-production';
      const production = ['--namespace', namespace] as const;
      const deploy = (...words: readonly string[]): Promise<string> =>
        runIn(platform, 'scripts/deploy-helm.sh', ...words);
      /** Who may what, in a file beside the repository's own. */
      let roles: string;

      beforeAll(() => {
        roles = join(home, 'roles.yaml');
        const named = (name: string): object => ({ subjects: [{ kind: 'User', name }] });
        writeFileSync(roles, JSON.stringify({ rbac: { deployer: named('ci'), operator: named('ann') } }));
      });

      test('shows what there would be, and makes nothing', async () => {
        const said = await deploy('--dry-run', 'production');
        expect(said).toContain('there is no release order-desk');
        expect(said).toContain('+kind: Deployment');
        expect(await cluster.kubectl('get', 'namespace', namespace, '--ignore-not-found')).toBe('');
      });

      test(
        'installs, its migrations first',
        async () => {
          const said = await deploy('--values', roles, 'production', '0.1.0');
          expect(said).not.toMatch(/would violate|forbidden/i);
          const begun = begunIn(namespace);
          const firstOf = (name: string): number =>
            begun.findIndex((pod) => pod.startsWith(`order-desk-${name}-`));
          expect(firstOf('migrate')).toBe(0);
          for (const name of ['api', 'worker']) expect(firstOf(name)).toBeGreaterThan(0);
          await cluster.kubectl(
            ...['-n', namespace, 'wait', 'deployment/order-desk-api', '--timeout=40s'],
            '--for=jsonpath={.status.readyReplicas}=3',
          );
          expect(await valueOf(namespace, 'ingress/order-desk', '.spec.rules[0].host')).toBe(
            'orders.acme.com',
          );
          expect(await valueOf(namespace, 'hpa/order-desk-api', '.spec.maxReplicas')).toBe('20');
          // What was made for the migrations went with them.
          const left = await namesIn(namespace, 'jobs,externalsecrets,serviceaccounts,networkpolicies');
          expect(left.filter((name) => name.includes('migrate') && !name.endsWith('-to-migrate'))).toEqual(
            [],
          );
          expect(left).toContain('externalsecret.external-secrets.io/order-desk-secrets');
        },
        MINUTE,
      );

      test('is what `helm template` shows, and nothing changes by a second look', async () => {
        const words = [...production, '--values', `${CHART}/values-production.yaml`, '--values', roles];
        const [there, shown] = await Promise.all([
          helm(platform, 'get', 'manifest', 'order-desk', ...production),
          helm(platform, 'template', 'order-desk', CHART, '--no-hooks', ...words),
        ]);
        expect(there.trim()).toBe(shown.trim());
        expect(await deploy('--dry-run', '--values', roles, 'production')).toBe('');
        expect(await deploy('--dry-run', '--values', roles, 'production', '0.2.0')).toContain(':0.2.0');
      });

      test(
        'passes its own test, which asks through the network policies',
        async () => {
          const said = await helm(platform, 'test', 'order-desk', ...production, '--timeout', '40s');
          expect(said).toMatch(/TEST SUITE:\s+order-desk-test-api\n(?:.*\n)*?Phase:\s+Succeeded/);
          kubelet.failing = /^order-desk-test-api/;
          const { code } = await program(platform, [
            requireTool('helm'),
            ...['test', 'order-desk', ...production, '--timeout', '5s'],
          ]);
          kubelet.failing = NONE;
          expect(code).toBe(1);
          // One that failed stays until the next.
          await helm(platform, 'test', 'order-desk', ...production, '--timeout', '40s');
        },
        MINUTE,
      );

      const upgrade = (tag: string): readonly string[] => [
        ...['upgrade', 'order-desk', CHART, ...production, '--values', `${CHART}/values-production.yaml`],
        ...['--values', roles, '--set-string', `image.tag=${tag}`, '--atomic', '--timeout', '40s'],
      ];

      const labels = (component: string): Readonly<Record<string, string>> => ({
        'app.kubernetes.io/name': 'order-desk',
        'app.kubernetes.io/instance': 'order-desk',
        'app.kubernetes.io/component': component,
      });

      /** A component, `namespace/label=value` of another namespace, or an address. */
      function endpoint(name: string): Endpoint {
        if (/^\d/.test(name)) return name;
        const [other = '', label] = name.split('/');
        if (label !== undefined) {
          const [key = '', value = ''] = label.split('=');
          return { namespace: other, labels: { [key]: value } };
        }
        return { namespace, labels: labels(name), ports: name === 'api' ? { http: 8000 } : {} };
      }

      test('lets pods reach each other as far as they need to, and no further', async () => {
        const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
        const { items } = (await cluster.ask('GET', path)) as { items: readonly NetworkPolicy[] };
        const reaches = (route: string): boolean => {
          const [from = '', to = '', port = ''] = route.split(' ');
          return isAllowed(items, { from: endpoint(from), to: endpoint(to), port: Number(port) });
        };
        const yes = [
          ...['api 10.4.0.9 5432', 'worker 10.4.0.9 5671', 'migrate 10.4.0.9 5432', 'api 203.0.113.9 587'],
          ...['audit-retention 10.4.0.9 5432', 'api kube-system/k8s-app=kube-dns 53', 'test api 8000'],
          ...['ingress-nginx/app=x api 8000', 'monitoring/app=prometheus api 8000'],
        ];
        const no = [
          ...['api 203.0.113.9 5432', 'api 10.4.0.9 22', 'api 10.4.0.9 587', 'api 169.254.169.254 587'],
          ...['migrate 10.4.0.9 6379', 'audit-retention 203.0.113.9 587', 'test 10.4.0.9 5432'],
          ...['203.0.113.9 api 8000', 'default/app=x api 8000', 'worker api 8000', 'api worker 8000'],
          'api kube-system/k8s-app=dashboard 53',
        ];
        expect(yes.filter((route) => !reaches(route))).toEqual([]);
        expect(no.filter(reaches)).toEqual([]);
      });

      test(
        'keeps the version before when migrations fail, and goes on once they succeed, rolled out by its deployer',
        async () => {
          kubelet.failing = /^order-desk-migrate/;
          const { code, output } = await program(platform, [
            ...['scripts/deploy-helm.sh', '--values', roles, 'production', '0.2.0'],
          ]);
          kubelet.failing = NONE;
          expect(code, output).toBe(1);
          expect(output).toContain('what ran before runs on');
          for (const name of ['api', 'worker']) {
            expect(await imageOf(namespace, `order-desk-${name}`)).toBe('ghcr.io/acme/order-desk:0.1.0');
          }
          await helm(platform, ...upgrade('0.2.0'), '--kube-as-user', 'ci');
          for (const name of ['api', 'worker']) {
            expect(await imageOf(namespace, `order-desk-${name}`)).toBe('ghcr.io/acme/order-desk:0.2.0');
          }
          const migrated = begunIn(namespace).filter((pod) => pod.startsWith('order-desk-migrate-'));
          expect(migrated).toHaveLength(3);
        },
        MINUTE,
      );

      test(
        'puts the release before back when pods do not get ready',
        async () => {
          kubelet.stuck = /^order-desk-worker-/;
          const { code, output } = await program(
            platform,
            ['scripts/deploy-helm.sh', '--values', roles, 'production', '0.3.0'],
            '6s',
          );
          kubelet.stuck = NONE;
          expect(code, output).toBe(1);
          expect(output).toMatch(/has been rolled back|rolled back due to atomic/);
          expect(await imageOf(namespace, 'order-desk-api')).toBe('ghcr.io/acme/order-desk:0.2.0');
        },
        MINUTE,
      );

      test(
        'is rolled back by hand, without migrations',
        async () => {
          const before = begunIn(namespace).filter((pod) => pod.startsWith('order-desk-migrate-')).length;
          await helm(platform, 'rollback', 'order-desk', '1', ...production, '--wait', '--timeout', '40s');
          expect(await imageOf(namespace, 'order-desk-api')).toBe('ghcr.io/acme/order-desk:0.1.0');
          expect(begunIn(namespace).filter((pod) => pod.startsWith('order-desk-migrate-'))).toHaveLength(
            before,
          );
        },
        MINUTE,
      );

      test(
        'gives its deployer and its operator what they need, and no more',
        async () => {
          const argv = [requireTool('helm'), ...upgrade('0.6.0'), '--kube-as-user', 'eve'];
          const stranger = await program(platform, argv);
          expect(stranger.code).not.toBe(0);
          expect(stranger.output).toContain('forbidden');
          const may = async (user: string, ...what: readonly string[]): Promise<boolean> => {
            const question = ['kubectl', 'auth', 'can-i', '--as', user, ...what];
            return (await program(platform, question)).code === 0;
          };
          const here = ['-n', namespace];
          expect(await may('ann', 'patch', 'deployments.apps', ...here)).toBe(true);
          expect(await may('ann', 'create', 'jobs.batch', ...here)).toBe(true);
          expect(await may('ann', 'get', 'secrets', ...here)).toBe(false);
          expect(await may('ann', 'create', 'pods/exec', ...here)).toBe(false);
          expect(await may('ci', 'patch', 'roles.rbac.authorization.k8s.io', ...here)).toBe(false);
          expect(await may('ci', 'create', 'pods/exec', ...here)).toBe(false);
          expect(await may('ci', 'get', 'secrets', '-n', 'default')).toBe(false);
        },
        MINUTE,
      );

      test(
        'goes away as a whole',
        async () => {
          await helm(platform, 'uninstall', 'order-desk', ...production, '--wait', '--timeout', '40s');
          const kinds = [
            ...['deployments', 'services', 'ingresses', 'hpa', 'pdb', 'cronjobs', 'jobs', 'roles'],
            ...['networkpolicies', 'resourcequotas', 'limitranges', 'externalsecrets', 'servicemonitors'],
            'prometheusrules',
          ];
          expect(await namesIn(namespace, kinds.join(','))).toEqual([]);
          expect(await namesIn(namespace, 'serviceaccounts')).toEqual(['serviceaccount/default']);
          expect(await namesIn(namespace, 'secrets')).toEqual([]);
          // The archives stay.
          expect(await namesIn(namespace, 'pvc')).toEqual(['persistentvolumeclaim/order-desk-backup']);
        },
        MINUTE,
      );

      test(
        'bears its full load in staging while a version is rolled out',
        async () => {
          const staging = 'order-desk-staging';
          await deploy('staging', '0.1.0');
          expect(await valueOf(staging, 'configmap/order-desk-settings', '.data.PUBLIC_URL')).toBe(
            'https://staging.orders.acme.com',
          );
          await cluster.kubectl(
            '-n',
            staging,
            'patch',
            'hpa',
            'order-desk-api',
            '-p',
            '{"spec":{"minReplicas":4}}',
          );
          await cluster.kubectl(
            ...['-n', staging, 'wait', 'deployment/order-desk-api', '--timeout=40s'],
            '--for=jsonpath={.status.readyReplicas}=4',
          );
          edit(platform, `${CHART}/values-staging.yaml`, '      minReplicas: 2', '      minReplicas: 4');
          await deploy('staging', '0.2.0');
          const job = ['create', 'job', 'once', '--from=cronjob/order-desk-audit-retention'];
          await cluster.kubectl('-n', staging, ...job);
          await cluster.kubectl(
            '-n',
            staging,
            'wait',
            'job/once',
            '--for=condition=Complete',
            '--timeout=20s',
          );
        },
        MINUTE,
      );

      test.each([
        [['scripts/deploy-helm.sh'], 2, 'usage'],
        [['scripts/deploy-helm.sh', 'nowhere'], 1, 'there is no helm/order-desk/values-nowhere.yaml'],
        [['scripts/deploy-helm.sh', '../../production'], 1, 'there is no'],
        [['scripts/deploy-helm.sh', 'production', 'x,image.repository=evil'], 1, 'is none that an image'],
        [['scripts/deploy-helm.sh', '--help'], 0, 'usage'],
        [['scripts/fetch-charts.sh', '--help'], 0, 'usage'],
        [['scripts/fetch-charts.sh', 'more'], 2, 'usage'],
      ])('%j ends with %i', async (argv, expected, says) => {
        const { code, output } = await program(platform, argv);
        expect(code, output).toBe(expected);
        expect(output).toContain(says);
      });
    });

    test('takes its own values', async () => {
      expect(await helm(platform, 'template', 'order-desk', CHART)).toContain('kind: Deployment');
    });

    test.each([
      ['a value that nobody knows', 'replicaCount=3', /replicaCount/],
      ['a name that is misspelt below', 'ingress.hosts=a.example.com', /at '\/ingress'.*hosts/],
      ['a process that there is not', 'processes.web.replicas=2', /at '\/processes'.*web/],
      [
        'a number that is a text',
        'processes.api.replicas=many',
        /at '\/processes\/api\/replicas': got string/,
      ],
      ['a port that is none', 'processes.api.port=70000', /at '\/processes\/api\/port': maximum: got 70,000/],
      ['a user that is root', 'runAsUser=0', /at '\/runAsUser': minimum: got 0/],
      ['an amount without a unit', 'processes.api.resources.limits.memory=2 GB', /limits\/memory.*pattern/],
      ['a host that is a URL', 'ingress.host=https://a.example.com', /at '\/ingress\/host'.*pattern/],
      ['a source of secrets that there is not', 'secrets.source=vault', /'\/secrets\/source'.*'existing'/],
      ['an empty name of a Secret', 'secrets.source=existing,secrets.existingSecret=', /existingSecret/],
      [
        'secrets to be rendered that are empty',
        'secrets.source=rendered',
        /\/secrets\/values\/JWT_SECRET_KEY/,
      ],
      ['a peer without a network', 'networkPolicy.peers.cache.from={api}', /\/networkPolicy\/peers\/cache/],
      ['a digest that is none', 'image.digest=latest', /at '\/image\/digest'.*pattern/],
    ])('refuses %s', async (_, set, says) => {
      const argv = [requireTool('helm'), 'template', 'order-desk', CHART, '--set', set];
      const { code, output } = await program(platform, argv);
      expect(code, output).not.toBe(0);
      expect(output).toMatch(says);
    });

    test('is all that the documents say to type of helm, which knows each word', async () => {
      const tree = await createdTree({ orchestration: ['helm'] }, 'fastapi-platform');
      const unknownOf = async (files: readonly JudgedFile[]): Promise<readonly string[]> => {
        const found: string[] = [];
        for (const { words } of commandsOf(files)) {
          const [name, subcommand = '', ...rest] = words.map((word) => word ?? '');
          if (name !== 'helm') continue;
          const { code, output } = await program(home, [requireTool('helm'), subcommand, '--help']);
          const flags = rest.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0] ?? '');
          if (code !== 0 || !output.includes(`helm ${subcommand}`)) found.push(subcommand);
          found.push(...flags.filter((flag) => !new RegExp(`${flag}(?![\\w-])`).test(output)));
        }
        return found;
      };
      const documents = documentsOf(tree);
      expect(commandsOf(documents).filter(({ words }) => words[0] === 'helm').length).toBeGreaterThan(4);
      expect(await unknownOf(documents)).toEqual([]);
      const misspelt = documents.map((file) => ({
        ...file,
        content: Buffer.from(file.content.toString('utf8').replaceAll('helm rollback', 'helm undo --waits')),
      }));
      expect(await unknownOf(misspelt)).toContain('--waits');
    });

    test('finds that Chart.lock belongs to Chart.yaml, or does not', async () => {
      const build = (): ReturnType<typeof program> =>
        program(platform, [requireTool('helm'), 'dependency', 'build', CHART]);
      // Its repositories are not known here; that is looked at after the lock.
      expect((await build()).output).toContain('no repository definition for');
      edit(platform, `${CHART}/Chart.yaml`, /version: 0\.8\.\d+/, 'version: 0.8.99');
      expect((await build()).output).toContain('out of sync');
      edit(platform, `${CHART}/Chart.yaml`, 'version: 0.8.99', 'version: 0.8.1');
    });

    describe('the workflow platform', () => {
      const namespace = 'live-desk-staging';
      const staging = ['--namespace', namespace] as const;
      let folder: string;

      beforeAll(async () => {
        folder = await rendered(
          { name: 'Live Desk', owner: 'acme', domain: 'live.acme.com' },
          'node-platform',
        );
        stubDependencies(join(folder, 'helm/live-desk'));
      });

      test(
        'is installed, scaled, routed to and tested process by process',
        async () => {
          const said = await runIn(folder, 'scripts/deploy-helm.sh', 'staging', '0.1.0');
          expect(said).not.toMatch(/would violate|forbidden/i);
          for (const name of ['api', 'websocket']) {
            await cluster.kubectl(
              ...['-n', namespace, 'wait', `deployment/live-desk-${name}`, '--timeout=40s'],
              '--for=jsonpath={.status.readyReplicas}=2',
            );
          }
          const ingress = (name: string, path: string): Promise<string> =>
            valueOf(namespace, `ingress/${name}`, path);
          const paths = '.spec.rules[*].http.paths[*].path';
          expect(await ingress('live-desk', paths)).toBe('/');
          expect(await ingress('live-desk-websocket', paths)).toBe('/ws');
          expect(await ingress('live-desk-websocket', '.spec.tls[0].secretName')).toBe('live-desk-tls');
          const annotations = JSON.parse(
            await ingress('live-desk-websocket', '.metadata.annotations'),
          ) as object;
          expect(annotations).toMatchObject({ 'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600' });
          // One certificate has one that asks for it.
          expect(annotations).not.toHaveProperty(['cert-manager.io/cluster-issuer']);
          const tested = await helm(folder, 'test', 'live-desk', ...staging, '--timeout', '40s');
          for (const name of ['api', 'websocket']) {
            expect(tested).toMatch(
              new RegExp(`TEST SUITE:\\s+live-desk-test-${name}\\n(?:.*\\n)*?Phase:\\s+Succeeded`),
            );
          }
          kubelet.failing = /^live-desk-test-websocket/;
          const { code } = await program(folder, [
            requireTool('helm'),
            ...['test', 'live-desk', ...staging, '--timeout', '5s'],
          ]);
          kubelet.failing = NONE;
          expect(code).toBe(1);
        },
        2 * MINUTE,
      );

      test('grows to twenty in production, with processor and memory, and promises a quarter of what a pod may take', async () => {
        const objects = await manifestsOf(folder, 'live-desk', 'production');
        for (const name of ['api', 'websocket']) {
          expect(objects).toContainEqual(
            expect.objectContaining({
              kind: 'HorizontalPodAutoscaler',
              metadata: expect.objectContaining({ name: `live-desk-${name}` }) as unknown,
              spec: expect.objectContaining({
                minReplicas: 3,
                maxReplicas: 20,
                metrics: [usage('cpu', 70), usage('memory', 80)],
                behavior: expect.objectContaining({ scaleUp: expect.anything() as unknown }) as unknown,
              }) as unknown,
            }),
          );
        }
        const pods = objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.template);
        expect(pods).toHaveLength(3);
        for (const pod of pods) {
          expect(pod?.spec.containers[0]?.resources).toMatchObject({
            requests: { cpu: '500m', memory: '512Mi' },
            limits: { cpu: '2000m', memory: '2048Mi' },
          });
        }
      });

      test('is looked after: its alerts, its dashboards and where its metrics are', async () => {
        const rules = await valueOf(namespace, 'prometheusrule/live-desk', '.spec.groups[*].rules[*].alert');
        expect(rules.split(' ')).toContain('ServiceDown');
        expect(await namesIn(namespace, 'servicemonitors')).toContain(
          'servicemonitor.monitoring.coreos.com/live-desk-api',
        );
        expect(await valueOf(namespace, 'cronjob/live-desk-backup', '.spec.schedule')).toBe('0 2 * * *');
      });

      test(
        'bears its full load and a backup in the quota while a version is rolled out',
        async () => {
          for (const name of ['api', 'websocket']) {
            const most = '{"spec":{"minReplicas":4}}';
            await cluster.kubectl('-n', namespace, 'patch', 'hpa', `live-desk-${name}`, '-p', most);
          }
          for (const name of ['api', 'websocket']) {
            await cluster.kubectl(
              ...['-n', namespace, 'wait', `deployment/live-desk-${name}`, '--timeout=40s'],
              '--for=jsonpath={.status.readyReplicas}=4',
            );
          }
          kubelet.stuck = /^backup-by-hand/;
          const byHand = ['create', 'job', 'backup-by-hand', '--from=cronjob/live-desk-backup'];
          await cluster.kubectl('-n', namespace, ...byHand);
          edit(folder, 'helm/live-desk/values-staging.yaml', / {6}minReplicas: 2/g, '      minReplicas: 4');
          await runIn(folder, 'scripts/deploy-helm.sh', 'staging', '0.2.0');
          expect(await imageOf(namespace, 'live-desk-websocket')).toBe('ghcr.io/acme/live-desk:0.2.0');
          kubelet.stuck = NONE;
          const done = ['wait', 'job/backup-by-hand', '--for=condition=Complete', '--timeout=20s'];
          await cluster.kubectl('-n', namespace, ...done);
        },
        2 * MINUTE,
      );

      test.each([
        ['a path that does not begin with a slash', 'upgradePath=ws', /websocket\/upgradePath.*pattern/],
        ['a command that is no list', 'command=node', /websocket\/command/],
        ['a port that is none', 'port=0', /websocket\/port/],
        ['a value that nobody knows', 'ingressPath=/ws', /websocket.*ingressPath/],
      ])('refuses %s', async (_, set, says) => {
        const argv = [requireTool('helm'), 'template', 'live-desk', 'helm/live-desk'];
        const { code, output } = await program(folder, [...argv, '--set', `processes.websocket.${set}`]);
        expect(code, output).not.toBe(0);
        expect(output).toMatch(says);
      });
    });

    test('routes to each process that listens, and lets in whom each of them serves', async () => {
      const folder = await rendered(
        { name: 'Live Desk', owner: 'acme', domain: 'live.acme.com', orchestration: ['helm'], targets: [] },
        'fastapi-platform',
        catalogWith(WEBSOCKET, EVENTS),
      );
      stubDependencies(join(folder, 'helm/live-desk'));
      const namespace = 'live-desk-staging';
      const objects = await manifestsOf(folder, 'live-desk', 'staging', 'serviceMonitor.enabled=true');
      const named = (kind: string): readonly string[] =>
        objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
      expect(named('Ingress')).toEqual(
        expect.arrayContaining(['live-desk', 'live-desk-websocket', 'live-desk-events']),
      );
      expect(named('ServiceMonitor')).toEqual(expect.arrayContaining(['live-desk-api', 'live-desk-events']));
      expect(named('ServiceMonitor')).not.toContain('live-desk-websocket');
      const items = objects.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as NetworkPolicy[];
      const pod = (component: string, port: number): Endpoint => ({
        namespace,
        labels: {
          'app.kubernetes.io/name': 'live-desk',
          'app.kubernetes.io/instance': 'live-desk',
          'app.kubernetes.io/component': component,
        },
        ports: { http: port },
      });
      const other = (name: string): Endpoint => ({ namespace: name, labels: {} });
      const reaches = (from: Endpoint, to: Endpoint, port: number): boolean =>
        isAllowed(items, { from, to, port });
      const [websocket, events] = [pod('websocket', 8001), pod('events', 8002)];
      expect(reaches(other('ingress-nginx'), websocket, 8001)).toBe(true);
      expect(reaches(other('monitoring'), events, 8002)).toBe(true);
      expect(reaches(websocket, '10.4.0.9', 5432)).toBe(true);
      expect(reaches(other('monitoring'), websocket, 8001)).toBe(false);
      expect(reaches(other('default'), websocket, 8001)).toBe(false);
      expect(reaches(pod('api', 8000), websocket, 8001)).toBe(false);
    });

    /** One line of the hardening taken out of where it stands. */
    const TWINS = [
      // The backup's pods have these two by themselves: their user is the image's.
      ['runAsNonRoot', /runAsNonRoot: true\n/, 5],
      ['seccompProfile', /seccompProfile:\n {2}type: RuntimeDefault\n/, 5],
      ['allowPrivilegeEscalation', /allowPrivilegeEscalation: false\n/, 6],
      ['capabilities', /capabilities:\n {2}drop: \[ALL\]\n/, 6],
    ] as const;

    describe('Pod Security', () => {
      let namespace: string;

      beforeAll(async () => {
        namespace = await restrictedNamespace('twins');
      });

      async function applied(): Promise<string> {
        const file = join(home, 'manifests.yaml');
        writeFileSync(file, await helm(platform, 'template', 'twin', CHART, '--namespace', namespace));
        return runIn(platform, 'kubectl', 'apply', '--dry-run=server', '--namespace', namespace, '-f', file);
      }

      test('has nothing against any pod', async () => {
        expect(await applied()).not.toContain('would violate');
      });

      test.each(TWINS)('is against every pod without %s', async (_, line, pods) => {
        const helpers = `${CHART}/templates/_helpers.tpl`;
        const before = readFileSync(join(platform, helpers), 'utf8');
        edit(platform, helpers, line, '');
        const said = await applied().finally(() => {
          writeFileSync(join(platform, helpers), before);
        });
        // Two Deployments, the CronJob, the migrations, the test and the backup.
        expect(said.match(/would violate PodSecurity "restricted/g)).toHaveLength(pods);
      });
    });

    test(
      "has its pods where those of helm's own chart are refused",
      async () => {
        const namespace = await restrictedNamespace('twin-create');
        await helm(home, 'create', 'demo');
        await helm(home, 'install', 'demo', './demo', '--namespace', namespace);
        const refusals = ['--field-selector', 'involvedObject.kind=ReplicaSet,reason=FailedCreate'];
        let events = '';
        for (let tries = 0; tries < 50 && !events.includes('demo-'); tries++) {
          await sleep(200);
          events = await cluster.kubectl('-n', namespace, 'get', 'events', ...refusals);
        }
        expect(events).toMatch(/demo-.*violates PodSecurity "restricted/);
        expect(await namesIn(namespace, 'pods')).toEqual([]);
      },
      MINUTE,
    );

    /** Secrets of 64 digits, as a file outside of the repository has them. */
    function valuesWithSecrets(folder: string, names: readonly string[]): string {
      const file = join(home, 'values', `${folder.split('-').at(-1) ?? ''}.yaml`);
      mkdirSync(join(home, 'values'), { recursive: true });
      const secrets = Object.fromEntries(names.map((name, index) => [name, String(index).repeat(64)]));
      writeFileSync(file, JSON.stringify({ secrets: { values: secrets } }));
      return file;
    }

    test.concurrent(
      'takes FastAPI with secrets that are rendered, whose migrations read theirs before the chart is there',
      async () => {
        const folder = await rendered({
          name: 'Shop',
          orchestration: ['helm'],
          'helm.secrets': 'rendered',
        });
        stubDependencies(join(folder, 'helm/shop'));
        const names = ['DATABASE_URL', 'REDIS_URL', 'SYSTEM_HEALTH_TOKEN', 'METRICS_TOKEN'];
        const file = valuesWithSecrets(folder, names);
        // Nothing may stand in git: without the file it is refused.
        const without = await program(folder, ['scripts/deploy-helm.sh', 'production']);
        expect(without.code).toBe(1);
        expect(without.output).toContain('/secrets/values/');
        await runIn(folder, 'scripts/deploy-helm.sh', '--values', file, 'production');
        const stored = await valueOf('shop-production', 'secret/shop-secrets', '.data.REDIS_URL');
        expect(Buffer.from(stored, 'base64').toString()).toBe('1'.repeat(64));
        expect(await namesIn('shop-production', 'secrets')).not.toContain('secret/shop-migrate');
      },
      MINUTE,
    );

    test.concurrent.each<readonly [string, Row]>([
      [
        'an application of another language with its database',
        { name: 'Desk', stack: 'none', data: ['postgres'], 'helm.secrets': 'existing' },
      ],
      ['an application that needs nothing', { name: 'Plain', stack: 'none', data: [] }],
    ])(
      'takes %s',
      async (_, answers) => {
        const slug = String(answers.name).toLowerCase();
        const folder = await rendered({ ...answers, orchestration: ['helm'] });
        stubDependencies(join(folder, `helm/${slug}`));
        const said = await runIn(folder, 'scripts/deploy-helm.sh', 'staging');
        expect(said).not.toMatch(/would violate|forbidden/i);
        await helm(folder, 'test', slug, '--namespace', `${slug}-staging`, '--timeout', '40s');
      },
      MINUTE,
    );

    test('reads the URL of a database of its own from where that keeps it, and migrates once it is there', async () => {
      const render = async (...more: readonly string[]): Promise<string> => {
        const text = await helm(platform, 'template', 'order-desk', CHART, ...more);
        // The claim of the backup is made first in any case.
        return text.replace(/^---\n# Source: .*\/pvc\.yaml\n[^]*?(?=^---$)/m, '');
      };
      const without = await render();
      expect(without).not.toContain('order-desk-postgresql-app');
      expect(without).toContain('helm.sh/hook: pre-install,pre-upgrade');
      const withDatabase = await render('--set', 'postgresql.enabled=true');
      expect(withDatabase.match(/name: order-desk-postgresql-app/g)).toHaveLength(3);
      expect(withDatabase).toContain('secretName: order-desk-postgresql-app');
      expect(withDatabase).toContain('helm.sh/hook: post-install,pre-upgrade');
      expect(withDatabase).not.toContain('pre-install');
    });
  },
  missingCluster(),
);
