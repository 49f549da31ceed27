/** Renders what a pack can become, in memory, and judges it: every sample, every pair of two options, every preset. */
import type { AnyComponent } from '../component/define.ts';
import type { Field, FieldValue } from '../component/fields.ts';
import { BulwarkError, type Issue } from '../errors.ts';
import { planResolved, resolveRun, type Catalog } from '../plan/catalog.ts';
import { supportsStack } from '../plan/questions.ts';
import { renderPlan } from '../render/render-plan.ts';
import type { VirtualTree } from '../tree/virtual-tree.ts';
import type { Finding } from '../verify/check.ts';
import type { LoadedPack } from './load-pack.ts';

export interface PackCase {
  /** `acme-runbook, sample gold, stack fastapi`. */
  readonly name: string;
  readonly answers: Readonly<Record<string, FieldValue>>;
  /** Components that must be in it. */
  readonly components: readonly string[];
  readonly preset: string | null;
  /** Name of the golden tree that it is compared with; absent: it is only judged. */
  readonly golden?: string;
}

export interface CaseResult {
  readonly name: string;
  readonly files: number;
  readonly findings: readonly Finding[];
  readonly issues: readonly Issue[];
  /** What the pack's own templates became, by path; for golden trees. */
  readonly own: ReadonlyMap<string, Buffer>;
  readonly golden?: string;
}

/** Everything that is to be rendered. */
export function packCases(pack: LoadedPack, catalog: Catalog): readonly PackCase[] {
  const stacks = catalog.components.filter(({ category }) => category === 'stack');
  const presets = Object.keys(pack.manifest.presets ?? {}).map((preset): PackCase => ({
    name: `preset ${preset}`,
    answers: {},
    components: [],
    preset,
    golden: `preset-${preset}`,
  }));
  const plain = stacks.map(({ id }): PackCase => ({
    name: `defaults, stack ${id}`,
    answers: { stack: id },
    components: [],
    preset: null,
    golden: `defaults-${id}`,
  }));
  const own = pack.components.flatMap(({ component }) =>
    stacks
      .filter(({ id }) => supportsStack(component, id))
      .flatMap((stack, index) => [
        ...Object.entries(component.samples).map(([sample, answers]): PackCase => ({
          name: `${component.id}, sample ${sample}, stack ${stack.id}`,
          answers: { stack: stack.id, ...keyed(component, answers) },
          components: [component.id],
          preset: null,
          ...(index === 0 && { golden: `${component.id}-${sample}` }),
        })),
        ...pairs(component).map((answers, row): PackCase => ({
          name: `${component.id}, pairs ${row + 1}, stack ${stack.id}`,
          answers: { stack: stack.id, ...keyed(component, answers) },
          components: [component.id],
          preset: null,
        })),
      ]),
  );
  return [...presets, ...plain, ...own];
}

const keyed = (
  { id }: AnyComponent,
  answers: Readonly<Record<string, FieldValue | undefined>>,
): Record<string, FieldValue> =>
  Object.fromEntries(
    Object.entries(answers).flatMap(([name, value]) =>
      value === undefined ? [] : [[`${id}.${name}`, value]],
    ),
  );

type Row = Readonly<Record<string, FieldValue>>;

/**
 * Rows in which every two values of two fields meet, found greedily: each starts from a pair that no row has yet, and takes for
 * the other fields the value that brings the most new pairs.
 */
function pairs({ fields }: AnyComponent): readonly Row[] {
  const factors = Object.entries(fields)
    .filter(([, field]) => field.when === undefined)
    .map(([name, field]) => ({ name, values: valuesOf(field) }))
    .filter(({ values }) => values.length > 1);
  const nameOf = (a: string, x: FieldValue, b: string, y: FieldValue): string =>
    a < b ? JSON.stringify([a, x, b, y]) : JSON.stringify([b, y, a, x]);
  const open = new Map<string, Row>();
  for (const [index, a] of factors.entries()) {
    for (const b of factors.slice(index + 1)) {
      for (const x of a.values)
        for (const y of b.values) open.set(nameOf(a.name, x, b.name, y), { [a.name]: x, [b.name]: y });
    }
  }
  if (factors.length === 1)
    return (factors[0]?.values ?? []).map((value) => ({ [factors[0]?.name ?? '']: value }));
  const rows: Row[] = [];
  for (let next = open.values().next(); !next.done; next = open.values().next()) {
    const row: Record<string, FieldValue> = { ...next.value };
    const brings = (name: string, value: FieldValue): number =>
      Object.entries(row).filter(([other, theirs]) => open.has(nameOf(name, value, other, theirs))).length;
    for (const { name, values } of factors) {
      if (Object.hasOwn(row, name)) continue;
      const [best] = [...values].sort((x, y) => brings(name, y) - brings(name, x));
      if (best !== undefined) row[name] = best;
    }
    const taken = Object.entries(row);
    for (const [a, x] of taken) for (const [b, y] of taken) open.delete(nameOf(a, x, b, y));
    rows.push(row);
  }
  return rows;
}

