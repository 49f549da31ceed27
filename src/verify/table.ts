/** Turns a report into lines for a terminal; nothing that a tool or a file said can move the cursor or colour it. */
import { plainLine } from '../printable.ts';
import type { CheckResult, Finding, VerifyReport } from './check.ts';

/** The report as lines without line feeds: a row per check, its findings beneath, the sum at the end. */
export function tableLines({ results }: VerifyReport): readonly string[] {
  const rows = results.map((result) => ({
    cells: [plainLine(result.check), result.outcome, plainLine(detailOf(result))],
    findings: result.outcome === 'findings' ? result.findings : [],
  }));
  const titles = ['check', 'result', 'detail'];
  const widths = widthsOf([titles, ...rows.map(({ cells }) => cells)]);
  return [
    aligned(titles, widths),
    ...rows.flatMap(({ cells, findings }) => [
      aligned(cells, widths),
      ...findingLines(findings).map((line) => `  ${line}`),
    ]),
    '',
    summaryOf(results),
  ];
}

function detailOf(result: CheckResult): string {
  switch (result.outcome) {
    case 'passed':
      return counted(result.judged, result.noun ?? 'file') + suppressedIn(result);
    case 'findings':
      return `${result.findings.length} in ${counted(result.judged, result.noun ?? 'file')}${suppressedIn(result)}`;
    case 'skipped':
    case 'failed':
      return result.reason;
  }
}

const suppressedIn = ({ suppressed = [] }: { suppressed?: readonly Finding[] }): string =>
  suppressed.length === 0 ? '' : `, ${suppressed.length} waived`;

function findingLines(findings: readonly Finding[]): readonly string[] {
  const rows = findings.map(({ path, line, rule, severity, message, hint }) => ({
    cells: [line === undefined ? path : `${path}:${line}`, severity, rule, message].map(plainLine),
    hint: plainLine(hint ?? ''),
  }));
  const widths = widthsOf(rows.map(({ cells }) => cells));
  return rows.flatMap(({ cells, hint }) => [
    aligned(cells, widths),
    ...(hint === '' ? [] : [`  to do: ${hint}`]),
  ]);
}

function summaryOf(results: readonly CheckResult[]): string {
  const count = (outcome: CheckResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const found = results.reduce(
    (sum, result) => sum + (result.outcome === 'findings' ? result.findings.length : 0),
    0,
  );
  return [
    `${count('passed')} passed`,
    `${count('findings')} with ${counted(found, 'finding')}`,
    `${count('failed')} failed`,
    `${count('skipped')} skipped`,
  ].join(', ');
}

const counted = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Characters as a reader counts them: an emoji is one. */
const widthOf = (text: string): number => [...new Intl.Segmenter().segment(text)].length;

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const columns = Math.max(0, ...rows.map((cells) => cells.length));
  return Array.from({ length: columns }, (_, column) =>
    rows.reduce((width, cells) => Math.max(width, widthOf(cells[column] ?? '')), 0),
  );
}

/** The last column is not padded, so that no line ends in blanks. */
function aligned(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) =>
      column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
    )
    .join('  ')
    .trimEnd();
}
