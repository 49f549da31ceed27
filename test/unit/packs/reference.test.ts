/** References: each form in one spelling; what could be an option, another protocol or another host is refused. */
import { describe, expect, it } from 'vitest';
import { formatReference, parseReference, sourceOf } from '../../../src/packs/reference.ts';
import { referenceFrom } from '../../../src/packs/records.ts';
import { isVersion, rangeFault, satisfies } from '../../../src/packs/version-range.ts';
import { refusalOf } from '../../support/packs.ts';

describe('a reference', () => {
  it.each([
    ['./dir', { kind: 'folder', path: './dir' }, './dir'],
    ['/srv/pack', { kind: 'folder', path: '/srv/pack' }, '/srv/pack'],
    ['..', { kind: 'folder' }, '..'],
    ['./x.tgz', { kind: 'archive', path: './x.tgz' }, './x.tgz'],
    ['x.tar.gz', { kind: 'archive' }, 'x.tar.gz'],
    ['https://h.example/a/x.tgz', { kind: 'download' }, 'https://h.example/a/x.tgz'],
    ['http://127.0.0.1:81/x.tgz', { kind: 'download' }, 'http://127.0.0.1:81/x.tgz'],
    [
      'npm:@acme/bulwark-x@^2',
      { kind: 'npm', name: '@acme/bulwark-x', range: '^2' },
      'npm:@acme/bulwark-x@^2',
    ],
    ['npm:@acme/x', { kind: 'npm', range: 'latest' }, 'npm:@acme/x@latest'],
    [
      'gh:acme/packs/api@packs-api/v2.1.0',
      { kind: 'git', url: 'https://github.com/acme/packs.git', folder: 'api', ref: 'packs-api/v2.1.0' },
      'git+https://github.com/acme/packs.git#api@packs-api/v2.1.0',
    ],
    [
      'git+https://h.example/o/r.git#packs/api@@acme/api@1.0.0',
      { kind: 'git', folder: 'packs/api', ref: '@acme/api@1.0.0' },
      'git+https://h.example/o/r.git#packs/api@@acme/api@1.0.0',
    ],
    [
      'git+ssh://git@h.example/o/r.git#@v1',
      { kind: 'git', url: 'ssh://git@h.example/o/r.git', folder: '', ref: 'v1' },
      'git+ssh://git@h.example/o/r.git#@v1',
    ],
    ['git+file:///srv/r.git', { kind: 'git', url: 'file:///srv/r.git' }, 'git+file:///srv/r.git'],
  ])('%s is understood', (text, expected, shown) => {
    const reference = parseReference(text);
    expect(reference).toMatchObject(expected);
    expect(formatReference(reference)).toBe(shown);
  });

  it('of a repository of this machine may start from where one stands', async () => {
    const reference = parseReference('git+file:../packs/r.git#acme@v1', '/srv/work/svc');
    expect(reference).toMatchObject({
      kind: 'git',
      url: 'file:///srv/work/packs/r.git',
      folder: 'acme',
      ref: 'v1',
    });
    expect(referenceFrom('/', reference, '/srv/work/other/svc')).toBe('git+file:../../packs/r.git#acme@v1');
    expect(referenceFrom('/', reference, '/srv/work/packs')).toBe('git+file:./r.git#acme@v1');
    expect((await refusalOf(() => parseReference('git+file:../r.git'))).ids).toEqual(['pack-reference']);
  });

  it('loses its credentials before it is shown, and keeps them for its host', () => {
    for (const [text, shown] of [
      ['https://ann:s3cr%40t@h.example/x.tgz', 'https://h.example/x.tgz'],
      ['git+https://ann:s3cr%40t@h.example/r.git#p@v1', 'git+https://h.example/r.git#p@v1'],
    ] as const) {
      const reference = parseReference(text);
      expect(reference).toMatchObject({ credentials: { user: 'ann', password: 's3cr@t' } });
      expect([formatReference(reference), sourceOf(reference)].join()).not.toContain('s3cr');
      expect(formatReference(reference)).toBe(shown);
    }
  });

  it('is trusted as its exact repository and folder, whatever the version', () => {
    expect(sourceOf(parseReference('gh:acme/packs/api@v1'))).toBe(
      'git+https://github.com/acme/packs.git#api',
    );
    expect(sourceOf(parseReference('npm:@acme/x@1.0.0'))).toBe('npm:@acme/x');
  });

  it.each([
    '',
    '-x',
    '--upload-pack=touch PWNED',
    'ext::sh -c touch% PWNED',
    'git+ext::sh -c id',
    'git+http://h.example/r.git',
    'git://h.example/r.git',
    'http://h.example/x.tgz',
    'file:///etc/x.tgz',
    'https://h.example/x.zip',
    'acme',
    'npm:acme',
    'npm:@acme/x@file:../y',
    'npm:@acme/x@npm:evil',
    'npm:@acme/x@--registry=http://evil',
    'npm:@acme/../x',
    'gh:acme/../x',
    'gh:-acme/x',
    'git+https://h.example/r.git#../x',
    'git+https://h.example/r.git#/etc',
    'git+https://h.example/r.git#p@--upload-pack=touch',
    'git+https://h.example/r.git#p@-x',
    'git+https://h.example/r.git#p@a..b',
    'git+https://h.example/r.git#p@a@{1}',
    'git+https://h.example/r.git#p@v 1',
    'git+https://h.example/r.git#p@',
    'git+ssh://-oProxyCommand=touch/r.git',
    'git+ssh://-l@h.example/r.git',
    'git+file://h.example/r.git',
    './a\nb',
  ])('%j is refused', async (text) => {
    const { code, ids } = await refusalOf(() => parseReference(text));
    expect([code, ids]).toEqual([2, ['pack-reference']]);
  });

  it('shows no password in a refusal either', async () => {
    const { text } = await refusalOf(() => parseReference('git+http://ann:s3cret@h.example/r.git'));
    expect(text).toContain('h.example');
    expect(text).not.toContain('s3cret');
  });
});

describe('a range of versions', () => {
  it.each([
    ['1.2.3', '1.2.3', true],
    ['1.2.3', '1.2.4', false],
    ['1.2.3', '^1.2', true],
    ['2.0.0', '^1.2', false],
    ['0.2.5', '^0.2.1', true],
    ['0.3.0', '^0.2.1', false],
    ['0.0.4', '^0.0.3', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.9.0', '1.x', true],
    ['1.9.0', '*', true],
    ['0.1.0', '>=0.1 <2', true],
    ['2.0.0', '>=0.1 <2', false],
    ['2.0.0', '>=0.1 <=2', true],
    ['3.0.0', '>2', true],
    ['2.5.0', '>2', false],
    ['3.1.0', '^1 || ^3', true],
    ['2.1.0', '^1 || ^3', false],
    ['1.0.0', '>= 1.0.0', true],
    ['1.0.0-beta.1', '1.0.0', true],
    ['nonsense', '*', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected);
  });

  it.each(['', 'banana', '1.2.3.4', '^', '>>1', 'latest'])('%j is none', (range) => {
    expect(rangeFault(range)).toBeDefined();
  });

  it('is not a version', () => {
    expect([isVersion('1.2.3'), isVersion('1.2'), isVersion('^1.2.3')]).toEqual([true, false, false]);
  });
});
