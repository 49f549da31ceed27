/** T16: what `add` has added, `remove` takes back to the byte; what was edited in between stays and is named. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { render } from '../../support/render.ts';
import { newLife, theCatalog, type Life } from '../../support/repository-life.ts';

let life: Life;
beforeEach(() => {
  life = newLife();
});
afterEach(() => {
  life.end();
});

const FIXED = new Set(['stack', 'essential']);
const ADDABLE = theCatalog.components.filter(({ category }) => !FIXED.has(category));
/** As little as there can be, so that as much as possible can be added. */
const BARE = ['data', 'containers', 'workflows', 'repository'].flatMap((set) => [`--${set}`, 'none']);

interface Plan {
  readonly files: readonly { readonly path: string; readonly change: string }[];
}

describe.each([
  ['none', BARE],
  ['fastapi', []],
])('T16: the stack %s', (stack, options) => {
  const additions = ADDABLE.filter(({ stacks }) => stacks === undefined || stacks.includes(stack)).map(
    ({ id }) => id,
  );

  test('every component can be added and removed, and the tree is what it was', async () => {
    const made = await life.run(['create', '.', '--yes', '--name', 'Shop', '--stack', stack, ...options]);
    expect(made.code, made.stderr).toBe(0);
    const tree = life.commit();
    const present = new Set(componentsOf(life));
    const tried: string[] = [];
    for (const id of additions.filter((addition) => !present.has(addition))) {
      const added = await life.run(['add', id, '--yes', '--no-verify']);
      expect(added.code, `${id}: ${added.stderr}`).toBe(0);
      const brought = componentsOf(life).filter((other) => !present.has(other));
      expect(brought).toContain(id);
      expect(life.commit(), id).not.toBe(tree);
      expect((await life.run(['check'])).code, id).toBe(0);
      const removed = await life.run(['remove', ...brought, '--yes', '--no-verify']);
      expect(removed.code, `${id}: ${removed.stderr}`).toBe(0);
      expect(life.commit(), id).toBe(tree);
      tried.push(id);
    }
    expect(tried.length).toBeGreaterThan(8);
  }, 180_000);
});

/** The components of a repository that somebody could have added, by its settings. */
function componentsOf({ read }: Life): readonly string[] {
  const { answers } = JSON.parse(read('bulwark.json')) as { answers: Readonly<Record<string, unknown>> };
  return Object.values(answers).flatMap((answer) =>
    Array.isArray(answer) ? answer.filter((id): id is string => ADDABLE.some((one) => one.id === id)) : [],
  );
}

describe('T16: edits', () => {
  beforeEach(async () => {
    await life.run(['create', '.', '--yes', '--name', 'Shop', '--stack', 'none', '--data', 'none']);
    life.commit();
    await life.run(['add', 'kustomize', '--yes']);
    life.commit();
  });

  test('a file that was edited since is kept, and said to be', async () => {
    const path = 'kubernetes/base/deployment.yaml';
    const edited = `${life.read(path)}# mine\n`;
    life.write(path, edited);
    life.commit();
    const { code, stderr } = await life.run(['remove', 'kustomize']);
    expect(code).toBe(0);
    expect(stderr).toContain(path);
    expect(stderr).toContain('Edited, and therefore kept');
    expect(life.read(path)).toBe(edited);
    expect(existsSync(join(life.root, 'kubernetes/base/service.yaml'))).toBe(false);
    // It is the user's alone from now on.
    expect((await life.run(['check'])).code).toBe(0);
  });

  test('the part of a shared file goes, what the user has put in stays', async () => {
    life.write('Makefile', `${life.read('Makefile')}\nmine: ## My own target\n\techo mine\n`);
    life.commit();
    expect((await life.run(['remove', 'kustomize'])).code).toBe(0);
    expect(life.read('Makefile')).toContain('mine: ## My own target');
    expect(life.read('Makefile')).not.toContain('kustomize');
  });

  test('a dry run says what would be done, as the real one does it, and does nothing', async () => {
    const before = life.git('status', '--porcelain');
    const dry = await life.run(['remove', 'kustomize', '--dry-run', '--json']);
    expect(life.git('status', '--porcelain')).toBe(before);
    const real = await life.run(['remove', 'kustomize', '--json']);
    expect(JSON.parse(real.stdout)).toEqual(JSON.parse(dry.stdout));
    const { files } = JSON.parse(dry.stdout) as Plan;
    expect(files.filter(({ change }) => change === 'delete').length).toBeGreaterThan(10);
  });

  test.each([
    [['add'], 'missing-component'],
    [['add', 'kustomise'], 'unknown-component'],
    [['add', 'kustomize'], 'already-there'],
    [['add', 'fastapi'], 'not-addable'],
    [['remove', 'docker'], 'needed'],
    [['remove', 'redis'], 'not-there'],
    [['remove', 'none'], 'not-removable'],
  ])('%j is refused', async (args, id) => {
    const { code, stdout } = await life.run([...args, '--json']);
    expect(code).toBe(2);
    const { issues } = JSON.parse(stdout) as { issues: { id: string }[] };
    expect(issues.map((issue) => issue.id)).toContain(id);
    expect(life.git('status', '--porcelain')).toBe('');
  });
});

test("T16: a chart that is added to the platform's output is the one that `create` would have made", async () => {
  const platform = ['create', '.', '--yes', '--name', 'Shop', '--preset', 'fastapi-platform', '--no-verify'];
  expect((await life.run(platform)).code).toBe(0);
  life.commit();
  const added = await life.run(['add', 'helm', '--yes', '--no-verify']);
  expect(added.code, added.stderr).toBe(0);
  const { tree } = await render({ name: 'Shop', orchestration: ['kustomize', 'helm'] }, 'fastapi-platform');
  const chart = [...tree.values()].filter(({ path }) => path.startsWith('helm/'));
  expect(chart.length).toBeGreaterThan(20);
  for (const { path, content } of chart) expect(life.read(path), path).toBe(content.toString('utf8'));
}, 60_000);
