/** Amazon ECS on Fargate: task definitions, and how a version takes over behind a load balancer. */
import { applicationOf, jobView, listenerView } from '../src/component/application-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type Resources } from '../src/component/define.ts';
import { integer, matching, text } from '../src/component/fields.ts';
import { separated, smallestThatHolds, targetLayers, targetView } from '../src/component/target-view.ts';
import { literal } from '../src/render/view.ts';

const REGION = '^[a-z]{2}(?:-[a-z]+)+-[1-9]$';

/** The private registry of an AWS account; its own roles may pull there. */
const ECR = /^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\//;

/** Fargate's sizes: for each number of CPU units the memory it can have, in steps (MiB). */
const FARGATE = [
  { cpu: 256, from: 512, to: 2048, step: 512 },
  { cpu: 512, from: 1024, to: 4096, step: 1024 },
  { cpu: 1024, from: 2048, to: 8192, step: 1024 },
  { cpu: 2048, from: 4096, to: 16_384, step: 1024 },
  { cpu: 4096, from: 8192, to: 30_720, step: 1024 },
  { cpu: 8192, from: 16_384, to: 61_440, step: 4096 },
  { cpu: 16_384, from: 32_768, to: 122_880, step: 8192 },
] as const;

/** The smallest size of a task that grants the limits: a task gets what it names, no less and no more. */
function taskSizeOf({ cpuLimitMillis, memoryLimitMb }: Resources) {
  const wantedCpu = Math.ceil((cpuLimitMillis * 1024) / 1000);
  const { size, isEnough } = smallestThatHolds(
    FARGATE,
    ({ cpu, to }) => cpu >= wantedCpu && to >= memoryLimitMb,
  );
  const steps = Math.ceil(Math.max(0, Math.min(memoryLimitMb, size.to) - size.from) / size.step);
  return { cpu: size.cpu, memory: size.from + steps * size.step, isEnough };
}

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;

/** Five fields of cron as EventBridge writes them: a year more, days by name, and one of the two days unsaid. */
export function eventBridgeCron(schedule: string): string {
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = schedule.split(' ');
  const byName = weekday.replace(/[0-7]/g, (digit) => DAYS[Number(digit)] ?? digit);
  const days = weekday === '*' ? `${day} ${month} ?` : `? ${month} ${byName}`;
  return `cron(${minute} ${hour} ${days} *)`;
}

/** The variables that tell of a listener's rule and target groups; in a template the braces would run together. */
function variablesOf(listener: string) {
  const variable = listener.toUpperCase().replaceAll('-', '_');
  const names = ['RULE_ARN', 'BLUE_TARGET_GROUP_ARN', 'GREEN_TARGET_GROUP_ARN'].map(
    (what) => `ECS_${variable}_${what}`,
  );
  return { variable, variables: names.map((name) => ({ name, from: literal(`\${{ vars.${name} }}`) })) };
}

export default defineComponent({
  id: 'ecs',
  category: 'targets',
  description: 'Amazon ECS on Fargate: read-only task definitions, blue-green behind a load balancer',
  chosenByDefault: false,
  requires: ['delivery'],
  fields: {
    region: text('AWS region', {
      help: 'Where the cluster runs in production.',
      default: 'eu-central-1',
      maxLength: 25,
      ...matching(REGION, 'must be a region of AWS, such as eu-central-1'),
    }),
    replicas: integer('ECS tasks', {
      help: 'How many tasks of the application run on Amazon ECS.',
      default: 2,
      min: 1,
      max: 100,
    }),
  },
  layers: (_, project) => targetLayers(project),
  view: ({ region, replicas }, project) => {
    const app = applicationOf(project);
    const size = taskSizeOf(app.resources);
    return {
      ...targetView(project),
      region,
      replicas,
      cpu: size.cpu,
      memory: size.memory,
      tooSmall: !size.isEnough,
      // Fargate kills after two minutes at the latest.
      stopSeconds: Math.min(app.stopSeconds, 120),
      withCredentials: !ECR.test(project.image),
      listeners: separated(app.listeners.map((one) => ({ ...listenerView(one), ...variablesOf(one.name) }))),
      jobs: separated(
        app.jobs.map((job) => ({
          ...jobView(job),
          eventBridge: literal(eventBridgeCron(job.schedule)),
        })),
      ),
    };
  },
  contributes: () => [
    add.workflow('ci', 'ci/deploy.yml', { order: 90 }),
    add.readme('deployment', 'readme/deployment.md', { order: 40 }),
    add.readme('rollback', 'readme/rollback.md', { order: 40 }),
  ],
  samples: { default: {}, elsewhere: { region: 'us-gov-west-1', replicas: 1 } },
});
