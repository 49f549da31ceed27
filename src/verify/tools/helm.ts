/** Helm charts by helm itself: lint, and whether each of their files of values renders. */
import { posix } from 'node:path';
import type { RepoPath } from '../../tree/repo-path.ts';
import type { Finding } from '../check.ts';
import {
  chooseCharts,
  KUBERNETES_OPTIONS,
  RENDER_OPTIONS,
  withChart,
  type ChartValues,
  type RenderableChart,
} from './charts.ts';
import { defineTool, quote, ToolFailure, type Judging } from './tool.ts';

const HINT = 'https://helm.sh/docs/chart_best_practices/';
const SUMMARY = /^(?:Error: )?\d+ chart\(s\) linted, \d+ chart\(s\) failed$/m;
/** `[WARNING] templates/service.yaml: …`, with what belongs to it in the lines behind. */
const MESSAGE = /^\[(?<level>ERROR|WARNING)\] (?<file>[^:\n]*): (?<words>[^]*?)(?=\n\n|\n\[|$(?![^]))/gm;

export const helm = defineTool({
  id: 'helm',
  judges: 'Helm charts: lint, and that they render with each file of values',
  command: 'helm',
  versionArgs: ['version', '--short'],
  install: {
    linux: 'https://helm.sh/docs/intro/install/',
    darwin: 'brew install helm',
    win32: 'winget install Helm.Helm',
  },
  choose: chooseCharts,
  judge: async (judging) => {
    const findings: Finding[] = [];
    for (const path of judging.paths) {
      findings.push(
        ...(await withChart(judging, path, async (chart) => {
          const found: Finding[] = [];
          for (const values of chart.values) found.push(...(await judgeOne(judging, path, chart, values)));
          return found;
        })),
      );
    }
    // What is wrong whatever the values are is said once.
    return [...new Map(findings.toReversed().map((one) => [one.message, one])).values()];
  },
});

async function judgeOne(
  { root, call, read }: Judging,
  path: RepoPath,
  { folder }: RenderableChart,
  { path: valuesPath, options }: ChartValues,
): Promise<readonly Finding[]> {
  const linted = await call(['lint', '--strict', ...KUBERNETES_OPTIONS, folder, ...options]);
  const said = `${linted.stdout}\n${linted.stderr}`;
  if (!SUMMARY.test(said)) throw new ToolFailure(`could not read the output${quote(said)}`);
  const isThere = (name: string): boolean => {
    // So it calls whatever the values are put together from.
    if (name === 'values.yaml') return false;
    try {
      read(posix.join(posix.dirname(path), name) as RepoPath);
      return true;
    } catch {
      return false;
    }
  };
  // Lint stands in the folder that is judged, and names the copy.
  const plain = (words: string): string => words.replaceAll(`${folder}/`, '').replaceAll(root, '').trim();
  const findings = [...said.matchAll(MESSAGE)].map(({ groups = {} }): Finding => {
    const { level, file = '', words = '' } = groups;
    const name = plain(file);
    return {
      rule: 'helm-lint',
      severity: level === 'ERROR' ? 'error' : 'warning',
      path: name !== '' && isThere(name) ? posix.join(posix.dirname(path), name) : valuesPath,
      message: plain(words),
      hint: HINT,
    };
  });
  if (linted.exitCode !== 0 && findings.length === 0) {
    throw new ToolFailure(`exited with ${linted.exitCode} but named no finding${quote(said)}`);
  }
  if (findings.length > 0) return findings;
  const rendered = await call(['template', 'release', folder, ...RENDER_OPTIONS, ...options]);
  if (rendered.exitCode === 0) return [];
  return [
    {
      rule: 'helm-template',
      severity: 'error',
      path: valuesPath,
      message: plain(quote(rendered.stderr).slice(2)),
      hint: HINT,
    },
  ];
}
