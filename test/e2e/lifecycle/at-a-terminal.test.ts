/** `add` and `update` with a person at a real terminal: the plan first, nothing asked that is known, and nothing left by a refusal. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { picking } from '../../support/people.ts';
import { bareEnvironment, program, runProgram } from '../../support/program.ts';
import { describeAtTerminal, keys, runInPty, type PtyResult, type Step } from '../../support/pty.ts';
import { snapshot } from '../safety/support/snapshot.ts';

let home: string;
let root: string;

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, env: bareEnvironment(home), encoding: 'utf8' });
const atTerminal = (args: readonly string[], steps: readonly Step[]): Promise<PtyResult> =>
  runInPty({ argv: [process.execPath, program, ...args], cwd: root, env: { HOME: home }, steps });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-terminal-')));
  root = home;
  const args = ['create', 'shop', '--yes', '--preset', 'minimal', '--data', 'none', '--name', 'Shop'];
  expect(runProgram(args, { cwd: home }).code).toBe(0);
  root = join(home, 'shop');
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** Everything but git's own. */
const filesNow = (): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(snapshot(root)).filter(([path]) => !path.startsWith('.git/')));

describeAtTerminal('a person at a terminal', () => {
  test('adds a component: sees the plan, leaves, comes back, changes an answer and writes', async () => {
    const before = filesNow();
    const leaving = [[{ expect: '? What now ' }, { send: keys.ctrlC }], picking('What now', 'Cancel')];
    for (const leave of leaving) {
      const left = await atTerminal(['add', 'on-call'], leave);
      expect(left).toMatchObject({ failure: null, exitCode: 130, isCooked: true, isCursorShown: true });
      expect(left.text).toContain('cancelled: nothing was written');
      expect(left.text).not.toContain('? Name');
      expect(filesNow()).toEqual(before);
    }
    const added = await atTerminal(
      ['add', 'on-call'],
      [
        { expect: 'Review: Shop in .' },
        { expect: 'update     README.md' },
        ...picking('What now', 'Change an answer'),
        ...picking('Change', 'On-call address'),
        { expect: '? On-call address' },
        { send: `${keys.ctrlU}night@shop.dev${keys.enter}` },
        ...picking('What now', 'Write it'),
      ],
    );
    expect(added).toMatchObject({ failure: null, exitCode: 0 });
    expect(added.text).toContain('Added on-call.');
    expect(added.text).not.toContain('.bulwark/');
    expect(read('docs/ON_CALL.md')).toContain('night@shop.dev');
    expect(git('diff', '--cached', '--name-only')).toBe('');
  });

  test('updates with a conflict: sees it before anything is written, refuses, takes it, and goes back', async () => {
    // Where nothing is new nothing is asked.
    const idle = await atTerminal(['update'], []);
    expect(idle).toMatchObject({ failure: null, exitCode: 0 });
    expect(idle.text).toMatch(/^\s*Nothing to do: the repository is up to date\.\s*$/);
    writeFileSync(join(root, 'README.md'), read('README.md').replace(/^.*Shop service.*$/m, 'Sells bread.'));
    git('commit', '--quiet', '--all', '--message', 'Bread');
    const before = filesNow();
    const update = ['update', '--set', 'description=Sells flowers'];
    const seen = [{ expect: 'conflict   README.md  (lines 3)' }, { expect: 'What now' }] as const;
    const refused = await atTerminal(update, [...seen, { send: keys.ctrlC }]);
    expect(refused).toMatchObject({ failure: null, exitCode: 130, isCooked: true, isCursorShown: true });
    expect(filesNow()).toEqual(before);

    const taken = await atTerminal(update, [
      { expect: 'conflict   README.md  (lines 3)' },
      ...picking('What now', 'Write it'),
    ]);
    expect(taken).toMatchObject({ failure: null, exitCode: 3 });
    const end = taken.text.slice(taken.text.lastIndexOf('What now'));
    expect(end.match(/conflict {3}README\.md/g)).toHaveLength(1);
    expect(end).toContain('bulwark resolve');
    expect(end).toContain('Updated, with conflicts left.');
    expect(read('README.md')).toMatch(/^<{7} yours\nSells bread\.\n[^]*Sells flowers\n>{7} bulwark$/m);

    const back = await atTerminal(['update', '--abort'], []);
    expect(back).toMatchObject({ failure: null, exitCode: 0 });
    expect(filesNow()).toEqual(before);
  });
});
