/** Which groups of tests need real tools: the fixed list that CI holds a run against, and the record of those that ran. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Every group and what it shows. A test that needs a real tool belongs to one of these. */
export const TOOL_GROUPS = {
  quoting: 'literals are read back by the parsers of shells, make, nginx, Python, Compose and BuildKit',
  hadolint: 'hadolint passes a good Dockerfile and finds a bad one',
  actionlint: 'actionlint passes a good workflow and finds a bad one',
  zizmor: 'zizmor passes a good workflow and finds a bad one',
  compose: 'Docker Compose reads good stacks and finds a bad one',
  shellcheck: 'ShellCheck passes a good script and finds a bad one',
  yamllint: 'yamllint passes good YAML and finds bad',
  gitleaks: 'gitleaks passes a clean tree and finds a secret',
  checkov: 'checkov passes good files and finds bad ones',
  trivy: 'trivy passes a good Dockerfile and finds a bad one',
  'kube-score': 'kube-score passes good manifests and finds bad ones, as they are rendered',
  kubeconform: 'kubeconform passes good manifests and finds bad ones, as they are rendered',
  helm: 'helm lints and renders a good chart and finds a bad one, and what it renders is judged',
  promtool: 'promtool passes good rules and configurations and finds bad ones',
  monitoring:
    'the rules of the rendered monitoring pass their tests, and faults in them and in the routes show',
  gixy: 'gixy passes a good nginx.conf and finds a bad one',
  'python-app-3.12': 'the rendered application passes its own tests on Python 3.12, with real services',
  'python-app-3.13': 'the same on Python 3.13; it is fast, survives what hangs and drains, seen from outside',
  'node-app-24':
    'the rendered Node application with accounts passes its linters and tests on Node 24, from its own lock',
  'node-app-22': 'the same without accounts on Node 22; it runs with what its image holds',
  'readme-commands': 'every command of the rendered READMEs works from a clean clone, with real containers',
  'image-build': 'the rendered images build, run hardened as any user, and stop when they are told to',
  nginx:
    'a real nginx with the rendered configuration speaks TLS, sets headers, limits, hides and finds replicas',
  'nginx-node':
    'the same nginx before the real Node application: TLS, headers on success and on error, limits, WebSockets',
  certificates:
    'a certificate is issued by a real ACME server, taken over by a real nginx that runs on, and renewed',
  'rolling-update':
    'replicas are replaced behind the proxy without an answer missing; a new one that is no good leaves the others alone',
  documents:
    'what the documents say to type is understood, their SQL runs, a restore brings the data back, planted faults show',
  backup:
    'a backup of real services is restored with every row; what is truncated, full, locked or unreachable is told by its code',
  matrix: 'each tool finds nothing in any row of the pairwise set',
  judge: 'the judge finds nothing in the default output, in minimal ones and in rows of the pairwise set',
  twins: 'each line of the hardening baseline that is taken out of the output is found',
  'python-quality': 'ruff, black, isort, pylint, mypy and bandit find nothing in any rendered application',
  'kube-api':
    'every overlay rolls out on a real API server with Pod Security restricted; what is not hardened is refused',
  'helm-api':
    'the chart installs, upgrades, rolls back and goes away on a real API server with Pod Security restricted',
  'python-locks': 'every locked package has a wheel for each Python and processor',
  logging:
    'the scripts of the logging stack make secrets that are right and set up the servers that they meet',
  'deploy-targets':
    "the files of the deploy targets hold before the platforms' models, and the script before stand-ins of the clouds",
} as const satisfies Readonly<Record<string, string>>;

export type ToolGroup = keyof typeof TOOL_GROUPS;

/** Names the folder in which the test processes leave their marks; set for them by the global setup. */
export const MARKS_VARIABLE = 'BULWARK_TOOL_GROUP_MARKS';

/** Where this run's marks lie; undefined before it began. */
export const marksFolder = (): string | undefined => process.env[MARKS_VARIABLE];

/** With it a group that does not run is a failure (CI). */
export const toolsAreRequired = (): boolean => process.env.BULWARK_REQUIRE_TOOLS === '1';

/** Records that tests of a group were executed, or why they were not. */
export function markGroup(
  group: ToolGroup,
  mark: { readonly ran: true } | { readonly skipped: string },
): void {
  const folder = marksFolder();
  if (folder === undefined) return;
  const [state, reason] = 'ran' in mark ? ['ran', ''] : ['skipped', mark.skipped];
  // Several files and processes may mark one group.
  writeFileSync(join(mkdtempSync(join(folder, `${group}@`)), state), reason);
}

/** Makes the folder for the marks, for this process and those it starts. */
export function beginMarks(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-tool-groups-'));
  process.env[MARKS_VARIABLE] = folder;
  return folder;
}

/** What came of all groups: one that was skipped anywhere, or that no test executed, has not run. */
export function summarizeMarks(folder: string): {
  readonly ran: readonly ToolGroup[];
  readonly missing: readonly { readonly group: ToolGroup; readonly reason: string }[];
} {
  const reasons = new Map<string, string>();
  const executed = new Set<string>();
  for (const name of readdirSync(folder)) {
    const group = name.slice(0, name.lastIndexOf('@'));
    for (const state of readdirSync(join(folder, name))) {
      if (state === 'ran') executed.add(group);
      else reasons.set(group, readFileSync(join(folder, name, state), 'utf8'));
    }
  }
  const groups = Object.keys(TOOL_GROUPS) as ToolGroup[];
  const reasonOf = (group: ToolGroup): string | undefined =>
    reasons.get(group) ?? (executed.has(group) ? undefined : 'no test of it was executed');
  return {
    ran: groups.filter((group) => reasonOf(group) === undefined),
    missing: groups.flatMap((group) => {
      const reason = reasonOf(group);
      return reason === undefined ? [] : [{ group, reason }];
    }),
  };
}

/** Removes the marks. */
export const endMarks = (folder: string): void => {
  Reflect.deleteProperty(process.env, MARKS_VARIABLE);
  rmSync(folder, { recursive: true, force: true });
};
