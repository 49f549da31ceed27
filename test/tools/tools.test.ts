/** Does each real tool's result mean what it says: passed, found, no answer, not there? */
import { describe, expect, test, vi } from 'vitest';
import { exec, type Exec } from '../../src/exec.ts';
import type { CheckResult } from '../../src/verify/check.ts';
import { runTools, type ToolEvent } from '../../src/verify/run-tools.ts';
import { tools } from '../../src/verify/tools/index.ts';
import { installHint } from '../../src/verify/tools/tool.ts';
import { TOOL_CASES, type ToolCase } from '../support/tool-cases.ts';
import { standIn, treeOf } from '../support/tool-trees.ts';
import { describeWithTools, execWithTools, missingSchemas } from '../support/tools.ts';

const caseOf = (id: string): ToolCase => {
  const found = TOOL_CASES[id];
  if (!found) throw new Error(`no case for ${id} in tool-cases.ts`);
  return found;
};

async function judge(
  id: string,
  files: Readonly<Record<string, string>>,
  run: Exec,
  timeout = 120_000,
): Promise<CheckResult> {
  const [result] = await runTools({
    tree: treeOf(files),
    exec: run,
    tools: tools.filter((tool) => tool.id === id),
    timeout,
  });
  if (!result) throw new Error(`no tool ${id}`);
  return result;
}

const commandOf = (id: string): string => tools.find((tool) => tool.id === id)?.command ?? id;

// Any folder will do for the programs that stand in for kubeconform.
process.env.BULWARK_KUBERNETES_SCHEMAS ??= import.meta.dirname;

const crash = standIn(`console.error('boom'); process.exit(3);`);
const garbage = standIn(`console.log('<html>502</html>');`);
const silence = standIn('');
const findsWithoutNaming = standIn(`console.log('[]'); process.exit(1);`);
const hang = standIn(`setInterval(() => {}, 1000);`);
const killed = standIn(`process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);`);
const missing: Exec = (execution) => exec({ ...execution, command: 'bulwark-has-no-such-tool' });

test('every tool has a case, and they are sorted', () => {
  const ids = tools.map(({ id }) => id);
  expect(Object.keys(TOOL_CASES).sort()).toEqual(ids);
  expect([...ids].sort()).toEqual(ids);
});

for (const { id } of tools) {
  const { group, needs = [], good, judged = Object.keys(good).length, bad, finds } = caseOf(id);
  const obstacle = id === 'kubeconform' ? missingSchemas() : undefined;

  const tests = (): void => {
    test(`${id} passes what is good`, async () => {
      expect(await judge(id, good, execWithTools)).toEqual({ check: id, outcome: 'passed', judged });
    });

    test(`${id} finds ${finds.rule} in the bad twin`, async () => {
      const result = await judge(id, { ...good, ...bad }, execWithTools);
      expect(result).toMatchObject({ check: id, outcome: 'findings' });
      const found = result.outcome === 'findings' ? result.findings : [];
      expect(found).toContainEqual(expect.objectContaining(finds));
      for (const finding of found) {
        expect(finding.message).not.toBe('');
        expect(finding.hint).toBeTruthy();
        expect(finding.path).toBe(finds.path);
      }
    });
  };
  describeWithTools(group, [commandOf(id), ...needs], tests, obstacle);

  describe(`${id} without an answer`, () => {
    const failedWith = (reason: RegExp): unknown => ({
      check: id,
      outcome: 'failed',
      reason: expect.stringMatching(reason) as unknown,
    });

    test.each([
      ['crashes', crash, /^exited with 3: boom$/],
      ['prints what cannot be read', garbage, /^(?:could not read the output|did not (?:judge|say))/],
      ['says nothing at all', silence, /^(?:could not read the output|did not (?:judge|say))/],
      ['says that it found something but not what', findsWithoutNaming, /./],
      ['is killed', killed, /^ended before it answered$/],
    ])('has failed when it %s', async (_, run, reason) => {
      expect(await judge(id, good, run)).toEqual(failedWith(reason));
    });

    test('has failed when it does not end in time', async () => {
      expect(await judge(id, good, hang, 300)).toEqual(failedWith(/^no answer in 0\.3 s$/));
    });

    test('is skipped when it is not installed, with how to get it', async () => {
      expect(await judge(id, good, missing)).toEqual({
        check: id,
        outcome: 'skipped',
        reason: expect.stringMatching(/^not installed: .{10}/) as unknown,
      });
    });

    test('is skipped when there is nothing for it', async () => {
      const result = await judge(id, {}, crash);
      expect(result).toMatchObject({ check: id, outcome: 'skipped' });
    });
  });
}

