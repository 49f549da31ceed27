/** The pack in somebody else's plopfile: loaded by plop's own command at a terminal, and by node-plop in a process. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodePlop from 'node-plop';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planResolved, resolveRun } from '../../src/plan/catalog.ts';
import { startRun, type RunState } from '../../src/run.ts';
import { smallCatalog } from '../support/catalog.ts';
import { answering, labelsAsked, picking } from '../support/people.ts';
import { describeAtTerminal, keys, runInPty } from '../support/pty.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const plopCommand = join(root, 'node_modules/plop/bin/plop.js');

/** A run of the small catalog with all its defaults. */
async function runInto(target: string): Promise<RunState> {
  const resolution = resolveRun(smallCatalog, {}, null);
  return startRun({
    target,
    preset: null,
    answers: resolution.answers,
    plan: await planResolved(smallCatalog, resolution),
    command: 'create',
    splices: false,
    onConflict: 'fail',
    decisions: new Map(),
    dryRun: false,
    judge: true,
    signal: new AbortController().signal,
  });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-plop-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/create-bulwark'));
  writeFileSync(join(folder, 'plopfile.mjs'), "export default (plop) => plop.load('create-bulwark');\n");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describeAtTerminal('plop at a terminal', () => {
  const plop = (steps: Parameters<typeof runInPty>[0]['steps']) =>
    runInPty({ argv: [process.execPath, plopCommand, 'create'], cwd: folder, env: { HOME: folder }, steps });

  test('asks the same questions and renders into the folder of the plopfile', async () => {
    const labels = await labelsAsked([]);
    const result = await plop([
      ...answering(labels, { Name: 'My Zoo', Owner: 'acme' }),
      ...picking('What now', 'Write it'),
    ]);
    expect(result.failure).toBeNull();
    expect(result).toMatchObject({ exitCode: 0, isCooked: true });
    const settings = readFileSync(join(folder, 'my-zoo/bulwark.json'), 'utf8');
    expect(JSON.parse(settings)).toMatchObject({ answers: { name: 'My Zoo', owner: 'acme' } });
    expect(existsSync(join(folder, 'my-zoo/.bulwark/lock.json'))).toBe(true);
  });

  test('can be left with nothing written', async () => {
    const result = await plop([{ expect: '? Name ' }, { send: keys.ctrlC }]);
    expect(result.failure).toBeNull();
    expect(result).toMatchObject({ exitCode: 1, isCooked: true, isCursorShown: true });
    expect(result.text).toContain('cancelled: nothing was written');
    expect(existsSync(join(folder, 'my-service'))).toBe(false);
  });
});

describe('node-plop in a process', () => {
  test('carries out a run that was put together elsewhere, as the actions of the generator', async () => {
    const plop = await nodePlop(join(folder, 'plopfile.mjs'));
    const run = await runInto(join(folder, 'kettle'));
    const done: string[] = [];
    const { failures } = await plop
      .getGenerator('create')
      .runActions({ run }, { onSuccess: ({ path }) => void done.push(path), onFailure: () => undefined });
    expect(failures).toEqual([]);
    expect(done).toEqual(['kettle.txt', 'common.txt', 'reconcile', 'judge', 'commit']);
    expect(readFileSync(join(folder, 'kettle/kettle.txt'), 'utf8')).toContain('liters: 2');
  });

  test('finds the generator, which refuses to ask without a terminal', async () => {
    const plop = await nodePlop(join(folder, 'plopfile.mjs'));
    expect(plop.getGeneratorList().map(({ name }) => name)).toEqual(['create']);
    await expect(plop.getGenerator('create').runPrompts()).rejects.toMatchObject({ exitCode: 5 });
  });
});
