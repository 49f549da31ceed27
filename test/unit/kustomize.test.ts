/** What stands where in the base and the overlays, for applications with more processes and with fewer. */
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { applicationOf } from '../../src/component/application-view.ts';
import type { FieldValue } from '../../src/component/fields.ts';
import { planFor, render, textOf, type Rendered } from '../support/render.ts';

const rendered = (answers: Readonly<Record<string, FieldValue>>): Promise<Rendered> =>
  render({ name: 'Desk', owner: 'acme', domain: 'desk.acme.com', orchestration: ['kustomize'], ...answers });

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const objectsOf = (output: Rendered, file: string): readonly string[] =>
  parseAllDocuments(textOf(output, `kubernetes/base/${file}`)).flatMap((document) => {
    const object = document.toJS() as Manifest | null;
    return object ? [`${object.kind}/${object.metadata.name}`] : [];
  });

const filesOf = ({ tree }: Rendered): readonly string[] =>
  [...tree.keys()].flatMap((path) =>
    path.startsWith('kubernetes/base/') ? [path.slice('kubernetes/base/'.length)] : [],
  );

test('where there are listeners and workers, the plain Deployment is the workers', async () => {
  const output = await rendered({ stack: 'node', 'node.workflows': true });
  expect(objectsOf(output, 'deployment.yaml')).toEqual(['Deployment/worker']);
  expect(objectsOf(output, 'deployment-api.yaml')).toEqual(['Deployment/api']);
  expect(objectsOf(output, 'deployment-websocket.yaml')).toEqual(['Deployment/websocket']);
  expect(filesOf(output)).not.toContain('workers.yaml');
});

test.each([
  ['Node', { stack: 'node' }, false],
  ['FastAPI', { stack: 'fastapi', data: ['postgres', 'redis', 'rabbitmq'] }, true],
  ['another language', { stack: 'none' }, false],
])('where there are not both, it is the service: %s', async (_, answers, works) => {
  const output = await rendered(answers);
  expect(objectsOf(output, 'deployment.yaml')).toEqual([
    `Deployment/${answers.stack === 'none' ? 'app' : 'api'}`,
  ]);
  expect(filesOf(output).includes('workers.yaml')).toBe(works);
  if (works) expect(objectsOf(output, 'workers.yaml')).toEqual(['Deployment/worker']);
});

test('whatever lies in the base is built, and nothing else', async () => {
  for (const answers of [
    { stack: 'node', 'node.workflows': true },
    { stack: 'none', data: [] },
  ]) {
    const output = await rendered(answers);
    const { resources, generators = [] } = parse(textOf(output, 'kubernetes/base/kustomization.yaml')) as {
      resources: readonly string[];
      generators?: readonly string[];
    };
    expect([...resources, ...generators, 'kustomization.yaml'].sort()).toEqual([...filesOf(output)].sort());
  }
});

describe('settings', () => {
  const namesOf = (literals: readonly string[] = []): readonly string[] =>
    literals.map((literal) => literal.split('=')[0] ?? '');

  test.each([{ stack: 'fastapi', 'fastapi.auth': 'database' }, { stack: 'node' }])(
    'stand in the pods or, where environments differ, in the ConfigMap, each once: %j',
    async (answers) => {
      const output = await rendered(answers);
      const base = parse(textOf(output, 'kubernetes/base/configmap.yaml')) as { literals: readonly string[] };
      const deployment = parse(textOf(output, 'kubernetes/base/deployment.yaml')) as {
        spec: { template: { spec: { containers: readonly { env: readonly { name: string }[] }[] } } };
      };
      const variables = deployment.spec.template.spec.containers[0]?.env.map(({ name }) => name) ?? [];
      const all = applicationOf(output.plan.project).settings.map(({ name }) => name);
      const inPods = variables.filter((name) => !name.endsWith('_FILE'));
      expect([...inPods, ...namesOf(base.literals)].sort()).toEqual([...all].sort());
      for (const environment of ['dev', 'staging']) {
        const { configMapGenerator = [] } = parse(
          textOf(output, `kubernetes/overlays/${environment}/kustomization.yaml`),
        ) as { configMapGenerator?: readonly { name: string; literals?: readonly string[] }[] };
        const own = configMapGenerator.find(({ name }) => name.endsWith('-settings'));
        expect(namesOf(own?.literals)).toEqual(namesOf(base.literals));
      }
      expect(textOf(output, 'kubernetes/overlays/production/kustomization.yaml')).not.toContain('-settings');
    },
  );
});

test('secrets are fetched by the base, where they are', async () => {
  const fetched = await rendered({ stack: 'none', data: ['postgres'] });
  expect(objectsOf(fetched, 'external-secret.yaml')).toEqual(['ExternalSecret/app-secrets']);
  const given = await rendered({ stack: 'none', data: ['postgres'], 'kustomize.secrets': 'existing' });
  const without = await rendered({ stack: 'none', data: [] });
  for (const output of [given, without]) {
    expect(filesOf(output)).not.toContain('external-secret.yaml');
    for (const environment of ['dev', 'staging']) {
      expect(textOf(output, `kubernetes/overlays/${environment}/kustomization.yaml`)).not.toContain(
        'ExternalSecret',
      );
    }
  }
});

test('what production had of its own before is followed into the base', async () => {
  const { plan } = await planFor({ name: 'Desk', orchestration: ['kustomize'], 'kustomize.folder': 'k8s' });
  const renames = Object.fromEntries(plan.renames);
  expect(renames).toMatchObject({
    'k8s/overlays/production/external-secret.yaml': 'k8s/base/external-secret.yaml',
    'k8s/overlays/production/namespace.yaml': 'k8s/base/namespace.yaml',
    'kubernetes/base/service.yaml': 'k8s/base/service.yaml',
  });
});
