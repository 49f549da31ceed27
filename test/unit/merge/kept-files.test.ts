/** Files that the user has in the place of ours: kept, not compared, and told of again only when ours has changed. */
import { describe, expect, it } from 'vitest';
import { leftOut } from '../../../src/merge/left-out.ts';
import { mergersUntil } from '../../../src/merge/mergers.ts';
import { reconcile, type BaseFile, type Decision } from '../../../src/merge/reconcile.ts';
import type { Ownership, VirtualFile } from '../../../src/tree/virtual-tree.ts';
import { repoPath, type RepoPath } from '../../../src/tree/repo-path.ts';

const at = (path: string): RepoPath => repoPath(path, 'test');

const fileOf = (path: string, text: string, more: Partial<VirtualFile> = {}): VirtualFile => ({
  path: at(path),
  content: Buffer.from(text),
  executable: false,
  origin: { component: 'ci', template: path },
  ownership: 'managed',
  ...more,
});

const baseOf = (text: string, ownership: Ownership): BaseFile => ({
  content: Buffer.from(text),
  executable: false,
  ownership,
  component: 'ci',
});

interface Case {
  readonly file?: VirtualFile;
  readonly path?: string;
  readonly disk?: string;
  readonly base: BaseFile;
  readonly decision?: Decision;
}

async function changeOf({ file, path = 'x.yml', disk, base, decision = 'marker' }: Case) {
  const [only] = await reconcile({
    rendered: new Map(file ? [[file.path, file]] : []),
    baseline: new Map([[at(path), base]]),
    originals: new Map(),
    disk: new Map(disk === undefined ? [] : [[at(path), { content: Buffer.from(disk), executable: false }]]),
    renames: new Map(),
    decide: () => decision,
    splices: true,
    mergers: mergersUntil(new AbortController().signal),
  });
  return only;
}

describe('a kept file', () => {
  const kept = baseOf('ours\n', 'kept');

  it.each<Decision>(['marker', 'overwrite', 'keep'])('stays the user’s under %s', async (decision) => {
    const file = fileOf('x.yml', 'ours\n');
    expect(await changeOf({ file, disk: 'theirs\n', base: kept, decision })).toMatchObject({
      kind: 'keep',
      reason: 'yours',
      offered: false,
    });
  });

  it('is offered what ours has become', async () => {
    const file = fileOf('x.yml', 'ours, newer\n');
    expect(await changeOf({ file, disk: 'theirs\n', base: kept })).toMatchObject({
      kind: 'keep',
      offered: true,
    });
  });

  it('that bulwark had written would be updated', async () => {
    const file = fileOf('x.yml', 'ours, newer\n');
    expect(await changeOf({ file, disk: 'ours\n', base: baseOf('ours\n', 'managed') })).toMatchObject({
      kind: 'update',
    });
  });

  it('is not deleted with its component', async () => {
    expect(await changeOf({ disk: 'theirs\n', base: kept })).toMatchObject({ kind: 'keep', reason: 'yours' });
    expect(await changeOf({ disk: 'ours\n', base: kept })).toMatchObject({ kind: 'keep', reason: 'yours' });
    expect(await changeOf({ disk: 'ours\n', base: baseOf('ours\n', 'managed') })).toMatchObject({
      kind: 'delete',
    });
  });

  it('that has no place for our part is told of again when that has become more', async () => {
    const theirs = 'on: push\njobs:\n  scan:\n    runs-on: a\n';
    const wanted = (jobs: string): VirtualFile =>
      fileOf('x.yml', `jobs:\n  scan:\n    runs-on: b\n${jobs}`, { shared: 'workflow', ownership: 'shared' });
    const base = baseOf(wanted('').content.toString(), 'kept');
    expect(await changeOf({ file: wanted(''), disk: theirs, base })).toMatchObject({ kind: 'keep' });
    expect(await changeOf({ file: wanted('  lint:\n    runs-on: b\n'), disk: theirs, base })).toMatchObject({
      kind: 'conflict',
      remark: expect.stringContaining('lint') as string,
    });
  });
});

describe('companions', () => {
  const files = ['Dockerfile', '.dockerignore', 'docker/start.sh', 'docker/redis/start.sh'];
  const rendered = new Map(files.map((path) => [at(path), fileOf(path, 'ours\n')]));
  const companions = [{ component: 'docker', of: at('Dockerfile'), files: ['.dockerignore', 'docker/*'] }];
  const without = (text: string | undefined, decision: Decision, base?: BaseFile): readonly string[] => [
    ...leftOut(companions, {
      rendered,
      baseline: new Map(base ? [[at('Dockerfile'), base]] : []),
      disk: new Map(
        text === undefined ? [] : [[at('Dockerfile'), { content: Buffer.from(text), executable: false }]],
      ),
      decide: () => decision,
    }),
  ];

  it('are left out beside a file of the user’s, and those of another folder are not', () => {
    expect(without('theirs\n', 'fail')).toEqual(['.dockerignore', 'docker/start.sh']);
    expect(without('theirs\n', 'fail', baseOf('ours\n', 'kept'))).toHaveLength(2);
  });

  it('come with ours', () => {
    expect(without(undefined, 'fail')).toEqual([]);
    expect(without('ours\n', 'fail')).toEqual([]);
    expect(without('theirs\n', 'overwrite')).toEqual([]);
    expect(without('edited\n', 'fail', baseOf('ours\n', 'seeded'))).toEqual([]);
  });
});
