/** `bulwark pin`: puts digests to image tags and commits to action tags, as the registries say that they stand for. */
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { version } from 'bulwark:package';
import { ExitCode, usageError, type Issue } from '../../errors.ts';
import { exec } from '../../exec.ts';
import { NO_CREDENTIALS, readDockerConfig, type RegistryCredentials } from '../../pin/docker-config.ts';
import { gitHubClient, gitHubOf } from '../../pin/github.ts';
import { reasonsToLeave } from '../../pin/own-images.ts';
import {
  needsOf,
  planPins,
  unpinnedBranches,
  type LeftAsIs,
  type PinPlan,
  type PinRecords,
} from '../../pin/plan-pins.ts';
import { textsOf } from '../../pin/pin-tree.ts';
import { NO_PINS } from '../../pin/reference.ts';
import { hostOfRegistry, registryClient } from '../../pin/registry.ts';
import { requestPorts } from '../../pin/requests.ts';
import { offlineError, resolvePins, type Resolved, type Wanted } from '../../pin/resolve.ts';
import { BASELINE_PATH, readBaseline } from '../../repo/baseline.ts';
import { commitChanges } from '../../repo/commit-changes.ts';
import { LOCK_PATH, parseLock, sha256 } from '../../repo/lockfile.ts';
import { openTarget, readTargetFiles, type Target } from '../../repo/open-repo.ts';
import { readOutside } from '../../repo/read-outside.ts';
import { readTree } from '../../repo/read-tree.ts';
import { parseSettings, SETTINGS_PATH } from '../../repo/settings-file.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import { serializeDocument } from '../document.ts';
import { printable } from '../printable.ts';
import { formatTable } from '../report.ts';
import type { Command, CommandContext } from './command.ts';

export const pin: Command = async (context) => {
  const { line, terminal, signal } = context;
  const root = repositoryOf(terminal.cwd);
  const records = recordsAt(root);
  const tree = await readTree(root, exec);
  const texts = textsOf(tree.values());
  const isChosen = choiceOf(line.positionals, terminal.cwd, root, [...tree.keys()]);
  const known = records?.settings.pins ?? NO_PINS;
  const leave = reasonsToLeave(texts, records?.settings.answers);
  const { wanted, left } = needsOf(texts, isChosen, known, leave);
  const { pins, branches, notices, hosts } = await lookUp(context, wanted);
  const plan = planPins({
    tree,
    texts,
    isChosen,
    isWhole: line.positionals.length === 0,
    pins,
    records,
  });
  const isDry = line.options.has('dry-run');
  if (!isDry) await commitChanges(root, plan.changes, { signal });
  const allLeft = [...left, ...unpinnedBranches(texts, isChosen, branches)];
  await report(context, { plan, left: allLeft, notices, hosts, isDry });
  return ExitCode.ok;
};

/** Where bulwark's records are, here or above in the same work tree; else where one stands. */
function repositoryOf(cwd: string): string {
  const here = openTarget(cwd);
  if (here.state === 'missing' || here.state === 'not-a-folder') {
    throw usageError([
      {
        id: 'nothing-to-pin',
        message: 'there is no such folder',
        where: cwd,
        hint: 'stand in a repository, or name it: bulwark pin --cwd DIR',
      },
    ]);
  }
  for (let at = here.root; ; at = dirname(at)) {
    if (openTarget(at).state === 'bulwark') return at;
    if (at === here.workTree || at === dirname(at)) return here.root;
  }
}

/** What bulwark keeps here; undefined where it keeps nothing. */
function recordsAt(root: string): PinRecords | undefined {
  const target: Target = openTarget(root);
  if (target.state !== 'bulwark') return undefined;
  const files = readTargetFiles(target, [SETTINGS_PATH, LOCK_PATH, BASELINE_PATH]);
  const originals = new Map([...files].map(([path, { content }]) => [path, content]));
  const missing = [SETTINGS_PATH, LOCK_PATH, BASELINE_PATH].filter((path) => !originals.has(path));
  if (missing.length > 0) {
    throw usageError(
      missing.map((path) => ({
        id: 'record-missing',
        message: `${path} is missing in a repository that bulwark wrote`,
        where: path,
        hint: 'restore it from git, or run: bulwark update --rebuild',
      })),
    );
  }
  const text = (path: RepoPath) => originals.get(path)?.toString('utf8') ?? '';
  const settings = parseSettings(text(SETTINGS_PATH));
  const lock = parseLock(text(LOCK_PATH));
  return { settings, lock, baseline: readBaseline(text(BASELINE_PATH), lock), originals };
}

/** @throws BulwarkError (code 2) with every word that names no file of the repository */
function choiceOf(
  words: readonly string[],
  cwd: string,
  root: string,
  paths: readonly RepoPath[],
): (path: RepoPath) => boolean {
  if (words.length === 0) return () => true;
  const issues: Issue[] = [];
  const folders = new Set<string>();
  const chosen = new Set<string>();
  for (const word of words) {
    const path = relative(root, resolve(cwd, word)).split(sep).join('/');
    if (path === '') folders.add('');
    else if (paths.some((one) => one === path)) chosen.add(path);
    else if (paths.some((one) => one.startsWith(`${path}/`))) folders.add(`${path}/`);
    else {
      issues.push({
        id: 'no-such-file',
        message: `${word} is no file and no folder of the repository`,
        where: word,
        hint: 'name files or folders that git would commit, or none for all',
      });
    }
  }
  if (issues.length > 0) throw usageError(issues);
  return (path) => chosen.has(path) || [...folders].some((folder) => path.startsWith(folder));
}

