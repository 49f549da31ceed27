/** Random files of each format as they are written by hand, and random edits of them: what the laws of merging are held against. */
import fc from 'fast-check';

/** A value as it is written; entries carry the comments above and behind them. */
export type Value =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Element[]; readonly flow: boolean }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] };

export interface Entry {
  readonly key: string;
  readonly value: Value;
  readonly above: readonly string[];
  readonly behind: string;
}

export interface Element {
  readonly value: Value;
  readonly above: readonly string[];
  readonly behind: string;
}

export type Format = 'yaml' | 'json' | 'toml';
export interface Style {
  readonly step: number;
  readonly listsIndented: boolean;
}

const word = (prefix: string): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 9 }).map((number) => `${prefix}${number}`);

const above = (prefix: string): fc.Arbitrary<readonly string[]> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: word(`${prefix} note `).map((text) => [`# ${text}`]) },
    { weight: 1, arbitrary: fc.constant(['']) },
    { weight: 1, arbitrary: word(`${prefix} section `).map((text) => ['', `# ${text}`]) },
  );
const behind = (prefix: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant('') }, { weight: 1, arbitrary: word(`${prefix} v`) });

const scalar = (prefix: string): fc.Arbitrary<Value> =>
  fc
    .oneof(
      word(prefix).map((text) => JSON.stringify(text)),
      fc.integer({ min: 0, max: 99 }).map(String),
      fc.constantFrom('true', 'false', '"${{ secrets.X }}"', '"a: b # c"', '""'),
    )
    .map((text) => ({ kind: 'scalar', text }));

/** @param prefix tells what one side made up from what the other did */
export function tree(prefix: string, depth: number): fc.Arbitrary<Value & { kind: 'map' }> {
  const value = depth === 0 ? scalar(prefix) : fc.oneof(scalar(prefix), nested(prefix, depth));
  return fc
    .uniqueArray(entry(prefix, value), { minLength: 1, maxLength: 5, selector: ({ key }) => key })
    .map((entries) => ({ kind: 'map', entries }));
}

const entry = (prefix: string, value: fc.Arbitrary<Value>): fc.Arbitrary<Entry> =>
  fc.record({ key: word(`${prefix}k`), value, above: above(prefix), behind: behind(prefix) });

function nested(prefix: string, depth: number): fc.Arbitrary<Value> {
  const scalars = fc.uniqueArray(
    fc.record({
      value: word(prefix).map((text): Value => ({ kind: 'scalar', text: JSON.stringify(text) })),
      above: fc.constant<readonly string[]>([]),
      behind: fc.constant(''),
    }),
    { minLength: 1, maxLength: 4, selector: ({ value }) => (value.kind === 'scalar' ? value.text : '') },
  );
  const maps = fc
    .uniqueArray(fc.record({ name: word(prefix), rest: tree(prefix, 0), above: above(prefix) }), {
      minLength: 1,
      maxLength: 3,
      selector: ({ name }) => name,
    })
    .map((items): Value => ({
      kind: 'list',
      flow: false,
      items: items.map(({ name, rest, above: comments }) => ({
        above: comments,
        behind: '',
        value: {
          kind: 'map',
          entries: [
            {
              key: 'name',
              value: { kind: 'scalar', text: JSON.stringify(name) },
              above: [],
              behind: '',
            },
            ...rest.entries,
          ],
        },
      })),
    }));
  return fc.oneof(
    tree(prefix, depth - 1),
    fc.tuple(scalars, fc.boolean()).map(([items, flow]): Value => ({ kind: 'list', items, flow })),
    maps,
  );
}

const KINDS = ['add', 'add', 'add', 'change', 'remove', 'comment', 'push', 'drop'] as const;

