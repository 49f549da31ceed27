/** The monitoring as it is rendered: what it watches is exported, each alert is tested and has its page, secrets stay out. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { FieldValue } from '../../src/component/fields.ts';
import { metricsIn } from '../../src/verify/embedded/promql.ts';
import { THRESHOLDS } from '../../src/component/monitoring/thresholds.ts';
import { render, textOf, type Rendered } from '../support/render.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface RuleTest {
  readonly promql_expr_test: readonly { readonly expr: string; readonly exp_samples: readonly unknown[] }[];
}

const CONTAINERS = ['docker', 'compose', 'nginx', 'monitoring'];
type Subject = readonly [answers: Readonly<Record<string, FieldValue>>, preset: string | null];

const NOTHING: Subject = [{}, null];
const SUBJECTS: Readonly<Record<string, Subject>> = {
  platform: [{ containers: CONTAINERS }, 'fastapi-platform'],
  fastapi: [{ containers: ['docker', 'compose', 'monitoring'] }, null],
  node: [
    { stack: 'node', 'node.auth': 'database', containers: CONTAINERS, 'monitoring.folder': 'docker' },
    null,
  ],
  none: [{ containers: ['docker', 'compose', 'monitoring'] }, 'minimal'],
};

const subject = (name: string): Promise<Rendered> => render(...(SUBJECTS[name] ?? NOTHING));

const folderOf = ({ plan }: Rendered): string => String(plan.project.answer('monitoring.folder'));

const rulesOf = (rendered: Rendered): readonly Rule[] =>
  (
    parse(textOf(rendered, `${folderOf(rendered)}/prometheus/alerts/app-alerts.yml`)) as {
      groups: readonly { rules: readonly Rule[] }[];
    }
  ).groups.flatMap(({ rules }) => rules);

const alertsOf = (rendered: Rendered): readonly Rule[] =>
  rulesOf(rendered).filter(({ alert }) => alert !== undefined);

/** GitHub's anchors of the headings. */
const headingsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));

