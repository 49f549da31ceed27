/** The check `metrics` on bad twins, and what it takes for a metric in a query. */
import { describe, expect, it } from 'vitest';
import { metrics } from '../../../src/verify/embedded/metrics.ts';
import { metricsIn } from '../../../src/verify/embedded/promql.ts';
import { findingsOf, goodTree, judge, testTwins, treeOf, type Edit } from './twins.ts';

const rules = 'monitoring/alerts.yml';
const config = {
  file: 'monitoring/prometheus.yml',
  to: 'scrape_configs:\n  - job_name: redis\n    static_configs:\n      - targets: [redis-exporter:9121]\n',
};
const dashboard = (expr: string) => ({
  file: 'monitoring/cache.json',
  to: JSON.stringify({ panels: [{ panels: [{ title: 'Memory', targets: [{ expr }] }] }] }, null, 1),
});

const watched = (...edits: readonly Edit[]) => goodTree(config, ...edits);
const saidOf = async (tree: ReturnType<typeof goodTree>): Promise<readonly string[]> =>
  findingsOf(await judge(metrics, tree)).map(({ path, line, message }) => `${path}:${line ?? 0} ${message}`);

const withRule = (expr: string) => ({ file: rules, from: 'up == 0', to: expr });

describe('a metric that nothing exports', () => {
  it('is found in a rule, at its expression', async () => {
    expect(await saidOf(watched(withRule('redis_is_up == 0')))).toEqual([
      `${rules}:5 Down asks for redis_is_up, which nothing exports`,
    ]);
  });

  it('is found in a dashboard, also in a row of panels', async () => {
    const [said, ...more] = await saidOf(watched(dashboard('rate(redis_memory_bytes[5m])')));
    expect(said).toMatch(
      /^monitoring\/cache\.json:\d+ Memory draws redis_memory_bytes, which nothing exports$/,
    );
    expect(more).toEqual([]);
  });

  it('is one of an exporter that is not read', async () => {
    expect(await saidOf(watched(withRule('node_load1 > 4')))).toHaveLength(1);
  });

  it.each([
    'redis_up == 0',
    'absent(up{job="redis"}) or ALERTS{alertstate="firing"} == 1',
    'sum by (le) (rate(process_cpu_seconds_total[5m]))',
  ])('is not seen in %s', async (expr) => {
    expect(await saidOf(watched(withRule(expr), dashboard(expr)))).toEqual([]);
  });

  it('is none once the code, a script or a rule makes it', async () => {
    const rule = withRule('shop_orders_total > 1');
    expect(await saidOf(watched(rule))).toHaveLength(1);
    expect(
      await saidOf(watched(rule, { file: 'app/orders.py', to: 'Counter("shop_orders_total")' })),
    ).toEqual([]);
    expect(await saidOf(watched(rule, { file: 'scripts/count.sh', to: 'echo shop_orders_total 1' }))).toEqual(
      [],
    );
    const recorded =
      'groups:\n  - name: x\n    rules:\n      - record: shop_orders_total\n        expr: up\n';
    expect(await saidOf(watched(rule, { file: 'monitoring/recorded.yml', to: recorded }))).toEqual([]);
    // What a test says is exported by nobody.
    expect(
      await saidOf(watched(rule, { file: 'tests/test_orders.py', to: '"shop_orders_total"' })),
    ).toHaveLength(1);
  });

  it('is not told of where a target is not known', async () => {
    const job = '  - job_name: other\n    static_configs:\n      - targets: [somewhere:4711]\n';
    const tree = goodTree({ ...config, to: config.to + job }, withRule('anything_at_all > 1'));
    expect(await saidOf(tree)).toEqual([]);
  });

  it('is told of in rules for a cluster', async () => {
    const rule = (expr: string) =>
      treeOf({
        'rule.yaml': `kind: PrometheusRule\nspec:\n  groups:\n    - name: x\n      rules:\n        - alert: A\n          expr: ${expr}\n`,
      });
    expect(await saidOf(rule('kube_pod_status_ready == 0'))).toEqual([]);
    expect(await saidOf(rule('redis_up == 0'))).toEqual([
      'rule.yaml:7 A asks for redis_up, which nothing exports',
    ]);
  });

  it('is told of in rules that a template of a chart takes in', async () => {
    const chart = (expr: string) =>
      treeOf({
        'helm/x/rules/alerts.yaml': `groups:\n  - name: x\n    rules:\n      - alert: A\n        expr: ${expr}\n`,
        'helm/x/templates/rule.yaml':
          'kind: PrometheusRule\nspec:\n  {{- .Files.Get "rules/alerts.yaml" | nindent 2 }}\n',
      });
    expect(await saidOf(chart('kube_pod_status_ready == 0'))).toEqual([]);
    expect(await saidOf(chart('redis_up == 0'))).toEqual([
      'helm/x/rules/alerts.yaml:5 A asks for redis_up, which nothing exports',
    ]);
  });
});

testTwins(metrics, [
  {
    rule: 'metrics-exported',
    file: 'monitoring/rule.yml',
    to: 'kind: PrometheusRule\nspec:\n  groups:\n    - name: x\n      rules:\n        - alert: A\n          expr: no_such_thing\n',
    at: 'expr: no_such_thing',
  },
]);

describe('metricsIn', () => {
  it.each<[string, readonly string[]]>([
    ['up', ['up']],
    ['job:errors:ratio_rate5m{job="up"} > 0.05', ['job:errors:ratio_rate5m']],
    ['histogram_quantile(0.95, sum by (job, le) (rate(x_bucket{a=~"b|c"}[5m])))', ['x_bucket']],
    ['sum without (pod) (a) / on (job) group_left (version) b', ['a', 'b']],
    ['a offset 5m and b unless bool c or d == bool 1', ['a', 'b', 'c', 'd']],
    ['time() - max(a) > 26 * 3600 # not b\n or absent(c)', ['a', 'c']],
    ['rate(a[$__rate_interval]) * 1e3 + Inf', ['a']],
    ['label_replace(a, "x", "$1", "y", "(b)")', ['a']],
    ['sum(a) by (job)', ['a']],
  ])('%s', (query, names) => {
    expect(metricsIn(query)).toEqual(names);
  });
});
