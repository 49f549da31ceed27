/** The command that repeats a run gives the same answers again, whatever they hold. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/cli/args.ts';
import { repeatCommand, shellWord } from '../../../src/cli/repeat-command.ts';
import type { RawAnswers } from '../../../src/plan/answers.ts';
import { resolveRun } from '../../../src/plan/catalog.ts';
import { smallCatalog } from '../../support/catalog.ts';

const answersOf = (raw: RawAnswers, preset: string | null = null) =>
  resolveRun(smallCatalog, raw, preset).answers;
/** Words as the shell itself takes them apart. */
const wordsOf = (command: string): string[] =>
  execFileSync('sh', ['-c', `for word in ${command}; do printf '%s\\0' "$word"; done`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

describe('the command', () => {
  test('names what was chosen and leaves the defaults out', () => {
    const answers = answersOf({
      flag: new Map([['owner', 'acme']]),
      prompt: new Map([['kettle.whistle', false]]),
    });
    expect(repeatCommand('my-service', null, answers, 'npm')).toBe(
      'npm create bulwark my-service -- --owner=acme --no-kettle-whistle --yes',
    );
  });

  test('leaves out what the repository itself tells again', () => {
    const answers = answersOf({ detected: new Map([['owner', 'acme']]), flag: new Map([['name', 'Tea']]) });
    expect(answers.get('owner')).toEqual({ value: 'acme', source: 'detected' });
    expect(repeatCommand('x', null, answers, 'pnpm')).toBe('pnpm create bulwark x --name=Tea --yes');
  });

  test('needs no -- for other package managers', () => {
    const answers = answersOf({});
    expect(repeatCommand('x', null, answers, 'pnpm')).toBe('pnpm create bulwark x --yes');
  });

  test('names the preset, and sets with none in them', () => {
    const answers = answersOf({ set: new Map([['data', 'none']]) }, 'bread');
    expect(repeatCommand('x', 'bread', answers, 'npm')).toBe(
      'npm create bulwark x -- --preset bread --data=none --yes',
    );
  });

  test('gives the same answers again', () => {
    const raw: RawAnswers = {
      directory: new Map([['name', 'x']]),
      prompt: new Map<string, unknown>([
        ['description', `It's "100%" $(safe) \`as\` \${x} & <d> \\ é 🙂`],
        ['kettle.liters', 7],
        ['data', ['water', 'tea']],
      ]),
    };
    const answers = answersOf(raw);
    const words = wordsOf(repeatCommand('x', null, answers, 'npm')).slice(
      'npm create bulwark'.split(' ').length,
    );
    const line = parseCommandLine(words, smallCatalog.questions, false);
    expect(line.issues).toEqual([]);
    const again = answersOf({ flag: line.flags, directory: new Map([['name', 'x']]) });
    const values = (of: typeof answers) => [...of].map(([key, { value }]) => [key, value]);
    expect(values(again)).toEqual(values(answers));
  });
});

test('a word comes out of a shell as it went in', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (text) => {
      const word = text.replaceAll('\0', '');
      fc.pre(word !== '');
      expect(wordsOf(shellWord(word))).toEqual([word]);
    }),
    { numRuns: 40 },
  );
});
