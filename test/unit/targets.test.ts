/** Do the deploy targets name sizes that their platforms have, and does the workflow deploy what was chosen and nothing else? */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { eventBridgeCron } from '../../generators/ecs.ts';
import { render, textOf } from '../support/render.ts';

const TARGETS = ['ecs', 'cloud-run', 'container-instances', 'digitalocean'];

interface Job {
  readonly if?: string;
  readonly needs?: readonly string[];
  readonly environment?: { readonly name: string };
}

const rendered = (answers: Parameters<typeof render>[0]) =>
  render({ stack: 'none', data: [], workflows: ['ci', 'delivery'], ...answers });

const jobsOf = (output: Awaited<ReturnType<typeof render>>): Readonly<Record<string, Job>> =>
  (parse(textOf(output, '.github/workflows/ci.yml')) as { jobs: Record<string, Job> }).jobs;

describe('sizes', () => {
  test.each([
    [1, 256, '1024', '2048', 1, '512Mi', 1, 1, 'apps-s-1vcpu-1gb'],
    [2, 2048, '2048', '4096', 2, '2048Mi', 2, 2, 'apps-s-2vcpu-4gb'],
    [2, 4097, '2048', '5120', 2, '4097Mi', 2, 4.1, 'apps-d-2vcpu-8gb'],
    [3, 1000, '4096', '8192', 4, '2048Mi', 3, 1, 'apps-d-4vcpu-8gb'],
    [1, 61_441, '16384', '65536', 8, '32768Mi', 1, 16, 'apps-d-8vcpu-32gb'],
    [64, 262_144, '16384', '122880', 8, '32768Mi', 4, 16, 'apps-d-8vcpu-32gb'],
  ])(
    '%d processors and %d MB',
    async (cpuLimit, memoryLimitMb, units, mebibytes, cpu, memory, cores, gigabytes, slug) => {
      const output = await rendered({
        targets: TARGETS,
        'none.cpuLimit': cpuLimit,
        'none.memoryLimitMb': memoryLimitMb,
      });
      expect(JSON.parse(textOf(output, 'deploy/ecs/task-definition.json'))).toMatchObject({
        cpu: units,
        memory: mebibytes,
      });
      expect(parse(textOf(output, 'deploy/cloud-run/service.yaml'))).toMatchObject({
        spec: {
          template: { spec: { containers: [{ resources: { limits: { cpu: String(cpu), memory } } }] } },
        },
      });
      expect(parse(textOf(output, 'deploy/azure-container-instances/container-group.yaml'))).toMatchObject({
        properties: {
          containers: [{ properties: { resources: { requests: { cpu: cores, memoryInGB: gigabytes } } } }],
        },
      });
      expect(parse(textOf(output, '.do/app.yaml'))).toMatchObject({
        services: [{ instance_size_slug: slug }],
      });
    },
  );
});

test.each([
  ['17 3 * * *', 'cron(17 3 * * ? *)'],
  ['0 4 1 * *', 'cron(0 4 1 * ? *)'],
  ['*/5 * * * 1-5', 'cron(*/5 * ? * MON-FRI *)'],
  ['0 0 * 6 0,7', 'cron(0 0 ? 6 SUN,SUN *)'],
])('EventBridge writes %s as %s', (schedule, expected) => {
  expect(eventBridgeCron(schedule)).toBe(expected);
});

test.each([
  ['ghcr.io/acme', 'europe-west1-docker.pkg.dev/my-service/upstream/acme/my-service:main'],
  ['registry.acme.dev:5000/team', 'europe-west1-docker.pkg.dev/my-service/upstream/team/my-service:main'],
  ['europe-docker.pkg.dev/acme/images', 'europe-docker.pkg.dev/acme/images/my-service:main'],
  ['docker.io/acme', 'docker.io/acme/my-service:main'],
])('Cloud Run pulls what is in %s as %s', async (registry, image) => {
  const output = await rendered({ targets: ['cloud-run'], registry });
  expect(textOf(output, 'deploy/cloud-run/service.yaml')).toContain(`image: ${image}\n`);
});

