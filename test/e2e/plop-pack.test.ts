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
import { answering, labelsAsked, picking } from '../support/people.ts';
import { keys, ptyMissing, runInPty } from '../support/pty.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const plopCommand = join(root, 'node_modules/plop/bin/plop.js');

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

describe.skipIf(ptyMissing)(`plop at a terminal${ptyMissing === undefined ? '' : ` (${ptyMissing})`}`, () => {
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
  test('finds the generator, which refuses to ask without a terminal', async () => {
    const plop = await nodePlop(join(folder, 'plopfile.mjs'));
    expect(plop.getGeneratorList().map(({ name }) => name)).toEqual(['create']);
    await expect(plop.getGenerator('create').runPrompts()).rejects.toMatchObject({ exitCode: 5 });
  });
});