describe('judged nothing although there was something', () => {
  test.each([
    ['checkov', '{"passed": 0, "failed": 0}', /^did not judge .*\bDockerfile, /],
    ['trivy', `{"SchemaVersion": 2}`, /^did not judge Dockerfile, /],
    ['gitleaks', '[]', /^judged nothing/],
    ['docker-compose', '{"name": "x"}', /^read no service in /],
    ['kubeconform', '{"resources": [], "summary": {"valid": 0}}', /^did not judge kubernetes\//],
    ['helm', '1 chart(s) linted', /^could not read the output/],
    ['kube-score', 'null', /^did not judge cluster\//],
    ['gixy', '[]', /^could not parse nginx\/nginx\.conf/],
    ['promtool', '  SUCCESS: 0 rules found', /^did not say that it judged /],
  ])('%s', async (id, answer, reason) => {
    const result = await judge(id, caseOf(id).good, standIn(`console.log(${JSON.stringify(answer)});`));
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result.outcome === 'failed' && result.reason).toMatch(reason);
  });
});

describeWithTools('gixy', ['gixy'], () => {
  test('gixy has failed on a file that it cannot parse, which it calls clean', async () => {
    const result = await judge('gixy', { 'nginx.conf': 'events {}\nhttp { server {\n' }, execWithTools);
    expect(result).toEqual({ check: 'gixy', outcome: 'failed', reason: 'could not parse nginx.conf' });
  });
});

describeWithTools(
  'kubeconform',
  ['kubectl', 'kubeconform', 'kube-score'],
  () => {
    const { good } = caseOf('kubeconform');
    const overlay = 'kubernetes/overlays/test/kustomization.yaml';

    test.each([
      ['a kustomization that does not render', overlay, '../../base', '../base', 'kustomize-build', overlay],
      [
        'a plain manifest',
        'cluster/service.yaml',
        'externalName:',
        'externalname:',
        'kubeconform-invalid',
        undefined,
      ],
      [
        'a kind that nobody knows',
        'cluster/service.yaml',
        'Service',
        'Servise',
        'kubeconform-unknown',
        undefined,
      ],
    ])('kubeconform finds %s', async (_, file, from, to, rule, path = file) => {
      const files = { ...good, [file]: (good[file] ?? '').replace(from, to) };
      const result = await judge('kubeconform', files, execWithTools);
      expect(result).toMatchObject({ outcome: 'findings', findings: [{ rule, path }] });
    });

    test('kube-score finds a plain manifest, with its line', async () => {
      const files = { 'k8s/services.yaml': `---\n${good['cluster/service.yaml'] ?? ''}` };
      const bad = files['k8s/services.yaml'].replace('ExternalName', 'NodePort');
      expect(await judge('kube-score', { 'k8s/services.yaml': bad }, execWithTools)).toMatchObject({
        outcome: 'findings',
        findings: [{ rule: 'service-targets-pod' }, { rule: 'service-type', path: 'k8s/services.yaml' }],
      });
    });

    test('kube-score has failed on a kustomization that does not render', async () => {
      const files = { ...good, [overlay]: (good[overlay] ?? '').replace('../../base', '../base') };
      const result = await judge('kube-score', files, execWithTools);
      expect(result).toMatchObject({
        outcome: 'failed',
        reason: `did not judge ${overlay}, which does not render`,
      });
    });
  },
  missingSchemas(),
);

describeWithTools(
  'helm',
  ['helm', 'kubeconform', 'kube-score', 'kubectl'],
  () => {
    const { good } = caseOf('helm');
    const template = 'deploy/chart/templates/service.yaml';
    const production = 'deploy/chart/values-production.yaml';
    const changed = (file: string, from: string, to: string): Readonly<Record<string, string>> => {
      const text = good[file] ?? '';
      expect(text).toContain(from);
      return { ...good, [file]: text.replace(from, to) };
    };

    test.each([
      ['helm', template, '{{ .Values.host }}', '{{ .Values.host }', 'helm-lint'],
      ['helm', template, '{{ .Values.host }}', '{{ fail "no" }}', 'helm-template'],
      ['kubeconform', template, 'externalName:', 'externalname:', 'kubeconform-invalid'],
      ['kube-score', template, 'ExternalName', 'NodePort', 'service-type'],
    ])(
      '%s finds what is wrong with every value, said once or of each file: %s',
      async (id, file, from, to, rule) => {
        expect(await judge(id, good, execWithTools)).toEqual({ check: id, outcome: 'passed', judged: 1 });
        const result = await judge(id, changed(file, from, to), execWithTools);
        expect(result).toMatchObject({ outcome: 'findings' });
        const found = result.outcome === 'findings' ? result.findings : [];
        expect(found).toContainEqual(expect.objectContaining({ rule, path: 'deploy/chart/values.yaml' }));
        expect(JSON.stringify(found)).not.toContain('bulwark-');
      },
    );

    test('kubeconform finds what is wrong with the values of one environment', async () => {
      const host = 'externalName: {{ .Values.host }}';
      const files = {
        ...changed(template, host, `${host}\n  {{- with .Values.more }}\n  {{ . }}\n  {{- end }}`),
        [production]: 'more: "external: 1"\n',
      };
      const result = await judge('kubeconform', files, execWithTools);
      expect(result).toMatchObject({ findings: [{ rule: 'kubeconform-invalid', path: production }] });
    });

    test('leaves out a library, and what lies in the charts of another', async () => {
      const library = { 'lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n' };
      const inner = {
        'deploy/chart/charts/cache/Chart.yaml': 'apiVersion: v2\nname: cache\nversion: 2.1.0\n',
      };
      expect(await judge('helm', { ...good, ...library, ...inner }, execWithTools)).toMatchObject({
        outcome: 'passed',
        judged: 1,
      });
    });

    test.each(['../../evil', '/tmp/evil', '-evil', '..', 'a/b'])(
      'makes no folder for a dependency by the name %s',
      async (name) => {
        const files = changed('deploy/chart/Chart.yaml', 'name: cache', `name: "${name}"`);
        expect(await judge('helm', files, execWithTools)).toMatchObject({ outcome: 'findings' });
      },
    );
  },
  missingSchemas(),
);

test('kubeconform is skipped where there are no schemas, with how to get them', async () => {
  vi.stubEnv('BULWARK_KUBERNETES_SCHEMAS', '/nowhere');
  try {
    const result = await judge('kubeconform', caseOf('kubeconform').good, crash);
    expect(result).toMatchObject({ outcome: 'skipped' });
    expect(result.outcome === 'skipped' && result.reason).toContain('BULWARK_KUBERNETES_SCHEMAS');
  } finally {
    vi.unstubAllEnvs();
  }
});

describeWithTools('zizmor', ['zizmor'], () => {
  test('zizmor has failed on a workflow that it cannot parse, which it would leave out', async () => {
    const files = { ...caseOf('zizmor').good, '.github/workflows/broken.yml': 'on: push\njobs: [\n' };
    const result = await judge('zizmor', files, execWithTools);
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result.outcome === 'failed' && result.reason).toContain('broken.yml');
  });
});