/** Every option; of what has no options its ends. */
function valuesOf(field: Field): readonly FieldValue[] {
  switch (field.kind) {
    case 'boolean':
      return [true, false];
    case 'choice':
      return field.options;
    case 'set':
      return [[], ...field.options.map((option) => [option]), field.options];
    case 'integer':
      return [...new Set([field.min, field.max])];
    case 'text':
      return typeof field.default === 'string' ? [field.default] : [];
  }
}

/** Renders one case and judges it by the embedded checks. */
export async function runCase(testCase: PackCase, pack: LoadedPack, catalog: Catalog): Promise<CaseResult> {
  const { name, golden } = testCase;
  const failed = (issues: readonly Issue[]): CaseResult => ({
    name,
    files: 0,
    findings: [],
    issues,
    own: new Map(),
    ...(golden !== undefined && { golden }),
  });
  try {
    const { required = [], defaults = new Map(), locked = new Map() } = catalog.standards ?? {};
    const wanted = testCase.components.map((component) => ({ component, pack: pack.manifest.name }));
    const held = { ...catalog, standards: { defaults, locked, required: [...required, ...wanted] } };
    const given = { 'bulwark.json': fitting(testCase.answers, locked) };
    const resolution = resolveRun(held, given, testCase.preset);
    const plan = resolution.issues.length > 0 ? undefined : await planResolved(held, resolution);
    const issues = plan ? plan.issues : resolution.issues;
    if (!plan || issues.length > 0) return failed(issues);
    const tree = renderPlan(plan);
    const { runEmbedded } = await import('../verify/run-embedded.ts');
    const results = await runEmbedded(tree);
    const findings = results.flatMap((result) => (result.outcome === 'findings' ? result.findings : []));
    const broken = results.flatMap((result): Issue[] =>
      result.outcome === 'failed'
        ? [{ id: 'check-failed', message: `${result.check}: ${result.reason}` }]
        : [],
    );
    return { ...failed(broken), files: tree.size, findings, own: ownFiles(tree, pack) };
  } catch (error) {
    if (error instanceof BulwarkError) return failed(error.issues);
    const message = error instanceof Error ? error.message : String(error);
    return failed([{ id: 'pack-defect', message, hint: 'mend the template or the fragment that is named' }]);
  }
}

/** A lock says the stack: what is for other stacks is still tried, where it can be. */
const fitting = (answers: Row, locked: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(answers).filter(([key]) => !locked.has(key)));

const ownFiles = (tree: VirtualTree, { manifest }: LoadedPack): ReadonlyMap<string, Buffer> =>
  new Map(
    [...tree.values()]
      .filter(({ origin }) => origin.template.startsWith(`${manifest.name}: `))
      .map(({ path, content }) => [path, content]),
  );

/** How what was rendered differs from the golden trees; `expected` and `found` are by `<golden>/<path>`. */
export function goldenDifferences(
  expected: ReadonlyMap<string, Buffer>,
  found: ReadonlyMap<string, Buffer>,
): readonly string[] {
  const paths = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return paths.flatMap((path) => {
    const [before, after] = [expected.get(path), found.get(path)];
    if (!before) return [`${path} is rendered, and not in tests/golden`];
    if (!after) return [`${path} is in tests/golden, and not rendered`];
    return before.equals(after)
      ? []
      : [`${path} differs from tests/golden, first at line ${firstDifference(before, after)}`];
  });
}

function firstDifference(before: Buffer, after: Buffer): number {
  const [a, b] = [before, after].map((content) => content.toString('utf8').split('\n'));
  const line = a?.findIndex((text, index) => text !== b?.[index]) ?? -1;
  return (line < 0 ? (a?.length ?? 0) : line) + 1;
}
