/** Helm charts as tools see them: each with each of its files of values, and with empty charts for those that it depends on. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
// Not `import()`: of a CommonJS module, bundled, that has no names. This file is loaded only where something is judged.
import { parse } from 'yaml';
import { KUBERNETES } from '../../component/pins.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import type { Judging, ReadText } from './tool.ts';

export const isChart = (path: RepoPath): boolean => /(?:^|\/)Chart\.yaml$/.test(path);

/** Somewhere in a chart's `charts/`: judged as a part of it. */
const isPartOf = (path: RepoPath, chart: RepoPath): boolean =>
  path.startsWith(`${folderOf(chart) === '.' ? '' : `${folderOf(chart)}/`}charts/`);

const folderOf = (path: string): string => posix.dirname(path);

/** As a cluster of the oldest Kubernetes that manifests are made for would. */
export const KUBERNETES_OPTIONS: readonly string[] = ['--kube-version', `v${KUBERNETES}.0`];
export const RENDER_OPTIONS: readonly string[] = ['--namespace', 'apps', ...KUBERNETES_OPTIONS];

/** The charts that somebody installs: no library, and no part of another. */
export function chooseCharts(paths: readonly RepoPath[], read: ReadText): readonly RepoPath[] {
  const charts = paths.filter(isChart);
  return charts.filter(
    (path) =>
      !charts.some((other) => other !== path && isPartOf(path, other)) &&
      !/^type:\s*["']?library\b/m.test(read(path)),
  );
}

/** What a chart is rendered with: its own values alone, or one more file beside Chart.yaml. */
export interface ChartValues {
  /** The file, for a finding; Chart.yaml where there is none. */
  readonly path: RepoPath;
  /** The options of helm. */
  readonly options: readonly string[];
}

/** A chart in a folder of its own, in which it renders. */
export interface RenderableChart {
  readonly folder: string;
  readonly values: readonly ChartValues[];
}

/** Helm's own name of charts (helm.sh/docs/chart_best_practices/conventions), which is safe as the name of a folder. */
const CHART_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** Far above what any chart has; more would be an attack on the disk. */
const MAX_DEPENDENCIES = 100;

interface ChartFile {
  readonly dependencies?: unknown;
}

/**
 * Helm neither lints nor renders while a dependency is missing from `charts/`, even one that is switched off: an empty
 * chart of the same name and version takes its place. All of it in a copy, for other tools look at the files meanwhile.
 */
export async function withChart<T>(
  { root, read }: Pick<Judging, 'root' | 'read'>,
  path: RepoPath,
  use: (chart: RenderableChart) => Promise<T>,
): Promise<T> {
  const own = folderOf(path);
  const copies = mkdtempSync(join(tmpdir(), 'bulwark-chart-'));
  const folder = join(copies, 'chart');
  try {
    cpSync(join(root, own), folder, { recursive: true });
    const { dependencies } = (readMap(() => parse(read(path)) as unknown) ?? {}) as ChartFile;
    for (const one of Array.isArray(dependencies) ? dependencies.slice(0, MAX_DEPENDENCIES) : []) {
      stubDependency(folder, one);
    }
    const files = readdirSync(folder)
      .filter((name) => /^values[.-].+\.ya?ml$/.test(name))
      .sort();
    const inOwn = (name: string): RepoPath => posix.join(own, name) as RepoPath;
    const first = existsSync(join(folder, 'values.yaml')) ? inOwn('values.yaml') : path;
    return await use({
      folder,
      values: [
        { path: first, options: [] },
        ...files.map((name) => ({ path: inOwn(name), options: ['--values', join(folder, name)] })),
      ],
    });
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

/** Nothing where it is no YAML: helm says so better. */
function readMap(parsed: () => unknown): object | undefined {
  try {
    const value = parsed();
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function stubDependency(chart: string, dependency: unknown): void {
  if (typeof dependency !== 'object' || dependency === null) return;
  const { name, version } = dependency as { readonly name?: unknown; readonly version?: unknown };
  if (typeof name !== 'string' || !CHART_NAME.test(name)) return;
  const charts = join(chart, 'charts');
  mkdirSync(charts, { recursive: true });
  // A folder, or an archive with the version in its name.
  const isThere = readdirSync(charts).some((other) => other === name || other.startsWith(`${name}-`));
  if (isThere) return;
  mkdirSync(join(charts, name));
  writeFileSync(
    join(charts, name, 'Chart.yaml'),
    `apiVersion: v2\nname: ${name}\nversion: ${versionWithin(version)}\n`,
  );
}

/** A version that a range admits, as ranges are mostly written: `^1.2.3`, `~1.2`, `1.x.x`. */
function versionWithin(range: unknown): string {
  const found = /\d+(?:\.(?:\d+|[xX*])){0,2}(?:[-+][0-9A-Za-z.+-]+)?/.exec(
    typeof range === 'string' ? range : '',
  );
  const [numbers = '', rest = ''] = (found?.[0] ?? '').split(/(?=[-+])/);
  const parts = numbers.replace(/[xX*]/g, '0').split('.').filter(Boolean);
  return `${[...parts, '0', '0', '0'].slice(0, 3).join('.')}${rest}`;
}
