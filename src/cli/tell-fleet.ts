/** Tells what became of a fleet: one JSON document, or a table and what is to be done. */
import type { ExitCode } from '../errors.ts';
import type { FleetReport } from '../fleet/report.ts';
import type { Row, State } from '../fleet/row.ts';
import type { CommandContext } from './commands/command.ts';
import { serializeDocument } from './document.ts';
import { printable } from '../printable.ts';
import { formatTable } from './report.ts';

export function tellFleet({ line, terminal, say, style }: CommandContext, report: FleetReport): ExitCode {
  const { repositories, counts, left, action, code } = report;
  if (line.options.has('json')) {
    terminal.out(serializeDocument(report));
    return code;
  }
  terminal.out(action === 'status' ? statusTable(repositories) : updateTable(repositories));
  const notes = repositories.flatMap(notesOf);
  if (notes.length > 0) terminal.out(`\n${notes.join('')}`);
  const sums = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  const unseen = left > 0 ? [`${left} not looked at`] : [];
  say(`\n${style.bold(`${repositories.length + left} repositories`)}: ${[...sums, ...unseen].join(', ')}\n`);
  return code;
}

/** One line for each repository that is done. */
export const progressLine = (
  done: number,
  of: number,
  { name, state }: Pick<Row, 'name' | 'state'>,
): string => `${done} of ${of}  ${printable(name)}: ${state}\n`;

const statusTable = (rows: readonly Row[]): string =>
  formatTable(
    ['repository', 'state', 'bulwark', 'packs', 'edited', 'to update', 'conflicts', 'rules'],
    rows.map((row) => [
      row.name,
      row.state,
      row.bulwark ?? '-',
      row.packs.join(' ') || '-',
      row.edits,
      row.updates,
      row.conflicts,
      row.rules,
    ]),
  );

const updateTable = (rows: readonly Row[]): string =>
  formatTable(
    ['repository', 'state', 'files', 'conflicts', 'branch'],
    rows.map((row) => [row.name, row.state, row.updates, row.conflicts, branchCell(row)]),
  );

const branchCell = ({ branch }: Row): string => (branch ? `${branch.name} ${branch.outcome}` : '-');

/** States that the table alone does not explain. */
const EXPLAINED: ReadonlySet<State> = new Set([
  'conflicts',
  'refused',
  'held',
  'unreachable',
  'failed',
  'not managed',
]);

function notesOf({ name, state, issues, files = [] }: Row): string[] {
  if (!EXPLAINED.has(state) && issues.length === 0) return [];
  const conflicts = files.filter(({ change }) => change === 'conflict');
  const told = issues.filter(({ id }) => id !== 'conflict');
  return [
    ...told.map(({ message, hint }) => {
      const fix = hint === undefined ? '' : `  fix: ${printable(hint)}\n`;
      return `${printable(name)}: ${printable(message)}\n${fix}`;
    }),
    ...(conflicts.length > 0
      ? [`${printable(name)}: conflicts in ${conflicts.map(({ path }) => printable(path)).join(', ')}\n`]
      : []),
  ];
}
