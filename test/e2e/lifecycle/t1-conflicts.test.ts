/** T1 and T4: what both have changed is a marked conflict with code 3, what only the user has changed is kept. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogWith, newLife, reworded, type Life } from '../../support/repository-life.ts';

const SOURCE = 'templates/project/base/CONTRIBUTING.md.hbs';
/** A later version of bulwark, whose template has another heading. */
const later = catalogWith(reworded(SOURCE, (text) => text.replace(/^# .*$/m, '# How to take part')));

interface Document {
  readonly ok: boolean;
  readonly code: number;
  readonly issues: readonly { readonly id: string; readonly where?: string }[];
  readonly files: readonly {
    readonly path: string;
    readonly change: string;
    readonly conflicts?: readonly number[];
  }[];
}

let life: Life;
beforeEach(async () => {
  life = newLife();
  expect(
    (await life.run(['create', '.', '--yes', '--stack', 'none', '--data', 'none', '--name', 'Shop'])).code,
  ).toBe(0);
  life.commit();
});
afterEach(() => {
  life.end();
});

const bothChange = (): void => {
  life.write('CONTRIBUTING.md', life.read('CONTRIBUTING.md').replace(/^# .*$/m, '# Our house rules'));
  life.commit();
};

describe('T1: a conflict', () => {
  test('ends with code 3, is listed with its lines, and leaves the index alone', async () => {
    bothChange();
    const { code, stdout } = await life.run(['update', '--json'], later);
    const document = JSON.parse(stdout) as Document;
    expect(code).toBe(3);
    expect(document).toMatchObject({ ok: false, code: 3 });
    expect(document.issues).toEqual([
      expect.objectContaining({ id: 'conflict', where: 'CONTRIBUTING.md:1' }),
    ]);
    expect(document.files).toContainEqual(
      expect.objectContaining({ path: 'CONTRIBUTING.md', change: 'conflict', conflicts: [1] }),
    );
    expect(life.read('CONTRIBUTING.md')).toMatch(
      /^<<<<<<< yours\n# Our house rules\n\|\|\|\|\|\|\| base\n# .*\n=======\n# How to take part\n>>>>>>> bulwark\n/,
    );
    expect(life.git('ls-files', '--unmerged')).toBe('');
    expect(life.git('diff', '--cached', '--name-only')).toBe('');
    life.git('checkout', '--quiet', '-b', 'aside');
    life.git('stash', '--include-untracked');
    life.git('stash', 'pop', '--quiet');
  });

  test('is refused over by update and check until it is resolved, and then both are content', async () => {
    bothChange();
    await life.run(['update'], later);
    for (const command of ['update', 'check', 'add']) {
      const { code, stderr } = await life.run([command, ...(command === 'add' ? ['redis'] : [])], later);
      expect(code, command).toBe(3);
      expect(stderr).toContain('CONTRIBUTING.md:1');
    }
    expect((await life.run(['resolve', 'CONTRIBUTING.md'], later)).code).toBe(3);
    life.write(
      'CONTRIBUTING.md',
      life.read('CONTRIBUTING.md').replace(/^<{7}[^]*?>{7} bulwark\n/, '# Both\n'),
    );
    expect(await life.run(['resolve'], later)).toMatchObject({
      code: 0,
      stderr: 'All conflicts are resolved.\n',
    });
    const tree = life.commit();
    expect((await life.run(['update'], later)).code).toBe(0);
    expect(life.commit()).toBe(tree);
    expect((await life.run(['check', '--only', 'update'], later)).code).toBe(0);
    expect(life.read('CONTRIBUTING.md')).toMatch(/^# Both\n/);
  });

  test.each([
    ['--ours', /^# Our house rules\n/],
    ['--theirs', /^# How to take part\n/],
  ])('resolve %s takes that side whole', async (side, text) => {
    bothChange();
    await life.run(['update'], later);
    expect((await life.run(['resolve', side], later)).code).toBe(0);
    expect(life.read('CONTRIBUTING.md')).toMatch(text);
    expect((await life.run(['resolve'], later)).stderr).toBe('There is no conflict to resolve.\n');
  });

  test('--abort restores exactly', async () => {
    bothChange();
    life.write('untracked.txt', 'mine\n');
    const before = life.git('status', '--porcelain');
    await life.run(['update'], later);
    expect(life.git('status', '--porcelain')).not.toBe(before);
    expect((await life.run(['update', '--abort'], later)).code).toBe(0);
    expect(life.git('status', '--porcelain')).toBe(before);
    expect((await life.run(['update', '--abort'], later)).code).toBe(2);
  });

  test('--abort does not take along what was edited after the run, unless it is forced to', async () => {
    bothChange();
    await life.run(['update'], later);
    const settings = life.read('.bulwark/lock.json');
    life.write('.bulwark/lock.json', settings.replace('"version": 1', '"version":  1'));
    const refused = await life.run(['update', '--abort'], later);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toContain('.bulwark/lock.json was edited after the run');
    expect(life.read('CONTRIBUTING.md')).toContain('<<<<<<<');
    expect((await life.run(['update', '--abort', '--force'], later)).code).toBe(0);
    expect(life.git('status', '--porcelain')).toBe('');
  });

  test.each([
    ['keep', 0, /^# Our house rules\n/],
    ['overwrite', 0, /^# How to take part\n/],
    ['fail', 2, /^# Our house rules\n/],
  ])('--on-conflict %s', async (decision, expected, text) => {
    bothChange();
    const { code } = await life.run(['update', '--on-conflict', decision], later);
    expect(code).toBe(expected);
    expect(life.read('CONTRIBUTING.md')).toMatch(text);
    if (decision === 'fail') expect(life.git('status', '--porcelain')).toBe('');
  });
});

describe('T4: what was committed next to a change of the template', () => {
  test('survives, merged without a conflict', async () => {
    life.write('CONTRIBUTING.md', `${life.read('CONTRIBUTING.md')}\n## Ours\n\nBring cake.\n`);
    life.commit();
    expect((await life.run(['update'], later)).code).toBe(0);
    expect(life.read('CONTRIBUTING.md')).toMatch(/^# How to take part\n[^]*\n## Ours\n\nBring cake\.\n$/);
  });

  test('an update right after an update changes nothing', async () => {
    life.write('CONTRIBUTING.md', `${life.read('CONTRIBUTING.md')}\nBring cake.\n`);
    life.commit();
    await life.run(['update'], later);
    const tree = life.commit();
    const again = await life.run(['update'], later);
    expect(again.stderr).toContain('Nothing to do');
    expect(life.commit()).toBe(tree);
  });

  test('what is not committed is refused, by its name, unless it is forced', async () => {
    life.write('CONTRIBUTING.md', `${life.read('CONTRIBUTING.md')}\nBring cake.\n`);
    const refused = await life.run(['update'], later);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('CONTRIBUTING.md has changes that are not committed');
    expect(life.read('CONTRIBUTING.md')).not.toContain('take part');
    expect((await life.run(['update', '--force'], later)).code).toBe(0);
    expect(life.read('CONTRIBUTING.md')).toContain('take part');
  });
});
