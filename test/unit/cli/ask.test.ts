/** The conversation with a person: which questions come, in which order, and what the review screen can change. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/cli/args.ts';
import { askForRun } from '../../../src/cli/ask.ts';
import type { AnswersSoFar } from '../../../src/cli/checkpoint.ts';
import type { CommandContext } from '../../../src/cli/commands/command.ts';
import { gatherAnswers, type GivenAnswers } from '../../../src/cli/raw-answers.ts';
import { styleOf } from '../../../src/cli/report.ts';
import { terminalOf } from '../../../src/cli/terminal.ts';
import { catalogOf, type Catalog } from '../../../src/plan/catalog.ts';
import { smallCatalog } from '../../support/catalog.ts';
import { scriptedPrompter, type Script, type ScriptedPrompter } from '../../support/scripted-prompter.ts';

const realCatalog = catalogOf(components, presets, templates);

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bulwark-ask-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

interface Setting {
  readonly argv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly catalog?: Catalog;
  readonly resumed?: Partial<GivenAnswers>;
}

async function converse(
  script: Script,
  { argv = [], env = {}, catalog = smallCatalog, resumed }: Setting = {},
) {
  const line = parseCommandLine(argv, catalog.questions, false);
  const stream = { isTTY: true, write: () => true };
  const terminal = terminalOf(
    { env, cwd: () => cwd, stdin: stream, stdout: stream, stderr: stream },
    false,
    undefined,
  );
  const { signal } = new AbortController();
  const style = styleOf(false);
  const context: CommandContext = { line, catalog, terminal, style, say: () => undefined, signal };
  const given = { ...(await gatherAnswers(line, catalog.questions, terminal, () => '')), ...resumed };
  const person = scriptedPrompter(script);
  const saves: AnswersSoFar[] = [];
  const run = askForRun(context, given, {
    prompter: person,
    // Copied: the sets and maps go on to change.
    save: (answers) => saves.push(structuredClone(answers)),
  });
  return { person, saves, run };
}

const questionsIn = ({ asked }: ScriptedPrompter): readonly string[] =>
  asked.filter((label) => !['What now', 'Change'].includes(label));

const answer = async ({ run }: Awaited<ReturnType<typeof converse>>, key: string): Promise<unknown> =>
  (await run).resolution.answers.get(key)?.value;

describe('questions', () => {
  test('the name comes first where it decides on the folder', async () => {
    const { person, run } = await converse({ Name: ['Big Zoo'] });
    const { request, directory } = await run;
    expect(questionsIn(person)).toEqual([
      'Name',
      'Start from',
      'Stack',
      'Description',
      'Owner',
      'Licence',
      'Data',
      'Liters',
    ]);
    expect(request.target).toBe(join(cwd, 'big-zoo'));
    expect(directory).toBe('big-zoo');
  });

  test('preset or stack come first where the folder is given', async () => {
    const { person, run } = await converse({}, { argv: ['a-zoo'] });
    await run;
    expect(questionsIn(person).slice(0, 3)).toEqual(['Start from', 'Stack', 'Name']);
  });

  test('a preset answers what it holds', async () => {
    const { person, run } = await converse({ 'Start from': ['bread'] }, { argv: ['x'] });
    const { request, resolution } = await run;
    expect(questionsIn(person)).toEqual([
      'Start from',
      'Name',
      'Description',
      'Owner',
      'Licence',
      'Browning',
    ]);
    expect(request.preset).toBe('bread');
    expect(resolution.answers.get('stack')).toEqual({ value: 'toaster', source: 'preset' });
  });

  test('what was given otherwise is not asked', async () => {
    const { person, run } = await converse(
      {},
      {
        argv: ['x', '--stack=kettle', '--set', 'owner=acme', '--kettle-liters=3'],
        env: { BULWARK_SET_LICENCE: 'MIT' },
      },
    );
    await run;
    expect(questionsIn(person)).toEqual(['Name', 'Description', 'Data']);
    const withPreset = await converse({}, { argv: ['x', '--preset', 'bread'] });
    await withPreset.run;
    expect(questionsIn(withPreset.person)).not.toContain('Start from');
  });

  test('follow the answers before them', async () => {
    const { person, run } = await converse({ Stack: ['toaster'], Browning: ['dark'] }, { argv: ['x'] });
    expect((await run).resolution.answers.get('toaster.browning')).toEqual({
      value: 'dark',
      source: 'prompt',
    });
    expect(person.asked).not.toContain('Liters');
    expect(person.offered('Data')).toEqual(['tea: tea leaves']);
  });

  test('show what is wrong and ask again', async () => {
    const conversation = await converse(
      { Liters: ['70', 'many', '7'], Name: ['9 lives', 'lives'] },
      { argv: ['x'] },
    );
    expect(await answer(conversation, 'kettle.liters')).toBe(7);
    expect(conversation.person.faults).toEqual([
      'must start with a letter, for it becomes an identifier',
      'is not between 1 and 9: use a whole number from 1 to 9',
      'is not a whole number: use a whole number from 1 to 9',
    ]);
  });

  test('a set that cannot be is refused where it is chosen', async () => {
    const conversation = await converse({ Data: [['tea'], ['water', 'tea']] }, { argv: ['x'] });
    expect(await answer(conversation, 'data')).toEqual(['tea', 'water']);
    expect(conversation.person.faults).toEqual(['kettle needs water: choose it too']);
  });

  test('a default that was accepted goes on to follow what it depends on', async () => {
    const conversation = await converse(
      { 'What now': ['Change', 'Write'], Change: ['Name'], Name: ['First', 'Second'] },
      { argv: ['x'] },
    );
    expect(await answer(conversation, 'description')).toBe('The Second service');
  });
});

describe('the destination is looked at before anything is asked', () => {
  test('when it is given', async () => {
    writeFileSync(join(cwd, 'taken'), '');
    const { person, run } = await converse({}, { argv: ['taken'] });
    await expect(run).rejects.toMatchObject({ issues: [{ id: 'not-a-folder' }] });
    expect(person.asked).toEqual([]);
  });

  test('when a flag names it', async () => {
    writeFileSync(join(cwd, 'taken'), '');
    const { person, run } = await converse({}, { argv: ['--name=Taken'] });
    await expect(run).rejects.toMatchObject({ issues: [{ id: 'not-a-folder' }] });
    expect(person.asked).toEqual([]);
  });

  test('else as the name is typed', async () => {
    writeFileSync(join(cwd, 'taken'), '');
    const { person, run } = await converse({ Name: ['Taken', 'Free'] });
    expect((await run).directory).toBe('free');
    expect(person.faults).toEqual([expect.stringMatching(/no folder: .*taken$/)]);
  });

  test('a wrong flag is told before the first question', async () => {
    const { person, run } = await converse({}, { argv: ['x', '--kettle-liters=100'] });
    await expect(run).rejects.toMatchObject({ exitCode: 2, issues: [{ id: 'invalid-answer' }] });
    expect(person.asked).toEqual([]);
  });

  test('a folder whose name is no name of a project can be written all the same', async () => {
    const conversation = await converse({ Name: ['Zoo'] }, { argv: ['2024'] });
    expect(await answer(conversation, 'name')).toBe('Zoo');
    expect((await conversation.run).directory).toBe('2024');
  });
});

describe('the review', () => {
  test('shows answers with their source, the files by component and the names', async () => {
    const { person, run } = await converse({ Owner: ['acme'] }, { argv: ['x', '--licence=MIT'] });
    await run;
    const shown = person.shown();
    expect(shown).toContain('Review: x in x');
    expect(shown).toMatch(/owner +acme +prompt/);
    expect(shown).toMatch(/licence +MIT +flag/);
    expect(shown).toMatch(/name +x +directory/);
    expect(shown).toMatch(/kettle +2 +4/);
    expect(shown).toContain('label x · identifier x · environment X_ · image ghcr.io/acme/x');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('offers every answer that applies, with its value', async () => {
    const { person, run } = await converse(
      { 'What now': ['Change', 'Write'], Change: ['Back'] },
      { argv: ['x'] },
    );
    await run;
    expect(person.offered('Change')).toEqual([
      'Start from: a stack that you choose yourself',
      'Stack: kettle',
      'Name: x',
      'Description: The x service',
      'Owner: x-team',
      'Image registry: ghcr.io/x-team',
      'Domain: x.example.com',
      'Main branch: main',
      'Licence: Apache-2.0',
      'Security contact: ',
      'Data: water',
      'Liters: 2',
      'Whistle: true',
      'Tune: La Paloma',
      'Back',
    ]);
  });

  test('changes an answer that was not asked, also a conditional one', async () => {
    const conversation = await converse(
      {
        'What now': ['Change', 'Change', 'Write'],
        Change: ['Tune', 'Whistle'],
        Tune: ['Für Elise'],
        Whistle: [false],
      },
      { argv: ['x'] },
    );
    expect(await answer(conversation, 'kettle.whistle')).toBe(false);
    // What was typed for it does not apply any more, and is no fault.
    expect(await answer(conversation, 'kettle.tune')).toBeUndefined();
    expect(conversation.person.offered('Change')).toContain('Tune: Für Elise');
  });

  test('another stack brings its own question, and drops a set that was made for the first', async () => {
    const conversation = await converse(
      {
        Data: [['water', 'tea'], []],
        'What now': ['Change', 'Write'],
        Change: ['Stack'],
        Stack: ['kettle', 'toaster'],
      },
      { argv: ['x'] },
    );
    expect(await answer(conversation, 'data')).toEqual([]);
    expect(conversation.person.asked).toContain('Browning');
  });

  test('a preset can be chosen there too, and takes the place of what was typed', async () => {
    const conversation = await converse(
      { 'What now': ['Change', 'Write'], Change: ['Start from'], 'Start from': ['a stack', 'bread'] },
      { argv: ['x'] },
    );
    expect(await answer(conversation, 'stack')).toBe('toaster');
    expect((await conversation.run).request.preset).toBe('bread');
  });

  test('shows the files', async () => {
    const { person, run } = await converse({ 'What now': ['Show', 'Write'] }, { argv: ['x'] });
    await run;
    expect(person.shown()).toContain('create     kettle.txt\n');
  });

  test('is left with code 130 and nothing written', async () => {
    const { run, saves } = await converse({ 'What now': ['Cancel'], Owner: ['acme'] }, { argv: ['x'] });
    await expect(run).rejects.toMatchObject({
      exitCode: 130,
      issues: [{ id: 'cancelled', message: 'cancelled: nothing was written' }],
    });
    expect(readdirSync(cwd)).toEqual([]);
    expect(saves.at(-1)?.answers.get('owner')).toBe('acme');
  });

  test('cannot be written with a flag that does not apply until that is left out', async () => {
    const { person, run } = await converse(
      { 'What now': ['Leave out', 'Write'] },
      { argv: ['x', '--stack=kettle', '--toaster-browning=dark'] },
    );
    expect((await run).resolution.issues).toEqual([]);
    expect(person.shown()).toContain(
      'error: Browning does not apply: the component toaster is not in the plan',
    );
  });

  test("cannot be written with an answer that breaks a team's rule until that is changed", async () => {
    writeFileSync(
      join(cwd, 'rules.yaml'),
      'rules: [{ id: licence, reason: Legal asks for it, lock: { licence: proprietary } }]\n',
    );
    const { person, run } = await converse(
      { 'What now': ['Change', 'Write'], Change: ['Licence'], Licence: ['MIT', 'proprietary'] },
      { argv: ['x', '--stack=kettle', '--rules=rules.yaml'] },
    );
    expect((await run).resolution.answers.get('licence')?.value).toBe('proprietary');
    expect(person.shown()).toContain(
      'error: licence is MIT; by the rule licence (rules.yaml:1) it must be proprietary',
    );
    expect(person.shown().match(/by the rule/g)).toHaveLength(1);
  });
});

describe('files that are there already', () => {
  beforeEach(() => {
    mkdirSync(join(cwd, 'x'));
    writeFileSync(join(cwd, 'x', 'kettle.txt'), 'mine\n');
    writeFileSync(join(cwd, 'x', 'common.txt'), 'common\n');
  });

  test('have a verdict each on the review, and one that differs is asked for', async () => {
    const { person, run } = await converse(
      { 'kettle.txt is there and differs': ['Show', 'Write both'] },
      { argv: ['x'] },
    );
    const { request } = await run;
    expect(person.shown()).toMatch(/unchanged +common.txt/);
    expect(person.shown()).toMatch(/conflict +kettle.txt/);
    expect(person.shown()).toContain('-mine\n+liters: 2');
    expect([...request.decisions]).toEqual([['kettle.txt', 'marker']]);
  });

  test('are kept unless said otherwise', async () => {
    const { run } = await converse({}, { argv: ['x'] });
    expect([...(await run).request.decisions]).toEqual([['kettle.txt', 'keep']]);
  });

  test('are not asked for when --on-conflict has said it', async () => {
    const { person, run } = await converse({}, { argv: ['x', '--on-conflict=overwrite'] });
    const { request } = await run;
    expect(request).toMatchObject({ onConflict: 'overwrite', decisions: new Map() });
    expect(person.asked.at(-1)).toBe('What now');
  });

  test('that are binary cannot be written with markers', async () => {
    writeFileSync(join(cwd, 'x', 'kettle.txt'), Buffer.from([0, 1, 2]));
    const { person, run } = await converse({}, { argv: ['x'] });
    await run;
    expect(person.offered('kettle.txt is there and differs')).toEqual([
      'Keep mine',
      'Overwrite it',
      'Show the difference',
    ]);
  });
});

describe('answers are kept on the way', () => {
  test('after each of them, with what the command line said', async () => {
    const { saves, run } = await converse({ Owner: ['acme'] }, { argv: ['x', '--licence=MIT'] });
    await run;
    expect(saves.length).toBe(7);
    expect(saves.at(-1)).toEqual({
      directory: join(cwd, 'x'),
      preset: null,
      answers: new Map([
        ['licence', 'MIT'],
        ['owner', 'acme'],
      ]),
      accepted: new Set(['preset', 'stack', 'name', 'description', 'data', 'kettle.liters']),
    });
  });

  test('and what was answered is not asked again', async () => {
    const { person, run } = await converse(
      {},
      {
        argv: ['x'],
        resumed: {
          raw: { prompt: new Map([['owner', 'acme']]) },
          accepted: new Set(['preset', 'stack', 'name']),
        },
      },
    );
    expect((await run).resolution.answers.get('owner')).toEqual({ value: 'acme', source: 'prompt' });
    expect(questionsIn(person)).toEqual(['Description', 'Licence', 'Data', 'Liters']);
  });
});

describe('a person answers at most ten questions', () => {
  const stacks = realCatalog.components.filter(({ category }) => category === 'stack').map(({ id }) => id);

  test.each(stacks)('for the stack %s', async (stack) => {
    const { person, run } = await converse({ Stack: [stack] }, { catalog: realCatalog });
    expect((await run).request.plan.project.stack).toBe(stack);
    expect(questionsIn(person).length).toBeLessThanOrEqual(10);
  });

  test.each(realCatalog.presets.map(({ id }) => id))('for the preset %s', async (preset) => {
    const { person, run } = await converse({ 'Start from': [preset] }, { catalog: realCatalog });
    expect((await run).request.preset).toBe(preset);
    expect(questionsIn(person).length).toBeLessThanOrEqual(10);
  });
});
