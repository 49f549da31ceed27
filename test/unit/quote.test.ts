/** Every sink writes any text as a literal that real parsers read back as that text, or refuses it with a reason. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BulwarkError } from '../../src/errors.ts';
import { QuoteRefusal, SINKS, type SinkName } from '../../src/render/quote.ts';
import { NASTY, NASTY_NAMES, nastyText, type NastyName } from '../support/nasty-strings.ts';
import * as read from '../support/read-back.ts';
import { findTool } from '../support/tools.ts';
import { markGroup, toolsAreRequired } from '../support/tool-groups.ts';

/** The same texts in every run; another seed finds others. */
const SEED = Number(process.env.BULWARK_QUOTE_SEED ?? 20_261_121);
const RANDOM_TEXTS = fc.sample(nastyText(), { numRuns: 400, seed: SEED });

/** Any longer and nginx refuses; see the test of its buffer. */
const LONGEST_FOR_NGINX = 'x'.repeat(4094);

interface Quoted {
  readonly text: string;
  readonly literal: string;
}

/** The literal, or undefined where the sink refuses; any other error is a defect and passes through. */
function quote(sink: SinkName, text: string): string | undefined {
  try {
    return SINKS[sink](text);
  } catch (error) {
    if (error instanceof QuoteRefusal) return undefined;
    throw error;
  }
}

const quotedTexts = (sink: SinkName): readonly Quoted[] =>
  [...Object.values(NASTY), ...RANDOM_TEXTS, LONGEST_FOR_NGINX].flatMap((text) => {
    const literal = quote(sink, text);
    return literal === undefined ? [] : [{ text, literal }];
  });

/** What a reader needs on the machine, or undefined if that is there. */
type Missing = () => string | undefined;

const program =
  (name: string): Missing =>
  () =>
    findTool(name) === undefined ? `${name} is not installed` : undefined;
const pythonModule =
  (name: string): Missing =>
  () =>
    read.pythonWith(name) === undefined ? `no Python has the module ${name}` : undefined;
const goModules: Missing = () =>
  read.canBuildDockerfileReader() ? undefined : 'Go or the module of BuildKit is not there';

interface Case {
  readonly sink: SinkName;
  readonly by: string;
  readonly reader: read.Reader;
  readonly missing?: Missing;
  /** A literal as carelessness would write it, which must not pass for the text. */
  readonly careless: { readonly text: NastyName; readonly literal: (text: string) => string };
}

const bare = (text: string): string => text;
const inDoubleQuotes = (text: string): string => `"${text}"`;
const inSingleQuotes = (text: string): string => `'${text}'`;