describeWithTools('gitleaks', ['gitleaks'], () => {
  test('gitleaks does not repeat the secret', async () => {
    const { bad } = caseOf('gitleaks');
    expect(JSON.stringify(await judge('gitleaks', bad, execWithTools))).not.toContain('a8Bd93kL');
  });
});

describeWithTools('promtool', ['promtool'], () => {
  test('promtool finds a rule that stands there twice, which it tells with an exit code of 0', async () => {
    const { good } = caseOf('promtool');
    const [rules = ''] = Object.values(good);
    const twice = rules + rules.slice(rules.indexOf('      - alert'));
    const result = await judge('promtool', { 'rules.yml': twice }, execWithTools);
    expect(result).toMatchObject({ outcome: 'findings', findings: [{ path: 'rules.yml' }] });
  });

  test('promtool finds an unknown key of a configuration', async () => {
    const result = await judge(
      'promtool',
      { 'p.yml': 'scrape_configs:\n  - job_name: a\n    x: 1\n' },
      execWithTools,
    );
    expect(result).toMatchObject({ findings: [{ rule: 'promtool-config', path: 'p.yml', line: 3 }] });
  });
});

describeWithTools('compose', ['docker-compose'], () => {
  test('a broken file is found with its line', async () => {
    const result = await judge('docker-compose', { 'compose.yaml': 'services:\n  a: [\n' }, execWithTools);
    expect(result).toMatchObject({ findings: [{ rule: 'compose-config', path: 'compose.yaml', line: 2 }] });
  });
});

