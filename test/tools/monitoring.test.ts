/** Do promtool and amtool take what is rendered, do the tests of the rules pass, and do faults in either show? */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { FieldValue } from '../../src/component/fields.ts';
import { tryRun } from '../support/keep.ts';
import { renderedFolder } from '../support/repository.ts';
import { describeWithTools, requireTool, toolFolders } from '../support/tools.ts';

const CONTAINERS = ['docker', 'compose', 'nginx', 'monitoring'];

type Subject = readonly [answers: Readonly<Record<string, FieldValue>>, preset: string | null];

const SUBJECTS: Readonly<Record<string, Subject>> = {
  'the FastAPI platform': [{ containers: CONTAINERS }, 'fastapi-platform'],
  'the FastAPI platform as its preset is': [{}, 'fastapi-platform'],
  'the Node platform': [{}, 'node-platform'],
  'the Node application with accounts, early thresholds and by e-mail alone': [
    {
      stack: 'node',
      'node.auth': 'database',
      containers: CONTAINERS,
      'monitoring.thresholds': 'early',
      'monitoring.receivers': ['email'],
    },
    null,
  ],
  'extreme thresholds, and a cache that forgets nothing': [
    {
      containers: CONTAINERS,
      'redis.eviction': 'noeviction',
      'monitoring.errorPercent': 1,
      'monitoring.latencyMillis': 9000,
      'monitoring.downSeconds': 3600,
      'monitoring.memoryPercent': 99,
      'monitoring.diskFreePercent': 90,
      'monitoring.certificateDays': 1,
      'monitoring.receivers': [],
    },
    null,
  ],
  'an application of which nothing is known': [
    { containers: ['docker', 'compose', 'monitoring'] },
    'minimal',
  ],
};

const IN_CLUSTER: Readonly<Record<string, Subject>> = {
  FastAPI: [{ name: 'platform', orchestration: ['helm'] }, 'fastapi-platform'],
  Node: [{ name: 'platform', 'monitoring.folder': 'monitoring' }, 'node-platform'],
};
/** What a cluster measures by other metrics. */
const ELSEWHERE = new Set(['HighMemory', 'HighCpu', 'FrequentRestarts', 'BackupTooOld']);
/** The alerts that both have, and those that come of the application. */
const OF_APPLICATION = {
  FastAPI: ['EventsStuck', 'LockoutSurge'],
  Node: ['WorkflowFailures', 'LockoutSurge'],
} as const;

interface RuleTest {
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly promql_expr_test: readonly { readonly expr: string }[];
}

/** The tests of the compose stack's rules, for those that the chart has too, with the series of a namespace. */
function clusterTests(folder: string, namespace: string): string {
  const [rules, all] = [
    'helm/platform/rules/alerts.yaml',
    'monitoring/prometheus/tests/app-alerts.test.yml',
  ].map((path) => readFileSync(join(folder, path), 'utf8'));
  const alerts = new Set([...(rules ?? '').matchAll(/alert: (\w+)/g)].map(([, name]) => name));
  const { tests } = parse(all ?? '') as { tests: readonly RuleTest[] };
  const here = tests
    .filter(({ promql_expr_test: [first] }) => {
      const alert = /alertname="(\w+)"/.exec(first?.expr ?? '')?.[1] ?? '';
      return alerts.has(alert) && !ELSEWHERE.has(alert);
    })
    .map((one) => ({
      ...one,
      input_series: one.input_series.map(({ series, values }) => ({
        series: series.replace('{', `{namespace="${namespace}",`),
        values,
      })),
    }));
  expect(here.length).toBeGreaterThan(10);
  return stringify({
    rule_files: ['helm/platform/rules/alerts.yaml'],
    evaluation_interval: '1m',
    tests: here,
  });
}

/** One alert of a cluster: its series, and whether it fires after so many hours. */
const clusterTest = (series: Readonly<Record<string, string>>, hours: number, fires: boolean): string =>
  stringify({
    rule_files: ['helm/platform/rules/alerts.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr: 'count by (alertname) (ALERTS{alertname="BackupTooOld", alertstate="firing"})',
            eval_time: `${hours}h`,
            exp_samples: fires ? [{ labels: '{alertname="BackupTooOld"}', value: 1 }] : [],
          },
        ],
      },
    ],
  });

const tried = (folder: string, tests: string) => {
  writeFileSync(join(folder, 'cluster.test.yml'), tests);
  return tryRun([requireTool('promtool'), 'test', 'rules', 'cluster.test.yml'], { cwd: folder });
};

const folders = new Map<string, string>();

/** The script as whoever has the tools runs it. */
const check = (folder: string) =>
  tryRun(['bash', join(folder, 'scripts/check_monitoring.sh')], {
    env: { PATH: toolFolders().join(delimiter) },
  });

