/** What a changelog says of the versions between two, and how a version is put into a reference. */
import { describe, expect, it } from 'vitest';
import { atVersion, withVersion } from '../../../src/packs/at-version.ts';
import { changelogBetween } from '../../../src/packs/changelog.ts';
import { packUpdates } from '../../../src/packs/pack-updates.ts';
import { settleReferences, type NamedPack } from '../../../src/packs/settle-references.ts';
import { compareVersions } from '../../../src/packs/version-range.ts';
import type { LockedPack } from '../../../src/repo/lockfile.ts';
import { manifest, refusalOf, treeOf } from '../../support/packs.ts';

const TEXT = `# Changelog

All that matters.

## [Unreleased]

- not yet

## [1.3.0] - 2026-11-01

### Added

- a card

\`\`\`md
## 9.9.9
\`\`\`

## v1.2.1 (2026-10-01)
- a fix

## [1.2.0](https://example.com) (2026-09-01)

- old

# About

Nothing of a version.
`;

describe('the entries between two versions', () => {
  it('are those after the first, up to the second', () => {
    expect(changelogBetween(TEXT, '1.2.0', '1.3.0')).toEqual([
      { version: '1.3.0', date: '2026-11-01', text: '### Added\n\n- a card\n\n```md\n## 9.9.9\n```' },
      { version: '1.2.1', date: '2026-10-01', text: '- a fix' },
    ]);
    expect(changelogBetween(TEXT, '1.2.0', '1.2.1').map(({ version }) => version)).toEqual(['1.2.1']);
    expect(changelogBetween(TEXT, '1.1.0', '1.2.0')).toEqual([
      { version: '1.2.0', date: '2026-09-01', text: '- old' },
    ]);
  });

  it('are none where the version stays or goes back, and where nothing is said', () => {
    for (const [from, to] of [
      ['1.3.0', '1.3.0'],
      ['1.3.0', '1.2.0'],
      ['1.3.0', '2.0.0'],
    ] as const)
      expect(changelogBetween(TEXT, from, to)).toEqual([]);
    expect(changelogBetween('', '1.0.0', '2.0.0')).toEqual([]);
  });

  it('stay short whatever a file holds', () => {
    const long = Array.from({ length: 100 }, (_, index) => `## 1.0.${100 - index}\n${'- x\n'.repeat(100)}`);
    const entries = changelogBetween(long.join('\n'), '1.0.0', '2.0.0');
    expect(entries).toHaveLength(20);
    expect(entries[0]?.text.split('\n')).toHaveLength(41);
    expect(entries[0]?.text).toContain('… and 60 more lines');
    expect(entries.at(-1)?.text).toContain('… and 80 more versions');
    expect(changelogBetween(`## 1.1.0\n${'y'.repeat(1000)}`, '1.0.0', '2.0.0')[0]?.text).toHaveLength(301);
    const start = Date.now();
    changelogBetween('## [1.'.repeat(200_000), '1.0.0', '2.0.0');
    expect(Date.now() - start).toBeLessThan(2000);
  });

  it('come with a pack whose version is another one than the lock has', () => {
    const pack = (version: string) => ({
      manifest: manifest({ version }) as never,
      tree: treeOf({ 'pack.json': manifest({ version }), 'CHANGELOG.md': TEXT }),
    });
    const locked = [{ name: 'acme', reference: './acme', version: '1.2.1', sha512: '' }];
    expect(packUpdates([pack('1.3.0')], locked)).toMatchObject([
      { name: 'acme', from: '1.2.1', to: '1.3.0', changelog: [{ version: '1.3.0' }] },
    ]);
    expect(packUpdates([pack('1.2.1')], locked)).toEqual([]);
    expect(packUpdates([pack('1.3.0')], [])).toEqual([]);
  });
});

describe('versions', () => {
  it.each([
    ['1.10.0', '1.9.0', 1],
    ['1.0.0', '1.0.0', 0],
    ['1.0.0-beta.1', '1.0.0', -1],
    ['2.0.0', '2.0.0-rc.1', 1],
    ['1.0.0-alpha', '1.0.0-beta', -1],
    ['v1.0.0', '1.0.0+build', 0],
  ])('%s and %s', (one, other, expected) => {
    expect(compareVersions(one, other)).toBe(expected);
    expect(compareVersions(other, one)).toBe(expected === 0 ? 0 : -expected);
  });
});