describe('Docker Compose as a plugin of docker', () => {
  const plugin = standIn(`
    const [first, second] = process.argv.slice(2);
    if (first !== 'compose') process.exit(125);
    console.log(second === 'version' ? 'v2' : '{"services": {"a": {}}}');`);
  const asPlugin =
    (docker: Exec): Exec =>
    (execution) =>
      (execution.command === 'docker' ? docker : missing)(execution);

  test('is used where there is no docker-compose', async () => {
    const result = await judge('docker-compose', { 'compose.yaml': 'services: {}\n' }, asPlugin(plugin));
    expect(result).toEqual({ check: 'docker-compose', outcome: 'passed', judged: 1 });
  });

  test('is not installed where docker does not know it', async () => {
    const without = standIn(`console.error('docker: unknown command: docker compose'); process.exit(1);`);
    const result = await judge('docker-compose', { 'compose.yaml': 'services: {}\n' }, asPlugin(without));
    expect(result).toMatchObject({ outcome: 'skipped' });
  });
});

describe('running the tools', () => {
  const all = Object.assign({}, ...Object.values(TOOL_CASES).map(({ good }) => good)) as Record<
    string,
    string
  >;

  test('reports each in the order of the list, and every start and end', async () => {
    const events: ToolEvent[] = [];
    const results = await runTools({
      tree: treeOf(all),
      exec: missing,
      onProgress: (event) => events.push(event),
    });
    const ids = tools.map(({ id }) => id);
    expect(results.map(({ check }) => check)).toEqual(ids);
    for (const id of ids) {
      expect(events.filter(({ tool }) => tool === id).map(({ state }) => state)).toEqual([
        'running',
        'skipped',
      ]);
    }
  });

  test('never runs more at once than it may', async () => {
    let running = 0;
    let most = 0;
    const counting: Exec = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return { outcome: 'missing', stdout: '', stderr: '' };
    };
    await runTools({ tree: treeOf(all), exec: counting, limit: 3 });
    expect(most).toBe(3);
  });

  test('starts nothing more once it is aborted', async () => {
    const results = await runTools({ tree: treeOf(all), exec: crash, signal: AbortSignal.abort() });
    for (const result of results) expect(result).toMatchObject({ outcome: 'skipped', reason: 'interrupted' });
  });

  test('goes on without what a tool has left behind', async () => {
    const leaving = standIn(`
      require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' });
      setTimeout(() => process.exit(0), 100);`);
    const result = await judge('shellcheck', { 'a.sh': 'echo' }, leaving, 1000);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'no answer in 1 s' });
  });

  test('a tool sees the files of the tree alone, without what bulwark keeps', async () => {
    const listing = standIn(`
      const { readdirSync } = require('node:fs');
      console.log(readdirSync('.', { recursive: true }).sort().join(' '));`);
    const files = { 'scripts/a.sh': 'echo', '.bulwark/lock.json': '{}' };
    const result = await judge('shellcheck', files, listing);
    expect(result.outcome === 'failed' && result.reason).toContain(': scripts scripts/a.sh');
  });
});

test('how to get a tool is told for each system', () => {
  const [tool] = tools;
  if (!tool) throw new Error('no tools');
  expect(installHint(tool, 'darwin')).toBe(tool.install.darwin);
  expect(installHint(tool, 'freebsd')).toBe(tool.install.linux);
});