interface LookedUp extends Resolved {
  /** Who was asked. */
  readonly hosts: readonly string[];
}

async function lookUp({ line, terminal, say, signal }: CommandContext, wanted: Wanted): Promise<LookedUp> {
  const { images, actions } = wanted;
  if (images.size + actions.size === 0) return { pins: NO_PINS, branches: new Set(), notices: [], hosts: [] };
  if (line.options.has('offline')) throw offlineError(wanted);
  const gitHub = gitHubOf(terminal.environment);
  const names = new Set([
    ...[...images.values()].map(({ registry }) => hostOfRegistry(registry)),
    ...(actions.size > 0 ? [gitHub.api.host] : []),
  ]);
  say(`asking over the network: ${[...names].sort().join(', ')}\n`);
  const ports = requestPorts(signal, `bulwark/${version}`);
  const resolved = await resolvePins(
    wanted,
    registryClient(dockerCredentials(terminal.environment), ports),
    gitHubClient(gitHub, ports),
  );
  return { ...resolved, hosts: [...ports.asked].sort() };
}

function dockerCredentials(environment: NodeJS.ProcessEnv): RegistryCredentials {
  const { DOCKER_CONFIG = '', HOME } = environment;
  const folder = DOCKER_CONFIG === '' ? join(HOME ?? homedir(), '.docker') : DOCKER_CONFIG;
  const text = readOutside(join(folder, 'config.json'));
  return text === undefined ? NO_CREDENTIALS : readDockerConfig(text);
}

interface Outcome {
  readonly plan: PinPlan;
  readonly left: readonly LeftAsIs[];
  readonly notices: readonly string[];
  readonly hosts: readonly string[];
  readonly isDry: boolean;
}

async function report(context: CommandContext, outcome: Outcome): Promise<void> {
  const { line, terminal, say } = context;
  const { plan, left, notices, hosts, isDry } = outcome;
  if (line.options.has('json')) {
    terminal.out(serializeDocument(documentOf(outcome, hosts)));
    return;
  }
  if (line.options.has('diff')) {
    const { formatDiff } = await import('../format-diff.ts');
    const pinned = new Set(plan.files.map(({ path }) => path));
    terminal.out(
      plan.changes
        .filter(({ path }) => pinned.has(path))
        .map(formatDiff)
        .join(''),
    );
  } else if (plan.files.length > 0) {
    terminal.out(formatPinned(plan));
  }
  for (const notice of notices) say(`note: ${notice}\n`);
  say(formatLeft(left, line.options.has('verbose')));
  if (plan.files.length === 0) say('there is nothing to pin\n');
  else if (isDry) say('\nThis was a dry run: nothing was written.\n');
}

const documentOf = ({ plan, left, notices }: Outcome, hosts: readonly string[]) => ({
  ok: true,
  code: ExitCode.ok,
  issues: [],
  files: plan.files.map(({ path, replaced, suppressionsRemoved }) => {
    const change = plan.changes.find((one) => one.path === path);
    return {
      path,
      change: 'update',
      ...(change?.kind === 'update' && { sha256: sha256(change.content) }),
      replaced: replaced.map(({ key, pin: pinned, line }) => ({ reference: key, pin: pinned, line })),
      suppressionsRemoved,
    };
  }),
  left,
  hosts,
  notices,
});

/** One row a reference: what it is now, and in how many files. */
function formatPinned({ files }: PinPlan): string {
  const rows = new Map<string, { readonly pinned: string; readonly paths: Set<string> }>();
  for (const { path, replaced } of files) {
    for (const { key, pin: pinned } of replaced) {
      const row = rows.get(key) ?? { pinned, paths: new Set() };
      row.paths.add(path);
      rows.set(key, row);
    }
  }
  const removed = files.flatMap(({ suppressionsRemoved }) => suppressionsRemoved).length;
  const table = formatTable(
    ['reference', 'pinned to', 'where'],
    [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { pinned, paths }]) => [key, shorten(pinned), listed([...paths])]),
  );
  return removed === 0 ? table : `${table}\n  ${removed} suppressions that waited for it were taken out\n`;
}

/** As much of a digest as people compare. */
const shorten = (pinned: string): string => pinned.slice(0, pinned.startsWith('sha256:') ? 19 : 12);

const listed = (paths: readonly string[]): string =>
  paths.length <= 2 ? paths.join(', ') : `${paths[0] ?? ''} and ${paths.length - 1} more`;

function formatLeft(left: readonly LeftAsIs[], isVerbose: boolean): string {
  if (left.length === 0) return '';
  if (!isVerbose) {
    const reasons = new Map<string, Set<string>>();
    for (const { reference, reason } of left)
      reasons.set(reason, (reasons.get(reason) ?? new Set()).add(reference));
    return [...reasons]
      .map(([reason, references]) => `left: ${listed([...references])}: ${reason}\n`)
      .map(printable)
      .join('');
  }
  return printable(
    left
      .map(({ reference, path, line, reason }) => `left: ${path}:${line}: ${reference}: ${reason}\n`)
      .join(''),
  );
}
