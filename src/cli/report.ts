/** The only printer: how issues, plans, judgements and next steps look. */
import type { Answers } from '../plan/answers.ts';
import type { Issue } from '../errors.ts';
import type { Change, ChangeSet } from '../tree/change-set.ts';
import type { CheckResult } from '../verify/check.ts';
import { printable } from '../printable.ts';

/** Styles of the terminal; each returns its text as it is when colours are off. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

export function styleOf(colour: boolean): Style {
  const sgr =
    (on: number, off: number) =>
    (text: string): string =>
      colour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39) };
}

export function formatIssues(issues: readonly Issue[], style: Style): string {
  return issues
    .map(({ message, where, hint }) => {
      const place = where === undefined ? '' : `\n  where: ${printable(where)}`;
      const help = hint === undefined ? '' : `\n  fix:   ${printable(hint)}`;
      return `${style.red('error')}: ${printable(message)}${place}${help}\n`;
    })
    .join('');
}

/** Rows with their columns aligned; numbers to the right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => printable(String(cell))));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const isNumeric = header.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isNumeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}\n`)
    .join('');
}

export interface ComponentSize {
  readonly component: string;
  readonly files: number;
  readonly lines: number;
}

/** Files and lines that a change set writes, by component. */
export function sizesByComponent(changes: ChangeSet): readonly ComponentSize[] {
  const sizes = new Map<string, { files: number; lines: number }>();
  for (const change of changes) {
    const written = writtenContent(change);
    if (!written || !('file' in change)) continue;
    const { component } = change.file.origin;
    const size = sizes.get(component) ?? { files: 0, lines: 0 };
    sizes.set(component, { files: size.files + 1, lines: size.lines + countLines(written) });
  }
  return [...sizes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([component, size]) => ({ component, ...size }));
}

/** The bytes that a change puts on the disk, if it writes any. */
export function writtenContent(change: Change): Buffer | undefined {
  if (change.kind === 'create' || change.kind === 'update') return change.content;
  return change.kind === 'conflict' ? change.merged : undefined;
}

/** Read as Latin-1, for it takes no decoding and the ends of lines are the same. */
export const countLines = (content: Buffer): number => content.toString('latin1').match(/\n/g)?.length ?? 0;

export function formatSizes(changes: ChangeSet): string {
  const sizes = sizesByComponent(changes);
  return formatTable(
    ['component', 'files', 'lines'],
    sizes.map(({ component, files, lines }) => [component, files, lines]),
  );
}

export function formatChanges(changes: ChangeSet): string {
  return changes
    .map((change) => `${change.kind.padEnd(9)}  ${printable(change.path)}${remark(change)}\n`)
    .join('');
}

const remark = (change: Change): string => {
  if (change.kind === 'keep') {
    return `  (${change.reason}${change.offered === true ? '; what bulwark would write has changed' : ''})`;
  }
  if (change.kind === 'conflict' && change.lines.length > 0) return `  (lines ${change.lines.join(', ')})`;
  return '';
};

/** What the checks said: one line if there is nothing to say, else each finding. */
export function formatJudgements(results: readonly CheckResult[], style: Style): string {
  const findings = results.flatMap((result) => (result.outcome === 'findings' ? result.findings : []));
  const failed = results.filter((result) => result.outcome === 'failed');
  const judged = results.filter(({ outcome }) => outcome !== 'skipped').length;
  if (findings.length + failed.length === 0)
    return `${style.green('judged')}: ${judged} embedded checks, no finding\n`;
  return [
    ...findings.map(
      ({ path, line, rule, message, hint }) =>
        `${style.yellow('finding')}: ${printable(path)}${line === undefined ? '' : `:${line}`} ${rule} ${printable(message)}` +
        `${hint === undefined ? '' : `\n  fix: ${printable(hint)}`}\n`,
    ),
    ...failed.map((result) => `${style.red('failed')}: ${result.check}: ${printable(result.reason)}\n`),
  ].join('');
}

/** Answers with where each came from. */
export function formatAnswers(answers: Answers): string {
  return formatTable(
    ['question', 'answer', 'from'],
    [...answers].map(([key, { value, source }]) => [
      key,
      shorten(Array.isArray(value) ? value.join(', ') || 'none' : String(value)),
      source,
    ]),
  );
}

/** A long answer would push every other column off the screen. */
const shorten = (text: string): string => {
  const characters = Array.from(text);
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : text;
};

export const formatSteps = (steps: readonly string[]): string =>
  steps.map((step, index) => `  ${index + 1}. ${step}\n`).join('');
