/** Prometheus configurations and rules by promtool, each file by itself. */
import type { RepoPath } from '../../tree/repo-path.ts';
import type { Finding } from '../check.ts';
import { isYaml } from './file-kinds.ts';
import { agreeing, argumentFor, defineTool, quote, ToolFailure, type Judging } from './tool.ts';

/** What promtool can tell apart only by its sub-command. */
const KINDS = {
  rules: {
    args: ['check', 'rules'],
    judged: /SUCCESS: [1-9]\d* rules found/,
    hint: 'https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/',
  },
  config: {
    // Files that the configuration names are on the server, not here.
    args: ['check', 'config', '--syntax-only'],
    judged: /SUCCESS: .+ is valid prometheus config file syntax/,
    hint: 'https://prometheus.io/docs/prometheus/latest/configuration/configuration/',
  },
};

export const promtool = defineTool({
  id: 'promtool',
  judges: 'Prometheus configurations and rules',
  command: 'promtool',
  versionArgs: ['--version'],
  install: {
    linux: 'apt-get install prometheus, or the archive from https://prometheus.io/download/',
    darwin: 'brew install prometheus',
    win32: 'the archive from https://prometheus.io/download/',
  },
  choose: (paths, read) => paths.filter((path) => isYaml(path) && kindOf(read(path)) !== undefined),
  judge: async (judging) => {
    const findings: Finding[] = [];
    for (const path of judging.paths) findings.push(...(await judgeFile(judging, path)));
    return findings;
  },
});

function kindOf(text: string): keyof typeof KINDS | undefined {
  const isRules = /^groups:/m.test(text) && /^\s+(?:- )?(?:alert|record):/m.test(text);
  // A PrometheusRule wraps its groups in a Kubernetes object, which promtool does not read.
  if (isRules && !text.includes('kind: PrometheusRule')) return 'rules';
  return /^scrape_configs:/m.test(text) ? 'config' : undefined;
}

async function judgeFile({ read, call }: Judging, path: RepoPath): Promise<readonly Finding[]> {
  const kind = kindOf(read(path));
  if (kind === undefined) throw new ToolFailure(`${path} is neither rules nor a configuration`);
  const { args, judged, hint } = KINDS[kind];
  const output = await call([...args, argumentFor(path)]);
  const findings = failuresIn(output.stderr).map((message): Finding => {
    const line = /(?:\bline (\d+)|:\s(\d+):\d+:)/.exec(message);
    return {
      rule: `promtool-${kind}`,
      severity: 'error',
      path,
      ...(line && { line: Number(line[1] ?? line[2]) }),
      message,
      hint,
    };
  });
  if (findings.length === 0 && output.exitCode === 0 && !judged.test(output.stdout)) {
    throw new ToolFailure(`did not say that it judged ${path}${quote(output.stdout || output.stderr)}`);
  }
  return agreeing(output, findings);
}

/** What follows `FAILED:`; a doubled rule is told so with an exit code of 0, and counts all the same. */
function failuresIn(words: string): readonly string[] {
  return words
    .split(/^\s*FAILED:\s*/m)
    .slice(1)
    .map((message) => message.trim().replaceAll(/\s*\n\s*/g, '; '));
}
