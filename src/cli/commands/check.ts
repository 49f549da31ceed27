/** `bulwark check`: what has drifted from what bulwark wrote, and what an update would change; for continuous integration. */
import { BulwarkError, ExitCode, usageError, type Issue } from '../../errors.ts';
import { flattenAnswers } from '../../plan/answers-document.ts';
import type { Resolution } from '../../plan/answers.ts';
import { shortPin } from '../../pin/reference.ts';
import type { NewerPacks } from '../../packs/newer-packs.ts';
import { planResolved, resolveRun } from '../../plan/catalog.ts';
import { editsOf, type Edit } from '../../repo/edits.ts';
import { readManaged, type ManagedRepo } from '../../repo/managed-repo.ts';
import { RECORD_PATHS } from '../../repo/records.ts';
import { reconcileStep, renderStep, startRun } from '../../run.ts';
import type { ChangeSet } from '../../tree/change-set.ts';
import { plannedFiles, serializeDocument } from '../document.ts';
import type { BehindPin, BehindPins } from '../behind-pins.ts';
import { managedRoot } from '../managed-root.ts';
import { printable } from '../../printable.ts';
import { formatChanges, formatTable } from '../report.ts';
import { scopeOf, unresolved } from '../rerun.ts';
import { isSettled } from '../settled.ts';
import { rulesFiles } from '../team-rules.ts';
import { toSarif } from '../../verify/sarif.ts';
import { tableLines } from '../../verify/table.ts';
import type { Command, CommandContext } from './command.ts';
import { version } from 'bulwark:package';

/** Kinds of drift; what a file of the application has become since it was seeded is none. Pins are asked for over the network. */
const KINDS = ['rules', 'edits', 'update', 'pins'] as const;
const WITHOUT_NETWORK = KINDS.filter((kind) => kind !== 'pins');
type Kind = (typeof KINDS)[number];

export const check: Command = async (context) => {
  const { line, terminal, say } = context;
  const kinds = chosenKinds(line.options.get('only'));
  const root = managedRoot(context);
  const repo = readManaged(root);
  const [first, ...rest] = unresolved(repo);
  if (first) throw new BulwarkError(ExitCode.conflicts, [first, ...rest]);
  // A pack that is another one than the lock says is told before anything that follows from it.
  context.packs?.recordsFor(root);
  const resolution = resolutionOf(context, repo);
  const report = kinds.has('rules') ? await rulesReport(context, repo, resolution) : undefined;
  const edits = kinds.has('edits') ? editsOf(repo).filter((edit) => isOurs(edit, repo)) : [];
  const updates =
    kinds.has('update') && !isNothingNew(context, repo) ? await updatesOf(context, repo, resolution) : [];
  const newer = (kinds.has('update') ? await context.packs?.newer(root) : undefined) ?? NO_NEWER;
  const pins = kinds.has('pins') ? await pinsOf(context, repo) : undefined;
  // A version that somebody has chosen stays: that there is a newer one is told, and is no drift.
  const isDrifted = edits.length + updates.length > 0 || newer.packs.some(({ isTaken }) => isTaken);
  const isBehind = pins !== undefined && pins.behind.length > 0;
  const code =
    report?.isBroken === true ? ExitCode.ruleBroken : isDrifted || isBehind ? ExitCode.drift : ExitCode.ok;
  if (line.options.has('json')) {
    terminal.out(
      serializeDocument({
        ok: code === ExitCode.ok,
        code,
        issues: [],
        bulwark: { wrote: repo.lock.bulwark, runs: version },
        rules: report?.result ?? null,
        edits: edits.map(({ path, base, kind }) => ({ path, component: base.component, change: kind })),
        updates: plannedFiles(updates),
        pins: pins?.behind.map(({ key, ...rest }) => ({ reference: key, ...rest })) ?? null,
        packs: newer.packs,
        notices: newer.remarks,
      }),
    );
    return code;
  }
  if (line.options.has('sarif')) {
    const results = report ? [report.result] : [];
    terminal.out(serializeDocument(toSarif({ results }, { version, rules: report?.sarifRules ?? [] })));
    return code;
  }
  if (report) terminal.out(`${tableLines({ results: [report.result] }).join('\n')}\n`);
  if (edits.length > 0) terminal.out(`Changed since bulwark wrote it:\n\n${formatEdits(edits)}\n`);
  if (updates.length > 0) terminal.out(`An update would change:\n\n${formatChanges(updates)}\n`);
  if (newer.packs.length > 0) {
    const { formatPackUpdates } = await import('../tell-pack-updates.ts');
    terminal.out(`Packs in another version:\n\n${formatPackUpdates(newer.packs)}\n`);
  }
  if (pins && isBehind) terminal.out(`Pins that are behind their tags:\n\n${formatBehind(pins.behind)}\n`);
  for (const notice of pins?.notices ?? []) say(`note: ${notice}\n`);
  for (const remark of newer.remarks) say(printable(`note: ${remark}\n`));
  if (repo.lock.bulwark !== version)
    say(`note: bulwark ${repo.lock.bulwark} wrote this repository, this is ${version}\n`);
  if (code === ExitCode.ok) say('No drift.\n');
  if (isBehind) say('Move them with: bulwark pin --refresh\n');
  if (isDrifted)
    say('See bulwark diff for the changes, and bulwark update --dry-run --diff for the update.\n');
  return code;
};

