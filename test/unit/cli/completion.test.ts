/** Completion scripts: bash's by completing with a real bash, the others by the syntax check of each shell that is there. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/cli/args.ts';
import { completion } from '../../../src/cli/commands/completion.ts';
import { OPTIONS, type OptionSpec } from '../../../src/cli/options.ts';
import { styleOf } from '../../../src/cli/report.ts';
import { terminalOf } from '../../../src/cli/terminal.ts';
import { catalogOf, type Catalog } from '../../../src/plan/catalog.ts';
import { flagOf } from '../../../src/plan/questions.ts';
import { smallCatalog } from '../../support/catalog.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];
const realCatalog = catalogOf(components, presets, templates);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-completion-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function script(
  shell: string | undefined,
  catalog: Catalog = smallCatalog,
  ...more: string[]
): Promise<string> {
  let printed = '';
  const out = { write: (text: string) => (printed += text) };
  const argv = ['completion', ...(shell === undefined ? [] : [shell]), ...more];
  await completion({
    line: parseCommandLine(argv, catalog.questions, true),
    catalog,
    terminal: terminalOf(
      { env: {}, cwd: () => folder, stdin: {}, stdout: out, stderr: out },
      false,
      undefined,
    ),
    style: styleOf(false),
    say: () => undefined,
    signal: new AbortController().signal,
  });
  return printed;
}

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe.skipIf(!isThere('bash'))('bash completes', () => {
  /** What bash offers for the words, the last of which is being typed. */
  async function complete(...words: readonly string[]): Promise<string[]> {
    const file = join(folder, 'completion.bash');
    writeFileSync(file, await script('bash'));
    const driver = `
      source "$1"; shift
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
      action=$(complete -p "$1"); action=\${action#*-F }; action=\${action%% *}
      "$action" "$1" "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ran = spawnSync('bash', ['--norc', '-c', driver, 'bash', file, ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    // Outside of an interactive completion compopt says that there is none.
    expect(ran.stderr).toBe('');
    return ran.stdout.split('\n').filter((line) => line !== '');
  }

  test('commands', async () => {
    expect(await complete('bulwark', '')).toEqual([
      'create',
      'add',
      'remove',
      'adopt',
      'update',
      'resolve',
      'diff',
      'check',
      'eject',
      'verify',
      'list',
      'info',
      'pin',
      'doctor',
      'pack',
      'fleet',
      'completion',
    ]);
    expect(await complete('bulwark', 'co')).toEqual(['completion']);
  });

  test('options, also those of questions, for the command that is typed', async () => {
    expect(await complete('bulwark', 'create', '--kettle-')).toEqual([
      '--kettle-liters',
      '--kettle-whistle',
      '--kettle-tune',
    ]);
    expect(await complete('bulwark', 'create', '--no-k')).toEqual(['--no-kettle-whistle']);
    expect(await complete('create-bulwark', 'x', '--pres')).toEqual(['--preset']);
    expect(await complete('bulwark', 'list', '--pres')).toEqual([]);
    expect(await complete('bulwark', 'verify', '--sar')).toEqual(['--sarif']);
  });

  test('values, as the next word or behind the =', async () => {
    expect(await complete('bulwark', 'create', '--stack', '')).toEqual(['kettle', 'toaster']);
    expect(await complete('bulwark', 'create', '--stack', '=')).toEqual(['kettle', 'toaster']);
    expect(await complete('bulwark', 'create', '--stack', '=', 'to')).toEqual(['toaster']);
    expect(await complete('bulwark', 'create', '--on-conflict', 'o')).toEqual(['overwrite']);
    expect(await complete('bulwark', 'create', '--preset', '')).toEqual(['bread']);
    expect(await complete('bulwark', 'create', '--set', 'kettle.l')).toEqual(['kettle.liters=']);
    expect(await complete('bulwark', 'create', '--name', '')).toEqual([]);
  });

  test('sets word by word', async () => {
    expect(await complete('bulwark', 'create', '--data', '')).toEqual(['tea', 'water', 'none']);
    expect(await complete('bulwark', 'create', '--data', 'tea,w')).toEqual(['tea,water']);
  });

  test('arguments', async () => {
    mkdirSync(join(folder, 'some-folder'));
    writeFileSync(join(folder, 'some-file'), '');
    expect(await complete('bulwark', 'info', 'k')).toEqual(['kettle']);
    expect(await complete('bulwark', 'info', 'b')).toEqual(['bread']);
    expect(await complete('bulwark', 'completion', '')).toEqual(SHELLS);
    expect(await complete('bulwark', 'create', 'some')).toEqual(['some-folder']);
    expect(await complete('create-bulwark', 'some')).toEqual(['some-folder']);
    expect((await complete('bulwark', 'create', '--answers', 'some')).sort()).toEqual([
      'some-file',
      'some-folder',
    ]);
    expect(await complete('bulwark', 'list', '')).toEqual([]);
  });
});

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  test.skipIf(!isThere(shell))('has no error of syntax, with all real components', async () => {
    const file = join(folder, 'script');
    writeFileSync(file, await script(shell, realCatalog));
    const ran = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
  });
});

test.each(SHELLS)('%s knows every option of ours and of the questions', async (shell) => {
  const text = await script(shell, realCatalog);
  const names = [
    ...OPTIONS.map(({ name }: OptionSpec) => name),
    ...realCatalog.questions.map(({ key }) => flagOf(key).slice(2)),
  ];
  // fish writes names without their dashes.
  const before = shell === 'fish' ? '-l ' : '--';
  for (const name of names) expect(text).toMatch(new RegExp(`${before}${name}\\b`));
});

test('PowerShell’s tables have each key once, whatever its case', async () => {
  const text = await script('powershell', realCatalog);
  for (const table of text.split('[ordered]@{').slice(1)) {
    const body = table.slice(0, table.indexOf('}'));
    const names = [...body.matchAll(/^ +'([^']+)' = /gm)].map(([, name]) => String(name).toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  }
});

test('an unknown shell is an error that suggests the nearest', async () => {
  await expect(script('bsh')).rejects.toMatchObject({
    exitCode: 2,
    issues: [{ id: 'unknown-shell', where: 'bsh', hint: 'did you mean bash?' }],
  });
  await expect(script('constructor')).rejects.toMatchObject({ issues: [{ id: 'unknown-shell' }] });
  await expect(script(undefined)).rejects.toMatchObject({
    exitCode: 2,
    issues: [{ id: 'missing-word', hint: 'use one of bash, zsh, fish, powershell' }],
  });
});

test('--json wraps the script', async () => {
  const text = await script('bash', smallCatalog, '--json');
  expect(JSON.parse(text)).toMatchObject({ ok: true, code: 0, shell: 'bash', script: await script('bash') });
});