test('ECR needs no password, any other registry does', async () => {
  const task = async (registry: string): Promise<string> =>
    textOf(await rendered({ targets: ['ecs'], registry }), 'deploy/ecs/task-definition.json');
  expect(await task('123456789012.dkr.ecr.eu-central-1.amazonaws.com')).not.toContain(
    'repositoryCredentials',
  );
  expect(await task('ghcr.io/acme')).toContain('repositoryCredentials');
});

describe('the main branch', () => {
  test('is what workflows run on and what images are named after, also where it looks like a number', async () => {
    const output = await render({ mainBranch: '1.0' }, 'fastapi-platform');
    expect(parse(textOf(output, '.github/workflows/ci.yml'))).toMatchObject({
      on: { push: { branches: ['1.0', 'develop'] } },
    });
    for (const target of TARGETS)
      expect(jobsOf(output)[`deploy-${target}`]?.environment?.name, target).toContain("ref_name == '1.0'");
    const app = parse(textOf(output, '.do/app.yaml')) as Readonly<
      Record<'services' | 'workers' | 'jobs', readonly { readonly image: { readonly tag: unknown } }[]>
    >;
    const tags = [...app.services, ...app.workers, ...app.jobs].map(({ image }) => image.tag);
    expect(new Set(tags)).toEqual(new Set(['1.0', '1.0-migrate']));
  });
});

describe('the workflow', () => {
  test('publishes and deploys nothing unless it was chosen', async () => {
    const output = await rendered({ workflows: ['ci'] });
    expect(Object.keys(jobsOf(output)).filter((id) => /publish|deploy/.test(id))).toEqual([]);
    expect([...output.tree.values()].filter(({ path }) => /deploy|\.do\//.test(path))).toEqual([]);
  });

  test('publishes without a target, and deploys nowhere', async () => {
    const output = await rendered({});
    expect(Object.keys(jobsOf(output)).filter((id) => /publish|deploy/.test(id))).toEqual(['publish']);
    expect([...output.tree.values()].filter(({ path }) => /deploy|\.do\//.test(path))).toEqual([]);
  });

  test.each(TARGETS)('deploys to %s alone, develop to staging and main to production', async (target) => {
    const output = await rendered({ targets: [target] });
    const jobs = jobsOf(output);
    const { publish, ...others } = jobs;
    const deployments = Object.entries(others).filter(([id]) => id.startsWith('deploy-'));
    expect(deployments.map(([id]) => id)).toEqual([`deploy-${target}`]);
    expect(deployments[0]?.[1]).toMatchObject({
      if: "github.event_name == 'push'",
      needs: ['publish'],
      environment: { name: "${{ github.ref_name == 'main' && 'production' || 'staging' }}" },
    });
    expect(parse(textOf(output, '.github/workflows/ci.yml'))).toMatchObject({
      on: { push: { branches: ['main', 'develop'] } },
    });
    expect(publish).toBeDefined();
    expect(textOf(output, 'scripts/deploy-blue-green.sh')).toContain('inherit_errexit');
  });

  test.each([
    ['minimal', { workflows: ['ci', 'delivery'] }],
    ['fastapi-platform', {}],
  ])('of %s publishes nothing that any other job has found something in', async (preset, answers) => {
    const jobs = jobsOf(await render(answers, preset));
    const gates = Object.keys(jobs).filter((id) => id !== 'publish' && !id.startsWith('deploy-'));
    const waitedFor = new Set<string>();
    const follow = (id: string): void => {
      for (const needed of jobs[id]?.needs ?? []) {
        if (!waitedFor.has(needed)) follow(needed);
        waitedFor.add(needed);
      }
    };
    follow('publish');
    expect([...waitedFor].sort()).toEqual(gates.sort());
  });
});