const CASES: readonly Case[] = [
  { sink: 'yaml', by: 'yaml as 1.2', reader: read.yaml12, careless: { text: 'colonHash', literal: bare } },
  { sink: 'yaml', by: 'yaml as 1.1', reader: read.yaml11, careless: { text: 'no', literal: bare } },
  {
    sink: 'yaml',
    by: 'PyYAML',
    reader: read.pyYaml,
    missing: pythonModule('yaml'),
    careless: { text: 'sexagesimal', literal: bare },
  },
  {
    sink: 'composeYaml',
    by: 'Docker Compose',
    reader: read.compose,
    missing: program('docker-compose'),
    careless: { text: 'bracedVariable', literal: SINKS.yaml },
  },
  {
    sink: 'workflowYaml',
    by: "GitHub's parser",
    reader: read.workflowParser,
    careless: { text: 'workflowExpression', literal: SINKS.yaml },
  },
  { sink: 'json', by: 'JSON.parse', reader: read.json, careless: { text: 'tab', literal: inDoubleQuotes } },
  {
    sink: 'toml',
    by: 'smol-toml',
    reader: read.smolToml,
    careless: { text: 'literalNewlineEscape', literal: inDoubleQuotes },
  },
  {
    sink: 'toml',
    by: 'tomllib',
    reader: read.tomllib,
    missing: pythonModule('tomllib'),
    careless: { text: 'doubleQuote', literal: inDoubleQuotes },
  },
  {
    sink: 'hcl',
    by: 'hcl2json',
    reader: read.hcl2json,
    careless: { text: 'bracedVariable', literal: SINKS.json },
  },
  {
    sink: 'hcl',
    by: 'hcl2json (not composed)',
    reader: read.hcl2json,
    careless: { text: 'combining', literal: SINKS.json },
  },
  {
    sink: 'py',
    by: 'ast.literal_eval',
    reader: read.pythonLiteral,
    missing: pythonModule('ast'),
    careless: { text: 'literalUnicodeEscape', literal: inDoubleQuotes },
  },
  {
    sink: 'ts',
    by: 'the scanner of TypeScript',
    reader: read.typescriptScanner,
    careless: { text: 'singleQuote', literal: inSingleQuotes },
  },
  {
    sink: 'sh',
    by: 'dash',
    reader: read.shell('dash'),
    missing: program('dash'),
    careless: { text: 'commandSubstitution', literal: inDoubleQuotes },
  },
  {
    sink: 'sh',
    by: 'bash',
    reader: read.shell('bash'),
    missing: program('bash'),
    careless: { text: 'commandAfterSingleQuote', literal: inSingleQuotes },
  },
  {
    sink: 'env',
    by: 'python-dotenv',
    reader: read.pythonDotenv,
    missing: pythonModule('dotenv'),
    careless: { text: 'bracedVariable', literal: inSingleQuotes },
  },
  {
    sink: 'env',
    by: "Node's parseEnv",
    reader: read.nodeParseEnv,
    careless: { text: 'hashAfterSpace', literal: bare },
  },
  {
    sink: 'env',
    by: 'a shell that sources it',
    reader: read.sourcedEnv('dash'),
    missing: program('dash'),
    careless: { text: 'backslashes', literal: inDoubleQuotes },
  },
  {
    sink: 'env',
    by: 'Docker Compose',
    reader: read.composeEnvFile,
    missing: program('docker-compose'),
    careless: { text: 'backslashAtEnd', literal: inSingleQuotes },
  },
  {
    sink: 'make',
    by: 'make',
    reader: read.makeVariable,
    missing: program('make'),
    careless: { text: 'colonHash', literal: bare },
  },
  {
    sink: 'makeSh',
    by: 'make and its shell',
    reader: read.makeRecipe,
    missing: program('make'),
    careless: { text: 'makeFunction', literal: SINKS.sh },
  },
  {
    sink: 'dockerArg',
    by: 'BuildKit',
    reader: read.buildkit,
    missing: goModules,
    careless: { text: 'bracedVariable', literal: SINKS.json },
  },
  {
    sink: 'nginx',
    by: 'nginx',
    reader: read.nginx,
    missing: program('nginx'),
    careless: { text: 'backslashes', literal: inDoubleQuotes },
  },
  {
    sink: 'sql',
    by: 'SQLite',
    reader: read.sqlite,
    missing: pythonModule('sqlite3'),
    careless: { text: 'sqlInjection', literal: inSingleQuotes },
  },
  {
    sink: 'md',
    by: 'commonmark in a paragraph',
    reader: read.commonmark(bare, ['paragraph']),
    careless: { text: 'listItem', literal: bare },
  },
  {
    sink: 'md',
    by: 'commonmark in a heading',
    reader: read.commonmark((literal) => `## ${literal}\n`, ['heading']),
    careless: { text: 'hashAtEnd', literal: bare },
  },
  {
    sink: 'md',
    by: 'commonmark in a list',
    reader: read.commonmark((literal) => `- ${literal}\n`, ['list', 'item', 'paragraph']),
    careless: { text: 'htmlEntity', literal: bare },
  },
  {
    sink: 'md',
    by: 'commonmark in a link',
    reader: read.commonmark((literal) => `[${literal}](https://example.com)`, ['paragraph', 'link']),
    careless: { text: 'markdownLink', literal: bare },
  },
  {
    sink: 'md',
    by: 'commonmark in bold',
    reader: read.commonmark((literal) => `**${literal}**`, ['paragraph', 'strong']),
    careless: { text: 'spaceAtStart', literal: bare },
  },
  { sink: 'comment', by: 'yaml', reader: read.yamlComments, careless: { text: 'newline', literal: bare } },
  {
    sink: 'comment',
    by: 'Python',
    reader: read.pythonComments,
    missing: pythonModule('tokenize'),
    careless: { text: 'commandAfterNewline', literal: bare },
  },
  {
    sink: 'comment',
    by: 'make',
    reader: read.makeComments,
    missing: program('make'),
    careless: { text: 'backslashAtEnd', literal: bare },
  },
];

