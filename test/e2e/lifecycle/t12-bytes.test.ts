/** T12 for updates: line endings, modes, binary files and names that differ by case are merged apart from the text. */
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defineComponent } from '../../../src/component/define.ts';
import { catalogOf, type Catalog } from '../../../src/plan/catalog.ts';
import { newLife, type Life } from '../../support/repository-life.ts';

interface File {
  readonly path: string;
  readonly content: string | Buffer;
  readonly executable?: boolean;
}

const shop = defineComponent({
  id: 'shop',
  category: 'stack',
  description: 'sells',
  chosenByDefault: true,
  fields: {},
  samples: { default: {} },
});

/** A version of bulwark that writes these files. */
const catalog = (...files: readonly File[]): Catalog =>
  catalogOf([shop], [], async () =>
    files.map(({ path, content, executable = false }) => ({
      layer: 'base',
      path,
      source: `templates/shop/base/${path}`,
      executable,
      body: Buffer.from(content),
    })),
  );

let life: Life;
beforeEach(() => {
  life = newLife();
});
afterEach(() => {
  life.end();
});

const create = async (...files: readonly File[]): Promise<void> => {
  const { code, stderr } = await life.run(['create', '.', '--yes', '--name', 'Shop'], catalog(...files));
  expect(code, stderr).toBe(0);
  life.commit();
};
const isExecutable = (path: string): boolean => (statSync(join(life.root, path)).mode & 0o100) !== 0;

describe('T12: line endings', () => {
  test('a checkout with CRLF is no edit, and stays with CRLF when it is updated', async () => {
    await create({ path: 'a.txt', content: 'one\ntwo\n' });
    life.write('a.txt', 'one\r\ntwo\r\n');
    expect((await life.run(['check'], catalog({ path: 'a.txt', content: 'one\ntwo\n' }))).code).toBe(0);
    life.commit();
    await life.run(['update'], catalog({ path: 'a.txt', content: 'one\n2\n' }));
    expect(life.read('a.txt')).toBe('one\r\n2\r\n');
    life.commit();
    expect((await life.run(['check'], catalog({ path: 'a.txt', content: 'one\n2\n' }))).code).toBe(0);
  });

  test('an edit in a file with CRLF is merged, and all lines end as before', async () => {
    await create({ path: 'a.txt', content: 'one\ntwo\nthree\nfour\nfive\n' });
    life.write('a.txt', 'ONE\r\ntwo\r\nthree\r\nfour\r\nfive\r\n');
    life.commit();
    const { code } = await life.run(
      ['update'],
      catalog({ path: 'a.txt', content: 'one\ntwo\nthree\nfour\n5\n' }),
    );
    expect(code).toBe(0);
    expect(life.read('a.txt')).toBe('ONE\r\ntwo\r\nthree\r\nfour\r\n5\r\n');
  });
});

describe('T12: modes', () => {
  test('a mode that the template changes is changed, with an edit or without', async () => {
    await create({ path: 'a.sh', content: 'one\n' }, { path: 'b.sh', content: 'one\n' });
    life.write('b.sh', 'one\nmine\n');
    life.commit();
    const later = catalog(
      { path: 'a.sh', content: 'one\n', executable: true },
      { path: 'b.sh', content: 'one\n', executable: true },
    );
    expect((await life.run(['update'], later)).code).toBe(0);
    expect([isExecutable('a.sh'), isExecutable('b.sh')]).toEqual([true, true]);
    expect(life.read('b.sh')).toBe('one\nmine\n');
  });

  test('a mode that the user has changed stays, also when the text is updated', async () => {
    await create({ path: 'a.sh', content: 'one\n' });
    chmodSync(join(life.root, 'a.sh'), 0o755);
    life.commit();
    await life.run(['update'], catalog({ path: 'a.sh', content: 'two\n' }));
    expect(life.read('a.sh')).toBe('two\n');
    expect(isExecutable('a.sh')).toBe(true);
  });
});

describe('T12: binary files', () => {
  const one = Buffer.from([0, 1]);
  const two = Buffer.from([0, 2]);
  const mine = Buffer.from([0, 3]);

  test('are updated where nobody has touched them', async () => {
    await create({ path: 'a.bin', content: one });
    await life.run(['update'], catalog({ path: 'a.bin', content: two }));
    expect(life.read('a.bin')).toBe(two.toString());
  });

  test('that both have changed stay as they are until somebody decides', async () => {
    await create({ path: 'a.bin', content: one });
    writeFileSync(join(life.root, 'a.bin'), mine);
    life.commit();
    const later = catalog({ path: 'a.bin', content: two });
    expect((await life.run(['update'], later)).code).toBe(3);
    expect(life.read('a.bin')).toBe(mine.toString());
    const again = await life.run(['update'], later);
    expect(again).toMatchObject({ code: 3 });
    expect(again.stderr).toContain('a.bin waits for a decision');
    expect((await life.run(['resolve', '--theirs'], later)).code).toBe(0);
    expect(life.read('a.bin')).toBe(two.toString());
  });
});

describe('T12: paths', () => {
  test('a file becomes a folder, and a name changes its case', async () => {
    await create({ path: 'a', content: 'one\n' }, { path: 'readme.txt', content: 'r\n' });
    const later = catalog({ path: 'a/b.txt', content: 'two\n' }, { path: 'README.txt', content: 'r\n' });
    const { code, stderr } = await life.run(['update'], later);
    expect(code, stderr).toBe(0);
    expect(life.read('a/b.txt')).toBe('two\n');
    expect(life.read('README.txt')).toBe('r\n');
    expect(life.git('ls-files', '--others', '--deleted').split('\n')).toContain('readme.txt');
  });

  test('a file that the user has deleted is not written again, and one that is new is', async () => {
    await create({ path: 'a.txt', content: 'one\n' });
    life.git('rm', '--quiet', 'a.txt');
    life.commit();
    const later = catalog({ path: 'a.txt', content: 'two\n' }, { path: 'new.txt', content: 'new\n' });
    expect((await life.run(['update'], later)).code).toBe(0);
    expect(life.read('new.txt')).toBe('new\n');
    expect(() => life.read('a.txt')).toThrow('ENOENT');
  });

  test('a new file where the user has one of that name is a conflict, and his text is in it', async () => {
    await create({ path: 'a.txt', content: 'one\n' });
    life.write('new.txt', 'mine\n');
    life.commit();
    const later = catalog({ path: 'a.txt', content: 'one\n' }, { path: 'new.txt', content: 'theirs\n' });
    expect((await life.run(['update'], later)).code).toBe(3);
    expect(life.read('new.txt')).toContain('mine\n');
    expect(life.read('new.txt')).toContain('theirs\n');
  });

  test('the command works from a folder below, and in a part of a larger repository', async () => {
    await create({ path: 'sub/a.txt', content: 'one\n' });
    const below = await life.run(
      ['update', '--cwd', 'sub'],
      catalog({ path: 'sub/a.txt', content: 'two\n' }),
    );
    expect(below.code).toBe(0);
    expect(life.read('sub/a.txt')).toBe('two\n');
  });
});