/** A number of edits, made by someone whose words begin with `prefix`. */
export function edited(
  value: Value & { kind: 'map' },
  prefix: string,
  kinds: readonly Edit['what'][] = KINDS,
): fc.Arbitrary<Value & { kind: 'map' }> {
  return fc
    .array(
      fc.record({
        at: fc.nat(),
        what: fc.constantFrom(...kinds),
        fresh: entry(prefix, fc.oneof(scalar(prefix), tree(prefix, 1))),
        place: fc.nat(),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((edits) => edits.reduce((whole, edit) => apply(whole, edit), value));
}

interface Edit {
  readonly at: number;
  readonly what: 'add' | 'change' | 'remove' | 'comment' | 'push' | 'drop';
  readonly fresh: Entry;
  readonly place: number;
}

/** Makes the edit at one of the maps of the tree, chosen by a number. */
function apply(whole: Value & { kind: 'map' }, edit: Edit): Value & { kind: 'map' } {
  const count = countMaps(whole);
  let left = edit.at % count;
  const walk = (value: Value): Value => {
    if (value.kind === 'list') {
      return { ...value, items: value.items.map((item) => ({ ...item, value: walk(item.value) })) };
    }
    if (value.kind === 'scalar') return value;
    if (left-- === 0) return change(value, edit);
    return { ...value, entries: value.entries.map((inner) => ({ ...inner, value: walk(inner.value) })) };
  };
  return walk(whole) as Value & { kind: 'map' };
}

const countMaps = (value: Value): number => {
  if (value.kind === 'scalar') return 0;
  if (value.kind === 'list') return value.items.reduce((sum, item) => sum + countMaps(item.value), 0);
  return 1 + value.entries.reduce((sum, inner) => sum + countMaps(inner.value), 0);
};

function change(map: Value & { kind: 'map' }, { what, fresh, place }: Edit): Value {
  const at = place % map.entries.length;
  const chosen = map.entries[at];
  if (!chosen) return map;
  const replace = (by: readonly Entry[]): Value => ({
    kind: 'map',
    entries: map.entries.toSpliced(at, 1, ...by),
  });
  switch (what) {
    case 'add':
      return map.entries.some(({ key }) => key === fresh.key)
        ? map
        : { kind: 'map', entries: map.entries.toSpliced(place % (map.entries.length + 1), 0, fresh) };
    case 'change':
      return replace([
        { ...chosen, value: chosen.key === 'name' ? chosen.value : fresh.value, behind: fresh.behind },
      ]);
    case 'remove':
      return map.entries.length > 1 && chosen.key !== 'name' ? replace([]) : map;
    case 'comment':
      return replace([{ ...chosen, above: [...chosen.above, `# ${fresh.key} says`] }]);
    case 'push':
    case 'drop': {
      const { value } = chosen;
      if (value.kind !== 'list') return map;
      if (what === 'drop') {
        return value.items.length > 1
          ? replace([{ ...chosen, value: { ...value, items: value.items.slice(1) } }])
          : map;
      }
      const isNamed = value.items[0]?.value.kind === 'map';
      const pushed: Value = isNamed
        ? {
            kind: 'map',
            entries: [
              {
                key: 'name',
                value: { kind: 'scalar', text: JSON.stringify(fresh.key) },
                above: [],
                behind: '',
              },
            ],
          }
        : { kind: 'scalar', text: JSON.stringify(fresh.key) };
      if (JSON.stringify(value).includes(JSON.stringify(fresh.key))) return map;
      const items = value.items.toSpliced(place % (value.items.length + 1), 0, {
        value: pushed,
        above: [],
        behind: '',
      });
      return replace([{ ...chosen, value: { ...value, items } }]);
    }
  }
}

export const print = (format: Format, value: Value & { kind: 'map' }, style: Style): string =>
  ({ yaml: printYaml, json: printJson, toml: printToml })[format](value, style);

function printYaml(value: Value & { kind: 'map' }, style: Style): string {
  const map = (entries: readonly Entry[], indent: string): string[] =>
    entries.flatMap(({ key, value: inner, above: comments, behind: comment }) => [
      ...comments.map((line) => (line === '' ? '' : indent + line)),
      ...headed(`${indent}${key}:`, inner, indent, comment === '' ? '' : ` # ${comment}`),
    ]);
  const headed = (head: string, inner: Value, indent: string, comment: string): string[] => {
    if (inner.kind === 'scalar') return [`${head} ${inner.text}${comment}`];
    if (inner.kind === 'map') return [head + comment, ...map(inner.entries, indent + ' '.repeat(style.step))];
    if (inner.flow) return [`${head} [${inner.items.map(textOf).join(', ')}]${comment}`];
    const at = style.listsIndented ? indent + ' '.repeat(style.step) : indent;
    return [head + comment, ...inner.items.flatMap((item) => element(item, at))];
  };
  const element = ({ value: inner, above: comments }: Element, indent: string): string[] => {
    const lines =
      inner.kind === 'map' ? map(inner.entries, `${indent}  `) : [`${indent}- ${textOf({ value: inner })}`];
    const [first = '', ...rest] = lines;
    const dashed = inner.kind === 'map' ? `${indent}- ${first.slice(indent.length + 2)}` : first;
    return [...comments.map((line) => (line === '' ? '' : indent + line)), dashed, ...rest];
  };
  return `${map(value.entries, '').join('\n')}\n`;
}

const textOf = ({ value }: Pick<Element, 'value'>): string => (value.kind === 'scalar' ? value.text : '');

function printJson(value: Value & { kind: 'map' }, style: Style): string {
  const step = style.listsIndented ? ' '.repeat(style.step) : '\t';
  const group = (
    open: string,
    close: string,
    items: readonly { text: string; above: readonly string[]; behind: string }[],
    indent: string,
  ): string =>
    [
      open,
      ...items.flatMap((item, index) => [
        ...item.above.map((line) => (line === '' ? '' : indent + step + line.replace('#', '//'))),
        `${indent}${step}${item.text}${index < items.length - 1 ? ',' : ''}${item.behind === '' ? '' : ` // ${item.behind}`}`,
      ]),
      indent + close,
    ].join('\n');
  const write = (inner: Value, indent: string): string => {
    if (inner.kind === 'scalar') return inner.text;
    if (inner.kind === 'list') {
      if (inner.flow) return `[${inner.items.map(textOf).join(', ')}]`;
      return group(
        '[',
        ']',
        inner.items.map((item) => ({ ...item, text: write(item.value, indent + step) })),
        indent,
      );
    }
    return group(
      '{',
      '}',
      inner.entries.map((item) => ({ ...item, text: `"${item.key}": ${write(item.value, indent + step)}` })),
      indent,
    );
  };
  return `${write(value, '')}\n`;
}

/** Maps below the root are tables, deeper ones inline. */
function printToml(value: Value & { kind: 'map' }, style: Style): string {
  const inline = (inner: Value): string => {
    if (inner.kind === 'scalar') return inner.text;
    if (inner.kind === 'map')
      return `{ ${inner.entries.map(({ key, value: v }) => `${key} = ${inline(v)}`).join(', ')} }`;
    if (inner.flow || inner.items.some((item) => item.value.kind === 'map')) {
      return `[${inner.items.map((item) => inline(item.value)).join(', ')}]`;
    }
    const at = ' '.repeat(style.step);
    return `[\n${inner.items.map((item) => `${at}${inline(item.value)},\n`).join('')}]`;
  };
  const line = ({ key, value: inner, above: comments, behind: comment }: Entry): string[] => [
    ...comments,
    `${key} = ${inline(inner)}${comment === '' ? '' : ` # ${comment}`}`,
  ];
  const keys = value.entries.filter((item) => item.value.kind !== 'map').flatMap(line);
  const tables = value.entries.flatMap(({ key, value: inner, above: comments, behind: comment }) =>
    inner.kind === 'map'
      ? [...comments, `[${key}]${comment === '' ? '' : ` # ${comment}`}`, ...inner.entries.flatMap(line)]
      : [],
  );
  return `${[...keys, ...tables].join('\n')}\n`;
}

export const style: fc.Arbitrary<Style> = fc.record({
  step: fc.constantFrom(2, 2, 4),
  listsIndented: fc.boolean(),
});

/** Base, and what two people made of it independently. */
export interface Triple {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** @param kinds what theirs does */
export const triple = (format: Format, kinds?: readonly Edit['what'][]): fc.Arbitrary<Triple> =>
  fc.tuple(tree('b', 2), style).chain(([base, how]) =>
    fc.record({
      base: fc.constant(print(format, base, how)),
      ours: edited(base, 'o').map((value) => print(format, value, how)),
      theirs: edited(base, 't', kinds).map((value) => print(format, value, how)),
    }),
  );

const line = fc.oneof(
  fc.integer({ min: 0, max: 12 }).map((number) => `line ${number}`),
  fc.constant(''),
);
export const lineTriple: fc.Arbitrary<Triple> = fc
  .array(line, { minLength: 1, maxLength: 12 })
  .chain((base) => {
    const side = (name: string): fc.Arbitrary<string> =>
      fc
        .array(
          fc.record({ at: fc.nat(), drop: fc.nat({ max: 2 }), text: fc.array(word(name), { maxLength: 2 }) }),
          {
            minLength: 1,
            maxLength: 3,
          },
        )
        .map((edits) => {
          const lines = edits.reduce(
            (all, { at, drop, text }) => all.toSpliced(at % (all.length + 1), drop, ...text),
            base,
          );
          return lines.map((text) => `${text}\n`).join('');
        });
    return fc.record({
      base: fc.constant(base.map((text) => `${text}\n`).join('')),
      ours: side('ours '),
      theirs: side('theirs '),
    });
  });
