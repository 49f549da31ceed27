/** What the command line may say, and every way of saying it wrongly. */
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/cli/args.ts';
import type { Issue } from '../../../src/errors.ts';
import { smallCatalog } from '../../support/catalog.ts';

const parse = (...argv: readonly string[]) => parseCommandLine(argv, smallCatalog.questions, false);
const parseStrictly = (...argv: readonly string[]) => parseCommandLine(argv, smallCatalog.questions, true);
const [firstOf, issuesOf] = [
  (...argv: readonly string[]): Issue | undefined => parse(...argv).issues[0],
  (...argv: readonly string[]): string[] => parse(...argv).issues.map(({ id }) => id),
];

describe('commands', () => {
  test('without one it is create, and the word a folder', () => {
    expect(parse('my-service')).toMatchObject({ command: 'create', positionals: ['my-service'], issues: [] });
    expect(parse()).toMatchObject({ command: 'create', positionals: [], issues: [] });
  });

  test('a command takes its own word', () => {
    expect(parse('info', 'kettle')).toMatchObject({ command: 'info', positionals: ['kettle'], issues: [] });
    expect(parse('create', 'info')).toMatchObject({ command: 'create', positionals: ['info'] });
  });

  test('under the name bulwark the first word must be one', () => {
    expect(parseStrictly('creat').issues).toEqual([
      {
        id: 'unknown-command',
        message: 'there is no command "creat"',
        where: 'creat',
        hint: 'did you mean "create"?',
      },
    ]);
    expect(parseStrictly('zzzzzzzz').issues[0]?.hint).toMatch(/^use one of create, /);
    expect(parseStrictly('create', 'x').issues).toEqual([]);
  });

  test('a command of many words takes them all', () => {
    expect(parse('pin', 'a', 'b', 'c')).toMatchObject({ positionals: ['a', 'b', 'c'], issues: [] });
  });

  test('a word too many is named', () => {
    expect(firstOf('a', 'b')).toMatchObject({ id: 'unexpected-word', where: 'b' });
    expect(firstOf('list', 'b')).toMatchObject({ id: 'unexpected-word', where: 'b' });
  });
});

describe('options', () => {
  test('take their values with = or as the next word', () => {
    const { options, flags, issues } = parse(
      'x',
      '--preset',
      'bread',
      '--on-conflict=keep',
      '-y',
      '--liters',
      '3',
    );
    expect(options).toEqual(
      new Map<string, unknown>([
        ['preset', 'bread'],
        ['on-conflict', 'keep'],
        ['yes', true],
      ]),
    );
    expect(flags.size).toBe(0);
    expect(issues.map(({ id }) => id)).toEqual(['unexpected-word', 'unknown-flag']);
  });

  test('of the list kind are kept all', () => {
    expect(parse('--set', 'name=A', '--set=owner=b').options.get('set')).toEqual(['name=A', 'owner=b']);
  });

  test('short ones may stand together', () => {
    expect([...parse('-yn').options.keys()]).toEqual(['yes', 'dry-run']);
  });

  test('answer questions, conditional ones too', () => {
    const { flags, issues } = parse(
      '--kettle-liters=3',
      '--no-kettle-whistle',
      '--data',
      'water,tea',
      '--kettle-tune=',
    );
    expect(issues).toEqual([]);
    expect(flags).toEqual(
      new Map<string, unknown>([
        ['kettle.liters', '3'],
        ['kettle.whistle', false],
        ['data', 'water,tea'],
        ['kettle.tune', ''],
      ]),
    );
  });

  test('a value that begins with a dash needs the =', () => {
    expect(issuesOf('--name', '--yes')).toEqual(['missing-value']);
    expect(parse('--description=--yes').flags.get('description')).toBe('--yes');
  });
});

describe('the first -- means nothing, wherever it stands (T11)', () => {
  test.each([[['x', '--', '--yes']], [['--', 'x', '--yes']], [['x', '--yes', '--']], [['x', '--yes']]])(
    '%j',
    (argv) => {
      expect(parse(...argv)).toMatchObject({ positionals: ['x'], issues: [] });
      expect(parse(...argv).options.has('yes')).toBe(true);
    },
  );
});

describe('what is wrong is told, with what to do', () => {
  test.each<[string, readonly string[], string, string | RegExp]>([
    ['an unknown option', ['--presets=x'], 'unknown-flag', 'did you mean --preset?'],
    [
      'an unknown option of a question',
      ['--kettle-liter=2'],
      'unknown-flag',
      'did you mean --kettle-liters?',
    ],
    ['an option like no other', ['--qqqqqqqqqqqqqqqq'], 'unknown-flag', 'see --help for all options'],
    ['an unknown short option', ['-Q'], 'unknown-flag', /./],
    ['no value', ['--preset'], 'missing-value', 'write --preset=…'],
    ['no value for a question', ['--name'], 'missing-value', 'write --name=…'],
    ['a value for a flag', ['--yes=true'], 'unexpected-value', 'write --yes'],
    [
      'a value for a boolean question',
      ['--kettle-whistle=true'],
      'unexpected-value',
      'write --kettle-whistle',
    ],
    [
      'a value that is none of the possible',
      ['--on-conflict=keeep'],
      'invalid-value',
      /^did you mean keep\? use one of/,
    ],
    ['another command’s option', ['--sarif'], 'misplaced-flag', 'it belongs to "verify", "check"'],
    ['create’s option elsewhere', ['list', '--preset=x'], 'misplaced-flag', 'it belongs to "create"'],
    ['an answer where nothing is asked', ['list', '--name=x'], 'misplaced-flag', 'leave out --name'],
  ])('%s', (_, argv, id, hint) => {
    const issue = firstOf(...argv);
    expect(issue?.id).toBe(id);
    if (typeof hint === 'string') expect(issue?.hint).toBe(hint);
    else expect(issue?.hint).toMatch(hint);
    expect(issue?.where).toBeDefined();
  });

  test.each([
    ['git', 'no-git'],
    ['no-verify', 'verify=full'],
    ['color', 'no-color'],
    ['quiet', 'verbose'],
    ['json', 'diff'],
  ])('--%s against --%s', (a, b) => {
    expect(issuesOf(`--${a}`, `--${b}`)).toEqual(['contradiction']);
  });

  test('everything at once, not the first alone', () => {
    expect(issuesOf('a', 'b', '--unknown-thing', '--yes=1', '--preset')).toEqual([
      'unexpected-word',
      'unknown-flag',
      'unexpected-value',
      'missing-value',
    ]);
  });
});