/** A fault, and what is said of it. */
const TWINS: readonly (readonly [file: string, from: string | RegExp, to: string, says: RegExp])[] = [
  [
    'prometheus/alerts/app-alerts.yml',
    'for: 10m',
    'for: 10 minutes',
    /not a valid duration string|unknown unit/,
  ],
  ['prometheus/alerts/app-alerts.yml', '> 0.05\n', '> 0.5\n', /HighErrorRate/],
  ['prometheus/alerts/app-alerts.yml', 'status=~"5.."', 'status=~"4.."', /HighErrorRate/],
  ['prometheus/alerts/app-alerts.yml', '== 1)', '== 0)', /ServiceDown/],
  ['prometheus/alerts/app-alerts.yml', /(?<=alert: HighLatency[^]*?for: )10m/, '60m', /HighLatency/],
  ['prometheus/alerts/app-alerts.yml', 'pg_up == 0', 'pg_up == 1', /PostgresDown/],
  ['prometheus/prometheus.yml', 'scrape_interval', 'scrap_interval', /scrap_interval/],
  ['alertmanager/alertmanager.yml', 'receiver: critical', 'receiver: nobody', /undefined receiver "nobody"/],
  [
    'alertmanager/alertmanager.yml',
    'severity = "critical"',
    'severity = "critcal"',
    /Expected receivers did not match/,
  ],
];

describeWithTools('monitoring', ['bash', 'promtool', 'amtool'], () => {
  beforeAll(async () => {
    for (const [name, subject] of Object.entries(SUBJECTS))
      folders.set(name, await renderedFolder(...subject));
  });
  afterAll(() => {
    for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
  });

  test.each(Object.keys(SUBJECTS))('every rule of %s passes its tests', async (name) => {
    const { code, stdout, stderr } = await check(folders.get(name) ?? '');
    expect(`${stdout}${stderr}`).not.toMatch(/FAILED/);
    expect(code).toBe(0);
    expect(stdout).toMatch(/SUCCESS: [1-9]\d* rules found/);
    expect(stdout).toMatch(/\ncritical\nwarning\n/);
  });

  describe.each(['FastAPI', 'Node'] as const)('in the chart of the %s platform', (stack) => {
    let folder = '';
    beforeAll(async () => {
      const [answers, preset] = IN_CLUSTER[stack] ?? [{}, null];
      folder = await renderedFolder(answers, preset);
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    test('the same rules pass the same tests, by their namespace', async () => {
      const tests = clusterTests(folder, '@namespace@');
      for (const alert of OF_APPLICATION[stack]) expect(tests).toContain(`alertname="${alert}"`);
      expect(await tried(folder, tests)).toMatchObject({ code: 0 });
      // The twin: the series of another environment are not looked at.
      expect(await tried(folder, clusterTests(folder, 'staging'))).toMatchObject({ code: 1 });
    });

    // The rule is the same with every stack, and its day of minutes takes a while.
    test.runIf(stack === 'Node')(
      'a backup is too old by the CronJob that makes it, of the chart as of the manifests',
      async () => {
        const of = (metric: string, cronjob: string, namespace = '@namespace@'): string =>
          `${metric}{namespace="${namespace}",cronjob="${cronjob}"}`;
        const created = of('kube_cronjob_created', 'platform-backup');
        const succeeded = of('kube_cronjob_status_last_successful_time', 'platform-backup');
        const passes = async (...one: Parameters<typeof clusterTest>): Promise<void> => {
          expect(await tried(folder, clusterTest(...one))).toMatchObject({ code: 0 });
        };
        await passes({ [created]: '0x1800' }, 25, false);
        await passes({ [created]: '0x1800' }, 27, true);
        await passes({ [created]: '0x1800', [succeeded]: '_x1300 78000x500' }, 27, false);
        await passes({ [of('kube_cronjob_created', 'backup')]: '0x1800' }, 27, true);
        // Another environment's, and another CronJob.
        await passes({ [of('kube_cronjob_created', 'backup', 'staging')]: '0x1800' }, 27, false);
        await passes({ [of('kube_cronjob_created', 'audit-retention')]: '0x1800' }, 27, false);
      },
    );
  });

  describe('a fault is found', () => {
    test.each(TWINS)('%s: %s → %s', async (path, from, to, says) => {
      const file = join(folders.get('the FastAPI platform') ?? '', 'monitoring', path);
      const good = readFileSync(file, 'utf8');
      const bad = good.replace(from, to);
      expect(bad).not.toBe(good);
      writeFileSync(file, bad);
      try {
        const { code, stdout, stderr } = await check(folders.get('the FastAPI platform') ?? '');
        expect(code).not.toBe(0);
        expect(`${stdout}${stderr}`).toMatch(says);
      } finally {
        writeFileSync(file, good);
      }
    });
  });
});