const locked = (reference: string, name = 'acme'): LockedPack => ({
  name,
  reference,
  version: '1.2.0',
  sha512: 'a'.repeat(128),
});

describe('a pack in another version', () => {
  it.each([
    ['npm:@acme/pack@^1', 'npm:@acme/pack@1.3.0'],
    ['npm:@acme/pack@1.2.0', 'npm:@acme/pack@1.3.0'],
    ['git+https://h.example/r-1.2.0.git#packs@v1.2.0', 'git+https://h.example/r-1.2.0.git#packs@v1.3.0'],
    [
      'git+https://h.example/r.git#packs/acme@acme/1.2.0',
      'git+https://h.example/r.git#packs/acme@acme/1.3.0',
    ],
    ['https://h.example/1.2.0/acme-1.2.0.tgz', 'https://h.example/1.2.0/acme-1.3.0.tgz'],
    ['../packs/acme-1.2.0.tgz', '../packs/acme-1.3.0.tgz'],
    ['git+https://h.example/r.git#packs@main', undefined],
    ['git+https://h.example/r.git', undefined],
    ['../acme', undefined],
    ['../acme-1.2.0', undefined],
  ])('%s becomes %s', (reference, expected) => {
    expect(withVersion(locked(reference), '1.3.0')).toBe(expected);
  });

  it('is named by its name and version', async () => {
    const packs = [locked('npm:@acme/pack@^1'), locked('../beta', 'beta')];
    expect(atVersion('acme@1.3.0', packs)).toBe('npm:@acme/pack@1.3.0');
    expect(atVersion('acme@v1.3.0', packs)).toBe('npm:@acme/pack@1.3.0');
    for (const whole of ['./acme', 'npm:@acme/pack@1.3.0', 'gh:acme/packs@v1.3.0'])
      expect(atVersion(whole, packs)).toBe(whole);
    expect(await refusalOf(() => atVersion('beta@1.3.0', packs))).toMatchObject({
      code: 2,
      ids: ['pack-version'],
    });
    expect((await refusalOf(() => atVersion('gamma@1.3.0', packs))).text).toContain('acme, beta');
  });
});

describe('references of several sources', () => {
  const names: Readonly<Record<string, string>> = { '../a1': 'a', '../a2': 'a', '../b': 'b', '../c': 'c' };
  const settle = (
    mayReplace: boolean,
    ...named: readonly (readonly [string, NamedPack['from'], string?])[]
  ) =>
    settleReferences(
      named.map(([reference, from, name]) => ({ reference, from, ...(name !== undefined && { name }) })),
      mayReplace,
      async (reference) => names[reference] ?? '',
    );

  it('each stand once, the stronger in the place of the weaker', async () => {
    expect(
      await settle(
        true,
        ['../a1', 'bulwark.json', 'a'],
        ['../b', 'bulwark.json', 'b'],
        ['../c', 'answers file'],
        ['../a2', 'flag'],
      ),
    ).toEqual(['../a2', '../b', '../c']);
    expect(await settle(true, ['../a1', 'answers file'], ['../a2', 'flag'])).toEqual(['../a2']);
    expect(await settle(false, ['../a1', 'answers file'], ['../a2', 'flag'])).toEqual(['../a2']);
    expect(await settle(false, ['../b', 'bulwark.json', 'b'], ['../b', 'flag'])).toEqual(['../b']);
  });

  it('are left to the loader where one source names a pack twice, or nothing is known of one', async () => {
    expect(await settle(true, ['../a1', 'flag'], ['../a2', 'flag'])).toEqual(['../a1', '../a2']);
    expect(await settle(true, ['../a1', 'bulwark.json'], ['../a2', 'flag'])).toEqual(['../a1', '../a2']);
  });

  it('do not replace what a repository has, but for update', async () => {
    const refused = await refusalOf(() => settle(false, ['../a1', 'bulwark.json', 'a'], ['../a2', 'flag']));
    expect(refused).toMatchObject({ code: 2, ids: ['pack-recorded'] });
    expect(refused.text).toContain('bulwark update --pack ../a2');
  });
});