describe.each(CASES)('$sink, read back by $by', ({ sink, by, reader, missing, careless }) => {
  const reason = missing?.();
  if (reason !== undefined) {
    markGroup('quoting', { skipped: `${sink} by ${by}: ${reason}` });
    it.skipIf(!toolsAreRequired())(`needs a tool: ${reason}`, () => {
      expect.fail(`${reason}, and BULWARK_REQUIRE_TOOLS=1 asks for all tools`);
    });
    return;
  }

  if (missing) {
    afterAll(() => {
      markGroup('quoting', { ran: true });
    });
  }

  it('is the text', async () => {
    const texts = quotedTexts(sink);
    const values = await reader(texts.map(({ literal }) => literal));
    expect(values).toHaveLength(texts.length);
    const wrong = texts.flatMap(({ text, literal }, index) =>
      values[index] === text ? [] : [{ text, literal, value: values[index] }],
    );
    // A few are enough to see what is wrong.
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  it('is not the text when it is quoted carelessly', async () => {
    const text = NASTY[careless.text];
    const values = await Promise.resolve()
      .then(() => reader([careless.literal(text)]))
      .catch(() => 'it cannot be parsed' as const);
    expect(values).not.toEqual([text]);
  });
});

const SURROGATES = ['highSurrogate', 'lowSurrogate'] as const satisfies readonly NastyName[];
const LINE_BREAKS = [
  'commandAfterNewline',
  'newline',
  'newlineAtEnd',
  'newlines',
  'indentedLines',
  'carriageReturn',
  'crlf',
  'markdownCode',
] as const satisfies readonly NastyName[];
const CONTROLS = [
  'lineSeparators',
  'escapeSequence',
  'deleteCharacter',
  'c1Control',
  'shellControlBytes',
  'nul',
] as const satisfies readonly NastyName[];
const NOT_ONE_LINE = [...LINE_BREAKS, ...CONTROLS, ...SURROGATES];
const EXPRESSIONS = ['workflowExpression', 'workflowExpressionOpen'] as const satisfies readonly NastyName[];
const BRACED = ['bracedVariable', 'variableWithDefault', 'doubledBracedVariable', ...EXPRESSIONS] as const;

/** All that is refused of the nasty texts: a sink that refused more would pass every reading test. */
const REFUSED: Readonly<Record<SinkName, readonly NastyName[]>> = {
  yaml: SURROGATES,
  composeYaml: SURROGATES,
  workflowYaml: [...EXPRESSIONS, ...SURROGATES],
  json: SURROGATES,
  toml: SURROGATES,
  hcl: ['combining', ...SURROGATES],
  py: SURROGATES,
  ts: SURROGATES,
  sh: ['nul', ...SURROGATES],
  env: [
    ...NOT_ONE_LINE,
    ...BRACED,
    'bothQuotes',
    'tripleQuotes',
    'backslash',
    'backslashAtEnd',
    'backslashes',
    'backslashQuote',
    'backslashesHash',
    'backslashDollar',
    'fourKilobytesOfQuotes',
  ],
  make: [
    ...NOT_ONE_LINE,
    'backslash',
    'backslashAtEnd',
    'tabAtStart',
    'spaceAtStart',
    'spaceAtEnd',
    'spacesOnly',
    'pipe',
  ],
  makeSh: NOT_ONE_LINE,
  dockerArg: NOT_ONE_LINE,
  nginx: [
    ...BRACED,
    'nul',
    ...SURROGATES,
    'commandSubstitution',
    'variable',
    'doubledDollar',
    'dollarAtEnd',
    'makeFunction',
    'makeAutomatic',
    'backslashDollar',
    'mathFormula',
    'fourKilobytes',
    'fourKilobytesOfQuotes',
    'fourKilobytesOfEmoji',
  ],
  sql: ['nul', ...SURROGATES],
  md: NOT_ONE_LINE,
  comment: [...NOT_ONE_LINE, 'backslash', 'backslashAtEnd', 'bidi', 'byteOrderMark', 'nonCharacters'],
};

const SINK_NAMES = Object.keys(SINKS) as readonly SinkName[];

describe('what is refused', () => {
  it.each(SINK_NAMES)('by %s is what it cannot carry and nothing else', (sink) => {
    const refused = NASTY_NAMES.filter((name) => quote(sink, NASTY[name]) === undefined);
    expect(refused).toEqual(NASTY_NAMES.filter((name) => REFUSED[sink].includes(name)));
  });

  it('is told with the format, the text cut short with nothing hidden in it, the reason and a way out', () => {
    const text = `\u001b[31m\u202e${'x'.repeat(4096)}`;
    const refusal = (): string => SINKS.md(text);
    expect(refusal).toThrow(BulwarkError);
    expect(refusal).toThrow(
      expect.objectContaining({
        exitCode: 2,
        sink: 'md',
        issues: [
          {
            id: 'cannot-quote',
            message: `"\\u001b[31m\\u202e${'x'.repeat(34)}"… (4102 characters) cannot be written in Markdown: it contains a control character`,
            where: 'sink md',
            hint: 'remove what does not show, such as escape sequences copied from a terminal',
          },
        ],
      }),
    );
  });
});

describe('a literal', () => {
  it.each(SINK_NAMES.filter((name) => name !== 'sh' && name !== 'sql'))('of %s stays on its line', (sink) => {
    expect(quotedTexts(sink).filter(({ literal }) => /[\n\r]/.test(literal))).toEqual([]);
  });

  it('of md stays in its table cell', () => {
    expect(
      quotedTexts('md').filter(({ literal }) => literal.includes('|') || literal.endsWith('\\')),
    ).toEqual([]);
  });

  it('of nginx fills the buffer and not more', () => {
    expect(SINKS.nginx('x'.repeat(4094))).toHaveLength(4096);
    expect(() => SINKS.nginx('x'.repeat(4095))).toThrow('longer than');
  });
});

/** What a person sees in the output: quotes only where they are needed, escapes that one can read. */
const EXAMPLES: readonly (readonly [SinkName, string, string])[] = [
  ['yaml', 'A service (beta) - v1.2', 'A service (beta) - v1.2'],
  ['yaml', '/health/ready', '/health/ready'],
  ['yaml', 'No', '"No"'],
  ['yaml', '3.10', '"3.10"'],
  ['yaml', 'a: "b"\n', '"a: \\"b\\"\\n"'],
  ['composeYaml', 'a$b', '"a$$b"'],
  ['workflowYaml', 'a $x', '"a $x"'],
  ['json', 'a\u0007🚀', '"a\\u0007🚀"'],
  ['toml', 'C:\\x', '"C:\\\\x"'],
  ['hcl', '${a} %{b} $$', '"$${a} %%{b} $$"'],
  ['py', 'say "hi"', `'say "hi"'`],
  ['py', `"it's"`, `'"it\\'s"'`],
  ['ts', "it's", `"it's"`],
  ['ts', 'plain', "'plain'"],
  ['sh', 'ghcr.io/acme/a:1', 'ghcr.io/acme/a:1'],
  ['sh', "it's", `'it'\\''s'`],
  ['sh', '-n', `'-n'`],
  ['sh', '2', `'2'`],
  ['sh', 'done', `'done'`],
  ['sh', '', `''`],
  ['env', '', ''],
  ['env', 'https://a.example/b=', 'https://a.example/b='],
  ['env', 'a b', `'a b'`],
  ['env', "it's", `"it's"`],
  ['make', 'a # $b \\#', 'a \\# $$b \\\\\\#'],
  ['makeSh', 'a $b', `'a $$b'`],
  ['dockerArg', 'a "$b" \\', '"a \\"\\$b\\" \\\\"'],
  ['nginx', 'a "b"\n', '"a \\"b\\"\\n"'],
  ['sql', "it's", `'it''s'`],
  ['md', '1. my_service *a* <b> | c', '1\\. my_service \\*a\\* &lt;b&gt; &#124; c'],
  ['comment', 'a # b', 'a # b'],
];

describe('what a person sees', () => {
  it.each(EXAMPLES)('%s of %j is %s', (sink, text, literal) => {
    expect(SINKS[sink](text)).toBe(literal);
  });
});
