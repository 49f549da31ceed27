/** Which answer wins, what does not apply, and that every fault is reported at once. */
import { describe, expect, it } from 'vitest';
import { defineComponent, type AnyComponent } from '../../../src/component/define.ts';
import { boolean, choice, integer, text } from '../../../src/component/fields.ts';
import { resolveAnswers, SOURCES, type RawAnswers } from '../../../src/plan/answers.ts';
import { questionsOf } from '../../../src/plan/questions.ts';

const samples = { default: {} };
const components: readonly AnyComponent[] = [
  defineComponent({
    id: 'fast',
    category: 'stack',
    description: 'a stack',
    chosenByDefault: true,
    requires: ['postgres'],
    fields: {
      python: choice('Python', ['3.12', '3.13'], { help: 'Version.', default: '3.13' }),
      port: integer('Port', { help: 'Port.', default: 8000, min: 1024, max: 65535 }),
      tracing: boolean('Tracing', { help: 'Traces.', default: false }),
      endpoint: text('Endpoint', {
        help: 'Where traces go.',
        default: 'http://localhost:4317',
        when: { test: (known) => known.get('fast.tracing') === true, reason: 'tracing is off' },
      }),
    },
    samples,
  }),
  defineComponent({
    id: 'none',
    category: 'stack',
    description: 'none',
    chosenByDefault: false,
    fields: {},
    samples,
  }),
  defineComponent({
    id: 'postgres',
    category: 'data',
    description: 'sql',
    chosenByDefault: false,
    fields: {},
    samples,
  }),
  defineComponent({
    id: 'uvloop',
    category: 'data',
    description: 'only for fast',
    chosenByDefault: false,
    stacks: ['fast'],
    fields: {},
    samples,
  }),
];
const questions = questionsOf(components);
const resolve = (raw: RawAnswers) => resolveAnswers(questions, components, raw);
const given = (values: Record<string, unknown>): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(values));

describe('resolveAnswers', () => {
  it('lets the stronger source win, for every neighbouring pair of sources', () => {
    const real = SOURCES.filter((source) => source !== 'default');
    for (const [index, stronger] of real.entries()) {
      const weaker = real[index + 1];
      if (weaker === undefined) break;
      const { answers } = resolve({
        [stronger]: given({ owner: 'strong' }),
        [weaker]: given({ owner: 'weak' }),
      });
      expect(answers.get('owner'), `${stronger} over ${weaker}`).toEqual({
        value: 'strong',
        source: stronger,
      });
    }
  });

  it('takes the order of the specification', () => {
    expect(SOURCES).toEqual([
      'team lock',
      'prompt',
      'flag',
      'set',
      'answers file',
      'environment',
      'bulwark.json',
      'team default',
      'directory',
      'preset',
      'detected',
      'default',
    ]);
  });

  it('collects every fault, each with its place and a way out', () => {
    const { issues } = resolve({
      flag: given({ 'fast.python': '3.11', 'fast.port': '80' }),
      set: given({ onwer: 'x' }),
      'answers file': given({ owner: 'no spaces allowed', data: ['postgrs'] }),
    });
    expect(issues.map(({ id, where }) => [id, where])).toEqual([
      ['unknown-answer', '--set onwer=…'],
      ['invalid-answer', 'owner in the answers file'],
      ['invalid-answer', 'data in the answers file'],
      ['invalid-answer', '--fast-python'],
      ['invalid-answer', '--fast-port'],
    ]);
    expect(issues[0]?.hint).toContain('owner');
    expect(issues[2]?.hint).toContain('postgres');
    expect(issues.every(({ hint }) => hint !== undefined)).toBe(true);
  });

  it('refuses an answer to a question that does not apply, and says why', () => {
    const { issues } = resolve({ flag: given({ 'fast.endpoint': 'http://x' }) });
    expect(issues).toEqual([expect.objectContaining({ id: 'does-not-apply', where: '--fast-endpoint' })]);
    expect(issues[0]?.message).toContain('tracing is off');
    expect(resolve({ flag: given({ 'fast.endpoint': 'http://x', 'fast.tracing': true }) }).issues).toEqual(
      [],
    );
  });

  it('refuses an answer for a component that is not in the plan', () => {
    const { issues } = resolve({ flag: given({ stack: 'none', 'fast.port': '9000' }) });
    expect(issues).toEqual([expect.objectContaining({ id: 'does-not-apply', where: '--fast-port' })]);
  });

  it('adds what is required to sets that nobody chose, and refuses a chosen set that lacks it', () => {
    const preset = resolve({ preset: given({ data: [] }) });
    expect(preset.answers.get('data')?.value).toEqual(['postgres']);
    expect(preset.notices).toEqual(['postgres was added, for fast needs it']);
    const chosen = resolve({ flag: given({ data: 'none' }) });
    expect(chosen.issues).toEqual([expect.objectContaining({ id: 'requires', where: '--data' })]);
    expect(chosen.issues[0]?.hint).toBe('add it: --data postgres');
  });

  it('takes what was found for what nobody said: it yields to a preset, is completed, and is no error where it does not apply', () => {
    const found = { detected: given({ data: [], owner: 'found', 'fast.endpoint': 'http://x' }) };
    const alone = resolve(found);
    expect(alone.issues).toEqual([]);
    expect(alone.answers.get('owner')).toEqual({ value: 'found', source: 'detected' });
    expect(alone.answers.get('data')?.value).toEqual(['postgres']);
    expect(resolve({ ...found, preset: given({ owner: 'named' }) }).answers.get('owner')?.source).toBe(
      'preset',
    );
    const broken = resolve({ detected: given({ owner: 'no spaces' }) });
    expect(broken.issues[0]?.where).toBe('owner (as found in the repository)');
  });

  it('refuses a component that is not made for the stack', () => {
    const { issues } = resolve({ flag: given({ stack: 'none', data: 'uvloop' }) });
    expect(issues).toEqual([expect.objectContaining({ id: 'not-for-stack', where: '--data' })]);
  });

  it('derives defaults from earlier answers', () => {
    const { answers } = resolve({ flag: given({ name: 'Order Desk', owner: 'Acme' }) });
    expect(answers.get('description')?.value).toBe('The Order Desk service');
    expect(answers.get('registry')?.value).toBe('ghcr.io/acme');
  });

  it('does not take names of prototypes for questions', () => {
    const { issues } = resolve({ set: given({ constructor: 'x', 'fast.toString': 'y' }) });
    expect(issues.map(({ id }) => id)).toEqual(['unknown-answer', 'unknown-answer']);
  });
});