const NO_NEWER: NewerPacks = { packs: [], remarks: [] };

/** The application is its owner's, and so is a file that our part was put into. */
const isOurs = ({ path, base: { ownership } }: Edit, { originals }: ManagedRepo): boolean =>
  ownership !== 'seeded' && !originals.has(path);

/** What the repository's own answers come to. @throws BulwarkError (code 2) with all that is wrong with them */
function resolutionOf({ catalog }: CommandContext, { settings }: ManagedRepo): Resolution {
  const resolution = resolveRun(
    catalog,
    { 'bulwark.json': flattenAnswers(settings.answers) },
    settings.preset,
  );
  if (resolution.issues.length > 0) throw usageError(resolution.issues);
  return resolution;
}

/** The team's rules over the files as they are; undefined where there are none. */
async function rulesReport(context: CommandContext, { root }: ManagedRepo, resolution: Resolution) {
  const sources = rulesFiles(context, root);
  if (sources.length === 0) return undefined;
  const [{ checkResultOf, enforceRules, isBroken, sarifRulesOf }, { readTree }, { execUntil }] =
    await Promise.all([
      import('../../rules/enforce-rules.ts'),
      import('../../repo/read-tree.ts'),
      import('../../exec.ts'),
    ]);
  const { components, questions } = context.catalog;
  const report = await enforceRules(sources, {
    answers: resolution.answers,
    components: resolution.components.map(({ id }) => id),
    tree: await readTree(root, execUntil(context.signal)),
    known: { components: components.map(({ id }) => id), questions },
    today: new Date(),
  });
  return { isBroken: isBroken(report), result: checkResultOf(report), sarifRules: sarifRulesOf(report) };
}

function chosenKinds(option: unknown): ReadonlySet<Kind> {
  if (typeof option !== 'string') return new Set(WITHOUT_NETWORK);
  const words = option.split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !(KINDS as readonly string[]).includes(word));
  if (unknown.length > 0) {
    throw usageError(
      unknown.map((word): Issue => ({
        id: 'invalid-value',
        message: `--only does not take "${word}"`,
        where: '--only',
        hint: `use any of ${KINDS.join(',')}`,
      })),
    );
  }
  return new Set(words as Kind[]);
}

/** What is as it was rendered is not rendered again; with packs, what they render now is to be seen. */
const isNothingNew = ({ packs }: CommandContext, repo: ManagedRepo): boolean =>
  !packs && repo.originals.size === 0 && isSettled(repo);

/** What `update` would change, but for bulwark's own records. */
async function updatesOf(
  { catalog, signal }: CommandContext,
  repo: ManagedRepo,
  resolution: Resolution,
): Promise<ChangeSet> {
  const { settings } = repo;
  const plan = await planResolved(catalog, resolution, scopeOf(settings));
  if (plan.issues.length > 0) throw usageError(plan.issues);
  const state = startRun({
    command: 'check',
    target: repo.root,
    preset: settings.preset,
    answers: resolution.answers,
    plan,
    repo,
    splices: true,
    onConflict: 'marker',
    decisions: new Map(),
    dryRun: true,
    judge: false,
    signal,
  });
  for (const rendering of plan.renderings) renderStep(state, rendering);
  const changes = await reconcileStep(state);
  return changes.filter(
    ({ kind, path }) => kind !== 'unchanged' && kind !== 'keep' && !RECORD_PATHS.includes(path),
  );
}

async function pinsOf(context: CommandContext, { root, settings }: ManagedRepo): Promise<BehindPins> {
  const { behindPins } = await import('../behind-pins.ts');
  return behindPins(context, root, settings);
}

const formatBehind = (behind: readonly BehindPin[]): string =>
  formatTable(
    ['reference', 'pinned to', 'stands for', 'where'],
    behind.map(({ key, from = '', pin, path, line }) => [
      key,
      shortPin(from),
      shortPin(pin),
      `${path}:${line}`,
    ]),
  );

const formatEdits = (edits: readonly Edit[]): string =>
  formatTable(
    ['file', 'component', 'change'],
    edits.map(({ path, base, kind }) => [path, base.component, kind]),
  );
