/** Paths that could leave the repository, and trees with two owners, are refused. */
import fc from 'fast-check';
import { posix, win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repoPath, repoPathFault } from '../../src/tree/repo-path.ts';
import { virtualTree, type VirtualFile } from '../../src/tree/virtual-tree.ts';

const file = (path: string, component: string): VirtualFile => ({
  path: repoPath(path, 'test'),
  content: Buffer.from(component),
  executable: false,
  origin: { component, template: `templates/${component}/base/${path}` },
  ownership: 'managed',
});

describe('repoPath', () => {
  it.each([
    '../x',
    'a/../../x',
    '/etc/passwd',
    'C:/x',
    'c:x',
    '\\\\server\\share',
    'a\\b',
    'a//b',
    './a',
    'a/.',
    '',
    'a\u0000b',
    'con',
    'CON.txt',
    'a/nul',
    'aux.',
    'x.',
    'x ',
    '.git/config',
    'sub/.GIT/hooks/x',
    'git~1/x',
    'a:b',
    'a?b',
    'x'.repeat(256),
  ])('refuses %j', (path) => {
    expect(() => repoPath(path, 'test')).toThrow();
  });

  it.each(['a', 'a/b.c', '.github/workflows/ci.yml', '.gitignore', 'ünï/cödé 1', 'x'.repeat(255)])(
    'takes %j',
    (path) => {
      expect(repoPath(path, 'test')).toBe(path);
    },
  );

  it('lets no path leave the root, on any system', () => {
    const segment = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        'a',
        'C:',
        '\\',
        '..\\',
        '%2e%2e',
        '.git',
        'nul',
        '\u0000',
        '~',
        '//',
        '...',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const path = segments.join('/');
        if (repoPathFault(path) !== undefined) return;
        for (const flavour of [posix, win32]) {
          const root = flavour === posix ? '/root/target' : 'C:\\root\\target';
          const relative = flavour.relative(root, flavour.resolve(root, path));
          expect(relative === '' || relative.split(/[\\/]/)[0] === '..' || flavour.isAbsolute(relative)).toBe(
            false,
          );
        }
      }),
      { numRuns: 10_000, seed: 8 },
    );
  });
});

describe('virtualTree', () => {
  it('sorts by path', () => {
    expect([...virtualTree([file('b', 'x'), file('a/c', 'x'), file('a.txt', 'x')]).keys()]).toEqual([
      'a.txt',
      'a/c',
      'b',
    ]);
  });

  it.each([
    [['README.md', 'README.md']],
    [['README.md', 'readme.md']],
    [['docs', 'docs/a.md']],
    [['Docs', 'docs/a.md']],
  ])('refuses %j and names both owners', ([one, two]) => {
    expect(() => virtualTree([file(one ?? '', 'first'), file(two ?? '', 'second')])).toThrow(
      /(first.*second|second.*first)/,
    );
  });
});
