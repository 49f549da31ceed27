/** Is what listens beside the service run, routed to and told of wherever the service is, for every stack? */
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { FieldValue } from '../../src/component/fields.ts';
import { catalogWith, EVENTS, WEBSOCKET } from '../support/listening.ts';
import { planFor, render, textOf, type Rendered } from '../support/render.ts';

const STACKS = ['fastapi', 'node', 'none'] as const;
/** What Node cannot do without. */
const DATA = ['postgres', 'redis'];
const both = catalogWith(WEBSOCKET, EVENTS);

const rendered = (answers: Readonly<Record<string, FieldValue>>, of = both): Promise<Rendered> =>
  render({ name: 'Desk', owner: 'acme', domain: 'desk.acme.com', ...answers }, null, of);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

const manifestsOf = (output: Rendered, file: string): readonly Manifest[] =>
  parseAllDocuments(textOf(output, file)).map((document) => document.toJS() as Manifest);

const namesOf = (output: Rendered, file: string): readonly string[] =>
  manifestsOf(output, file).map(({ metadata }) => metadata.name);

describe.each(STACKS)('beside the service of %s', (stack) => {
  const service = stack === 'none' ? 'app' : 'api';

  test('kustomize has all of each', async () => {
    const output = await rendered({ stack, data: DATA, orchestration: ['kustomize'] });
    const base = 'kubernetes/base';
    for (const file of ['service', 'hpa', 'ingress']) {
      expect(namesOf(output, `${base}/${file}.yaml`)).toEqual([service, 'websocket', 'events']);
    }
    expect(namesOf(output, `${base}/pdb.yaml`)).toEqual([service, 'websocket', 'events']);
    expect(namesOf(output, `${base}/networkpolicy.yaml`)).toEqual(
      expect.arrayContaining([service, 'websocket', 'events']),
    );
    expect(namesOf(output, `${base}/deployment-websocket-events.yaml`)).toEqual(['websocket', 'events']);
    expect(parse(textOf(output, `${base}/kustomization.yaml`))).toMatchObject({
      resources: expect.arrayContaining(['deployment-websocket-events.yaml']) as unknown,
    });
    // Each overlay gives its host to every Ingress.
    for (const environment of ['dev', 'staging']) {
      const { patches } = parse(textOf(output, `kubernetes/overlays/${environment}/kustomization.yaml`)) as {
        patches: readonly { target: { kind: string; name?: string } }[];
      };
      expect(patches.find(({ target }) => target.kind === 'Ingress')?.target).toEqual({
        kind: 'Ingress',
        name: `(${service}|websocket|events)`,
      });
    }
    expect(textOf(output, 'scripts/deploy-kubernetes.sh')).toMatch(/^deployments=\(\w+ websocket events/m);
  });

  test('nginx leads to each', async () => {
    const output = await rendered({ stack, data: DATA, containers: ['docker', 'compose', 'nginx'] });
    const configuration = textOf(output, 'docker/nginx/conf.d/default.conf');
    expect(configuration).toContain('server websocket:8001 resolve');
    expect(configuration).toContain('location ~ ^/api/v1/events(?:/|$) {');
    const { services } = parse(textOf(output, 'docker-compose.prod.yml'), { logLevel: 'error' }) as {
      services: { proxy: { depends_on: object } };
    };
    expect(Object.keys(services.proxy.depends_on)).toEqual([service, 'websocket', 'events']);
    expect(textOf(output, 'README.md')).toContain('What comes to `/ws` goes to the process `websocket`');
  });

  test('the documents for operators name each', async () => {
    const output = await rendered({
      ...{ stack, data: DATA, orchestration: ['kustomize', 'helm'], containers: ['docker', 'compose'] },
      operations: ['deployment-guide', 'runbooks'],
    });
    const guide = textOf(output, 'DEPLOYMENT.md');
    expect(guide).toContain(
      '| websocket | pushes the progress of runs to clients | `node dist/websocket.js` |',
    );
    expect(guide).toContain('https://desk.acme.com/ws\n');
    const runbooks = [...output.tree.values()]
      .filter(({ path }) => path.startsWith('docs/runbooks/'))
      .map(({ content }) => content.toString('utf8'))
      .join('\n');
    expect(runbooks).toContain(`docker compose restart ${service} websocket events`);
    expect(runbooks).toContain(
      `rollout restart deployment/${service} deployment/websocket deployment/events`,
    );
    expect(runbooks).toContain(`deployment/desk-websocket`);
  });

  test('App Platform runs each, and leads to it by its path', async () => {
    const output = await rendered({
      stack,
      data: DATA,
      workflows: ['ci', 'delivery'],
      targets: ['digitalocean'],
    });
    const spec = parse(textOf(output, '.do/app.yaml')) as {
      services: readonly { name: string; http_port: number; run_command?: string }[];
      ingress: { rules: readonly { match: { path: { prefix: string } }; component: { name: string } }[] };
    };
    expect(spec.services.map(({ name }) => name)).toEqual(['api', 'websocket', 'events']);
    expect(spec.services[1]).toMatchObject({ http_port: 8001, run_command: 'node dist/websocket.js' });
    // What is looked at first is what says more.
    expect(spec.ingress.rules.map(({ match, component }) => [match.path.prefix, component.name])).toEqual([
      ['/ws', 'websocket'],
      ['/api/v1/events', 'events'],
      ['/', 'api'],
    ]);
  });
});

test.each(['nginx', 'traefik'])('the routes of %s keep connections open', async (ingressClass) => {
  const output = await rendered({
    ...{ stack: 'node', data: DATA, orchestration: ['kustomize', 'helm'] },
    ...{ 'kustomize.ingressClass': ingressClass, 'helm.ingressClass': ingressClass },
  });
  const timeout = 'nginx.ingress.kubernetes.io/proxy-read-timeout';
  const [service, websocket] = manifestsOf(output, 'kubernetes/base/ingress.yaml');
  const wanted = ingressClass === 'nginx' ? '3600' : undefined;
  expect(websocket?.metadata.annotations?.[timeout]).toBe(wanted);
  // Requests have the time that they had, and one Ingress asks for the certificate.
  expect(service?.metadata.annotations).toEqual({ 'cert-manager.io/cluster-issuer': 'letsencrypt' });
  expect(websocket?.metadata.annotations ?? {}).not.toHaveProperty(['cert-manager.io/cluster-issuer']);
  const { ingress } = parse(textOf(output, 'helm/desk/values.yaml')) as {
    ingress: { upgradeAnnotations: Readonly<Record<string, string>> };
  };
  expect(ingress.upgradeAnnotations[timeout]).toBe(wanted);
});

test('the quota of either counts each as often as the service', async () => {
  const podsOf = async (of: typeof both): Promise<readonly number[]> => {
    const output = await rendered(
      {
        ...{ stack: 'none', data: DATA, orchestration: ['kustomize', 'helm'] },
        ...{ 'kustomize.replicas': 2, 'kustomize.burstReplicas': 3, 'helm.maxReplicas': 7 },
      },
      of,
    );
    const quota = parse(textOf(output, 'kubernetes/base/resourcequota.yaml')) as {
      spec: { hard: { pods: string } };
    };
    const values = parse(textOf(output, 'helm/desk/values-production.yaml')) as {
      resourceQuota: { hard: { pods: string } };
    };
    return [Number(quota.spec.hard.pods), Number(values.resourceQuota.hard.pods)];
  };
  const [kustomize = 0, helm = 0] = await podsOf(catalogWith());
  // Five and one that comes while it is rolled out; in the chart seven, one that comes, and its test.
  expect(await podsOf(catalogWith(WEBSOCKET))).toEqual([kustomize + 6, helm + 9]);
  expect(await podsOf(both)).toEqual([kustomize + 12, helm + 18]);
});

describe('a target that would leave it out', () => {
  const answers = (target: string) => ({
    stack: 'none',
    data: DATA,
    workflows: ['ci', 'delivery'],
    targets: [target],
  });

  test.each(['cloud-run', 'container-instances'])('is refused: %s', async (target) => {
    await expect(planFor(answers(target), null, both)).rejects.toThrow(
      /target-of-one-port[^]*websocket, events would be left out[^]*digitalocean/,
    );
    await expect(planFor(answers(target))).resolves.toBeDefined();
  });
});

test('nothing of it is rendered where nothing listens beside the service', async () => {
  const output = await rendered(
    {
      stack: 'node',
      data: DATA,
      orchestration: ['kustomize', 'helm'],
      containers: ['docker', 'compose', 'nginx'],
    },
    catalogWith(),
  );
  const all = [...output.tree.values()];
  expect(all.filter(({ path }) => /deployment-|ingress-upgrades/.test(path))).toEqual([]);
  const told = all.filter(({ path }) => /^(?:kubernetes|helm|docker)\//.test(path));
  expect(
    told.filter(({ content }) => /websocket|upgradePath|\$passed_upgrade/.test(content.toString())),
  ).toEqual([]);
});
