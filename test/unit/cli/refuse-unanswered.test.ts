/** Without a terminal and without answers: the exact flags, and who has kept those that were given. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryAt } from '../pin/repository.ts';

let root = '';
const { run } = repositoryAt(() => root);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bulwark-unanswered-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Document {
  readonly code: number;
  readonly issues: readonly { readonly id: string; readonly message: string; readonly hint: string }[];
}
const issuesWith = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) => {
  const { code, out } = await run(
    ['create', 'my-service', '--json', '--dry-run', ...args],
    undefined,
    root,
    env,
  );
  return { code, issues: (JSON.parse(out) as Document).issues };
};

test.each([
  [{ npm_config_yes: 'true' }, 'npm create bulwark my-service -- --yes'],
  [{ npm_config_preset: 'minimal' }, 'npm create bulwark my-service -- --preset=minimal'],
  [
    { npm_config_yes: 'true', npm_config_set: 'a=b c' },
    "npm create bulwark my-service -- --yes --set='a=b c'",
  ],
])('npm create with %o says what npm kept', async (kept, hint) => {
  const { code, issues } = await issuesWith({ npm_command: 'init', ...kept });
  expect(code).toBe(5);
  expect(issues[0]).toMatchObject({ id: 'kept-by-npm', hint });
  expect(issues.length).toBeGreaterThan(1);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['npm that kept nothing', { npm_command: 'init' }],
  ['npx, whose own flag it is', { npm_command: 'exec', npm_config_yes: 'true' }],
  ['no npm', { npm_config_yes: 'true' }],
])('%s is not blamed', async (_, env) => {
  const { code, issues } = await issuesWith(env);
  expect(code).toBe(5);
  expect(issues.map(({ id }) => id)).not.toContain('kept-by-npm');
});

test('behind -- the flag is ours', async () => {
  expect((await issuesWith({ npm_command: 'init' }, '--', '--yes')).code).toBe(0);
});