describe.each(Object.keys(SUBJECTS))('monitoring beside %s', (name) => {
  it('has for each alert a severity, a summary, a description, and a page with the heading that it leads to', async () => {
    const rendered = await subject(name);
    const alerts = alertsOf(rendered);
    expect(alerts.length).toBeGreaterThan(5);
    for (const { alert = '', labels, annotations } of alerts) {
      expect(labels?.severity, alert).toMatch(/^(?:critical|warning)$/);
      expect(annotations?.summary, alert).toMatch(/\S/);
      expect(annotations?.description, alert).toMatch(/\S/);
      const url = /\/blob\/main\/(docs\/.+\.md)#(.+)$/.exec(annotations?.runbook_url ?? '');
      const page = textOf(rendered, url?.[1] ?? alert);
      expect(page.startsWith(`# ${alert}\n`), `${url?.[1] ?? ''} is about ${alert}`).toBe(true);
      expect(headingsOf(page), alert).toEqual(
        expect.arrayContaining([url?.[2] ?? '', 'meaning', 'check', 'mitigate', 'escalate']),
      );
    }
  });

  it('tests of each alert that it fires and that it does not', async () => {
    const rendered = await subject(name);
    const tests = (
      parse(textOf(rendered, `${folderOf(rendered)}/prometheus/tests/app-alerts.test.yml`)) as {
        tests: readonly RuleTest[];
      }
    ).tests.flatMap(({ promql_expr_test: all }) => all);
    const of = (alert: string) => tests.filter(({ expr }) => expr.includes(`alertname="${alert}"`));
    for (const { alert = '' } of alertsOf(rendered)) {
      expect(
        of(alert).filter(({ exp_samples: samples }) => samples.length > 0).length,
        alert,
      ).toBeGreaterThan(0);
      expect(
        of(alert).filter(({ exp_samples: samples }) => samples.length === 0).length,
        alert,
      ).toBeGreaterThan(0);
    }
  });

  it('asks each process of the application for those metrics alone that it says it exports', async () => {
    const rendered = await subject(name);
    const endpoints = rendered.plan.project.facts.app?.metrics ?? [];
    const exported = new Set(
      endpoints.flatMap(({ process, metrics }) => metrics.map((metric) => `${process} ${metric.name}`)),
    );
    const asked = rulesOf(rendered).flatMap(({ expr }) =>
      [...expr.matchAll(/(?<![\w:])([a-z_]+)\{job=(?:"(\w+)"|~"([\w|]+)")/g)].flatMap(
        ([, metric = '', one, several]) => (several ?? one ?? '').split('|').map((job) => ({ metric, job })),
      ),
    );
    const own = asked.filter(
      ({ metric, job }) => metric !== 'up' && endpoints.some(({ process }) => process === job),
    );
    expect(own.length > 0).toBe(endpoints.length > 0);
    for (const { metric, job } of own) {
      const name = exported.has(`${job} ${metric}`) ? metric : metric.replace(/_(?:bucket|sum|count)$/, '');
      expect(exported, `${job} is asked for ${metric}`).toContain(`${job} ${name}`);
    }
  });

  it('names no metric of the application that its code does not', async () => {
    const rendered = await subject(name);
    const code = [...rendered.tree.values()]
      .filter(({ path }) => /\.(?:py|ts)$/.test(path) && !path.startsWith('tests/'))
      .map(({ content }) => content.toString());
    for (const { metrics } of rendered.plan.project.facts.app?.metrics ?? []) {
      for (const metric of metrics.filter((one) => !/^(?:process|nodejs)_/.test(one.name))) {
        expect(
          code.some((text) => /["']/.test(text) && new RegExp(`["']${metric.name}["']`).test(text)),
          metric.name,
        ).toBe(true);
      }
    }
  });

  it('draws something on every dashboard', async () => {
    const rendered = await subject(name);
    const dashboards = [...rendered.tree.values()].filter(({ path }) => /\/dashboards\/.*\.json$/.test(path));
    expect(dashboards.length).toBeGreaterThan(1);
    for (const { path, content } of dashboards) {
      const { panels } = JSON.parse(content.toString()) as {
        panels: readonly { targets: readonly { expr: string }[] }[];
      };
      expect(panels.length, path).toBeGreaterThan(0);
      for (const { targets } of panels) {
        for (const { expr } of targets) expect(metricsIn(expr).length, expr).toBeGreaterThan(0);
      }
    }
  });
});

describe('thresholds', () => {
  const rulesWith = async (answers: Readonly<Record<string, FieldValue>>) => {
    const rendered = await render({ containers: ['docker', 'compose', 'monitoring'], ...answers });
    const rule = (name: string) => rulesOf(rendered).find(({ alert }) => alert === name);
    return {
      errors: rule('HighErrorRate')?.expr,
      disk: rule('DiskSpaceLow')?.expr,
      hits: rule('CacheHitRateLow')?.expr,
    };
  };

  it('are those of the column', async () => {
    const measured = await rulesWith({});
    expect(measured.errors).toContain(`> ${THRESHOLDS.measured.errorPercent / 100}\n`);
    expect(measured.hits).toContain(`< ${THRESHOLDS.measured.cacheHitPercent / 100}\n`);
    const early = await rulesWith({ 'monitoring.thresholds': 'early' });
    expect(early.errors).toContain(`> ${THRESHOLDS.early.errorPercent / 100}\n`);
    expect(early.disk).toContain(`< ${THRESHOLDS.early.diskFreePercent / 100}\n`);
    expect(early.hits).toContain(`< ${THRESHOLDS.early.cacheHitPercent / 100}\n`);
  });

  it('are what is asked for, where it is', async () => {
    const own = await rulesWith({ 'monitoring.thresholds': 'early', 'monitoring.errorPercent': 7 });
    expect(own.errors).toContain('> 0.07\n');
    expect(own.disk).toContain(`< ${THRESHOLDS.early.diskFreePercent / 100}\n`);
  });
});

describe('receivers', () => {
  const routed = async (receivers: readonly string[]) => {
    const rendered = await render({
      containers: ['docker', 'compose', 'monitoring'],
      'monitoring.receivers': receivers,
    });
    return {
      config: textOf(rendered, 'monitoring/alertmanager/alertmanager.yml'),
      compose: textOf(rendered, 'docker-compose.prod.yml'),
    };
  };

  it('are told by secrets that are files', async () => {
    const { config, compose } = await routed(['slack', 'email', 'pagerduty']);
    for (const name of ['slack_webhook_url', 'smtp_password', 'pagerduty_routing_key']) {
      expect(config).toContain(`_file: /run/secrets/${name}\n`);
      expect(compose).toContain(`file: ./monitoring/secrets/${name}\n`);
    }
    expect(config).not.toMatch(/^\s*(?:- )?(?:api_url|smtp_auth_password|routing_key|service_key):/m);
  });

  it('that are not chosen are not spoken of', async () => {
    const { config, compose } = await routed(['email']);
    expect(config).not.toMatch(/slack|pagerduty/);
    expect(compose).not.toMatch(/slack_webhook_url|pagerduty_routing_key/);
    // Nothing else tells of warnings.
    expect(config.match(/email_configs:/g)).toHaveLength(2);
    const { config: both } = await routed(['email', 'slack']);
    expect(both.match(/email_configs:/g)).toHaveLength(1);
  });
});
