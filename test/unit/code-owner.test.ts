/** CODEOWNERS: a user by default; an organisation is reached by its team, for GitHub takes none as such. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryAt } from './pin/repository.ts';

let root = '';
const { run } = repositoryAt(() => root);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bulwark-owner-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const create = (name: string, ...args: readonly string[]) =>
  run(['create', name, '--yes', '--no-git', '--no-verify', '--owner', 'Acme', ...args]);
const ownersIn = (name: string): readonly string[] =>
  readFileSync(join(root, name, '.github/CODEOWNERS'), 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' || line.startsWith('#') ? [] : (line.split(' ')[1] ?? [])));

test('the owner, or the team that is named', async () => {
  expect(await create('one')).toMatchObject({ code: 0 });
  expect(ownersIn('one')).toEqual(['@Acme', '@Acme']);
  expect(await create('two', '--project-code-owner', '@Acme/platform-team')).toMatchObject({ code: 0 });
  expect(ownersIn('two')).toEqual(['@Acme/platform-team', '@Acme/platform-team']);
});

test.each(['Acme', '@', '@Acme/', '@Acme/a/b', '@Acme @other', '@-a', '@Acme/Team', '@a\n* @evil'])(
  '%j is refused',
  async (value) => {
    const { code, out } = await create('three', '--json', '--project-code-owner', value);
    expect(code).toBe(2);
    expect(out).toContain('project-code-owner');
  },
);
