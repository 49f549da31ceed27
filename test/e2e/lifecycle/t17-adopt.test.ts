/** T17: repositories of ten shapes, adopted and added to: no byte that was there is changed unless that was said, or accepted. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newLife, type Life } from '../../support/repository-life.ts';
import { build, SHAPES } from '../../support/repository-shapes.ts';

let life: Life;
beforeEach(() => {
  life = newLife();
});
afterEach(() => {
  life.end();
});

type Tree = ReadonlyMap<string, string>;

const RECORDS = /^(?:bulwark\.json|\.bulwark\/.*)$/;

/** Every file but git's and bulwark's own, with its mode and a digest of its bytes. */
function treeOf(root: string): Tree {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.git/') && !RECORDS.test(path));
  return new Map(
    paths.sort().map((path) => {
      const digest = createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex');
      return [path, `${(statSync(join(root, path)).mode & 0o777).toString(8)} ${digest}`];
    }),
  );
}

/** The paths that differ. */
const changesBetween = (before: Tree, after: Tree): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .sort();

/** Paths that were there, and are no longer what they were. */
const lost = (before: Tree, after: Tree): readonly string[] =>
  changesBetween(before, after).filter((path) => before.has(path));

interface Said {
  readonly files: readonly { readonly path: string; readonly change: string }[];
  readonly issues: readonly { readonly id: string; readonly where: string; readonly hint: string }[];
}

/** What a run says beforehand that it writes. */
async function saidOf(args: readonly string[]): Promise<{ said: Said; written: readonly string[] }> {
  const { stdout, stderr } = await life.run([...args, '--yes', '--dry-run', '--json']);
  expect(stdout, stderr).not.toBe('');
  const said = JSON.parse(stdout) as Said;
  const written = said.files
    .filter(({ path, change }) => ['create', 'update', 'delete'].includes(change) && !RECORDS.test(path))
    .map(({ path }) => path);
  return { said, written: [...written].sort() };
}

/** Nothing has drifted, nothing was edited, an update has nothing to do. */
async function expectRest(): Promise<void> {
  const before = treeOf(life.root);
  const check = await life.run(['check']);
  expect(check.code, check.stdout + check.stderr).toBe(0);
  expect((await life.run(['diff'])).stdout).toBe('');
  expect((await life.run(['update', '--yes'])).stderr).toContain('Nothing to do');
  expect(changesBetween(before, treeOf(life.root))).toEqual([]);
}

describe.each(SHAPES)('T17: $name', (shape) => {
  test('adopt changes no byte of it, and nor does what follows', async () => {
    build(shape, life);
    const before = treeOf(life.root);
    const adopted = await life.run(['adopt', '--yes', '--no-verify']);
    if (adopted.code !== 0) {
      // There is nothing that could be adopted, and that is what it says.
      expect(adopted.stderr).toContain('no file here plays the part of a component');
      expect(changesBetween(before, treeOf(life.root))).toEqual([]);
      return;
    }
    expect(lost(before, treeOf(life.root))).toEqual([]);
    life.commit();
    await expectRest();
    expect((await life.run(['eject'])).code).toBe(0);
    expect(lost(before, treeOf(life.root))).toEqual([]);
  });

  test('what add has put there was said, and remove takes it back to the byte', async () => {
    build(shape, life);
    const before = treeOf(life.root);
    const { said, written } = await saidOf(['add', 'docker', 'ci']);
    expect(changesBetween(before, treeOf(life.root))).toEqual([]);
    const added = await life.run(['add', 'docker', 'ci', '--yes']);
    expect(added.code, added.stderr).toBe(said.issues.length > 0 ? 3 : 0);
    const after = treeOf(life.root);
    expect(changesBetween(before, after)).toEqual(written);
    for (const path of written)
      expect(added.stderr).toMatch(new RegExp(`^(create|update) +${escaped(path)}$`, 'm'));
    for (const { where, hint } of said.issues) {
      expect(added.stderr).toContain(where);
      expect(added.stderr).toContain(hint.trim().split('\n').at(-1));
    }
    expect(added.stderr).not.toContain('finding:');
    life.commit();
    await expectRest();
    const removed = await life.run(['remove', 'docker', 'ci', '--yes']);
    expect(removed.code, removed.stderr).toBe(0);
    expect(changesBetween(before, treeOf(life.root))).toEqual([]);
  });
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('T17: what was accepted', () => {
  const [express] = SHAPES;

  test('is changed, and seen to be', async () => {
    if (!express) throw new Error('there is no shape');
    build(express, life);
    const before = treeOf(life.root);
    const { written } = await saidOf(['adopt', 'docker', 'compose', '--on-conflict', 'overwrite']);
    const adopted = await life.run(['adopt', 'docker', 'compose', '--yes', '--on-conflict', 'overwrite']);
    expect(adopted.code, adopted.stderr).toBe(0);
    const changed = lost(before, treeOf(life.root));
    expect(changed).toEqual(expect.arrayContaining(['Dockerfile', 'docker-compose.yml']));
    expect(written).toEqual(expect.arrayContaining([...changed]));
    expect(adopted.stderr).toMatch(/^update +Dockerfile$/m);
  });

  test('is all: another file that stands in the way stops the run before it begins', async () => {
    if (!express) throw new Error('there is no shape');
    build(express, life);
    life.write('docs/ON_CALL.md', 'Mine.\n');
    life.commit();
    const before = treeOf(life.root);
    const { code, stderr } = await life.run(['add', 'on-call', 'docker', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('docs/ON_CALL.md is there and differs');
    expect(changesBetween(before, treeOf(life.root))).toEqual([]);
  });
});
