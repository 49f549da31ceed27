/** T2: a file that a template renames takes the user's edits along. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defineComponent, type AnyComponent } from '../../../src/component/define.ts';
import { catalogOf, type Catalog } from '../../../src/plan/catalog.ts';
import { newLife, type Life } from '../../support/repository-life.ts';

const stack = (version: 1 | 2, seeded: boolean): AnyComponent =>
  defineComponent({
    id: 'shop',
    category: 'stack',
    description: 'sells',
    chosenByDefault: true,
    fields: {},
    ...(version === 2 && { renames: () => [{ from: 'old.txt', to: 'sub/new.txt' }] }),
    ...(seeded && { seeded: ['old.txt', 'sub/'] }),
    samples: { default: {} },
  });

/** Version 1 writes `old.txt`, version 2 the same at another place, with its last line changed. */
const catalog = (version: 1 | 2, seeded = false): Catalog =>
  catalogOf([stack(version, seeded)], [], async () => [
    {
      layer: 'base',
      path: version === 1 ? 'old.txt' : 'sub/new.txt',
      source: 'templates/shop/base/file.txt',
      executable: false,
      body: Buffer.from(`one\ntwo\nthree\nfour\n${version === 1 ? 'five' : '5'}\n`),
    },
  ]);

let life: Life;
beforeEach(() => {
  life = newLife();
});
afterEach(() => {
  life.end();
});

const create = async (seeded = false): Promise<void> => {
  expect((await life.run(['create', '.', '--yes', '--name', 'Shop'], catalog(1, seeded))).code).toBe(0);
  life.commit();
};
const isThere = (path: string): boolean => existsSync(join(life.root, path));

describe('T2: a renamed file', () => {
  test('that nobody edited is at its new place, and nowhere else', async () => {
    await create();
    expect((await life.run(['update'], catalog(2))).code).toBe(0);
    expect(life.read('sub/new.txt')).toBe('one\ntwo\nthree\nfour\n5\n');
    expect(isThere('old.txt')).toBe(false);
  });

  test('takes an edit along, merged with what the template has changed', async () => {
    await create();
    life.write('old.txt', 'ONE\ntwo\nthree\nfour\nfive\n', 0o755);
    life.commit();
    const { code, stderr } = await life.run(['update'], catalog(2));
    expect(code, stderr).toBe(0);
    expect(life.read('sub/new.txt')).toBe('ONE\ntwo\nthree\nfour\n5\n');
    expect(isThere('old.txt')).toBe(false);
    life.git('add', '--all');
    expect(life.git('ls-files', '--stage', 'sub/new.txt')).toMatch(/^100755 /);
    const tree = life.commit();
    await life.run(['update'], catalog(2));
    expect(life.commit()).toBe(tree);
  });

  test('is a conflict at its new place where both have changed one line, and --abort puts it back', async () => {
    await create();
    life.write('old.txt', 'one\ntwo\nthree\nfour\nFIVE\n');
    const tree = life.commit();
    expect((await life.run(['update'], catalog(2))).code).toBe(3);
    expect(life.read('sub/new.txt')).toContain('<<<<<<< yours\nFIVE\n');
    expect((await life.run(['update', '--abort'], catalog(2))).code).toBe(0);
    expect(life.commit()).toBe(tree);
  });

  test('of the application moves with its text as the user has it', async () => {
    await create(true);
    life.write('old.txt', 'all mine\n');
    life.commit();
    expect((await life.run(['update'], catalog(2, true))).code).toBe(0);
    expect(life.read('sub/new.txt')).toBe('all mine\n');
    expect(isThere('old.txt')).toBe(false);
  });

  test('that the user has deleted stays deleted', async () => {
    await create();
    life.git('rm', '--quiet', 'old.txt');
    life.commit();
    await life.run(['update'], catalog(2));
    expect(isThere('old.txt')).toBe(false);
  });

  test('stays at its old place, with its edit, where something of the user stands at the new one', async () => {
    await create();
    life.write('old.txt', 'edited\n');
    life.write('sub/new.txt', 'something else\n');
    life.commit();
    const { code } = await life.run(['update'], catalog(2));
    expect(code).toBe(3);
    expect(life.read('old.txt')).toBe('edited\n');
    expect(life.read('sub/new.txt')).toContain('something else');
  });
});
