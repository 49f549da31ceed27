/** The changes that the safety tests make: every kind of step, in a new folder and in one that exists. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Change, ChangeSet } from '../../../../src/tree/change-set.ts';
import type { RepoPath } from '../../../../src/tree/repo-path.ts';

const fileAt = (path: string, content: Buffer, executable: boolean) => ({
  path: path as RepoPath,
  content,
  executable,
  origin: { component: 'test', template: path },
  ownership: 'managed' as const,
});

export function create(path: string, text: string, executable = false): Change {
  const content = Buffer.from(text);
  return { path: path as RepoPath, kind: 'create', content, file: fileAt(path, content, executable) };
}

export function update(path: string, previous: string, text: string, executable = false): Change {
  const content = Buffer.from(text);
  const file = fileAt(path, content, executable);
  return { path: path as RepoPath, kind: 'update', content, file, previous: Buffer.from(previous) };
}

export const remove = (path: string, previous: string): Change => ({
  path: path as RepoPath,
  kind: 'delete',
  previous: Buffer.from(previous),
});

/** A new repository of a few files, in the order of a change set. */
export const NEW: ChangeSet = [
  create('.bulwark/baseline', 'README.md\tAAA\n'),
  create('.bulwark/lock.json', '{}\n'),
  create('README.md', '# New\n'),
  create('a b/ünï/日本.txt', 'text\r\nwith CRLF\r\n'),
  create('bulwark.json', '{}\n'),
  create('empty', ''),
  create('scripts/run.sh', '#!/bin/sh\n', true),
];

/** What stands in the existing folder before: path, text, mode. */
const BEFORE: readonly (readonly [string, string, number])[] = [
  ['.bulwark/lock.json', '{"old":true}\n', 0o644],
  ['.git/HEAD', 'ref: refs/heads/main\n', 0o644],
  ['become-file/inner.md', 'inner\n', 0o644],
  ['become-folder', 'a file\n', 0o644],
  ['crlf.txt', 'one\r\ntwo\r\n', 0o664],
  ['old/deep/gone.txt', 'gone\n', 0o600],
  ['old/deep/mine.txt', 'stays\n', 0o644],
  ['only/ours.txt', 'ours\n', 0o644],
  ['read-only.txt', 'sealed\n', 0o444],
  ['run.sh', '#!/bin/sh\n', 0o644],
  ['user.txt', 'mine\n', 0o640],
];

export const EXISTING: ChangeSet = [
  update('.bulwark/lock.json', '{"old":true}\n', '{"new":true}\n'),
  create('become-file', 'now a file\n'),
  remove('become-file/inner.md', 'inner\n'),
  remove('become-folder', 'a file\n'),
  create('become-folder/inner.md', 'now a folder\n'),
  update('crlf.txt', 'one\r\ntwo\r\n', 'one\r\ntwo\r\nthree\r\n'),
  create('new/dir/file.txt', 'new\n'),
  remove('old/deep/gone.txt', 'gone\n'),
  remove('only/ours.txt', 'ours\n'),
  update('read-only.txt', 'sealed\n', 'opened\n'),
  update('run.sh', '#!/bin/sh\n', '#!/bin/sh\n', true),
];

/** Lays the existing folder out. */
export function layExisting(root: string): void {
  for (const [path, text, mode] of BEFORE) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  }
  chmodSync(join(root, 'only'), 0o750);
}

const MOUNTED: ChangeSet = [
  create('.bulwark/lock.json', '{}\n'),
  update('plain.txt', 'plain\n', 'new plain\n'),
  update('vol/a.txt', 'a\n', 'new a\n', true),
  remove('vol/b.txt', 'b\n'),
  create('vol/new/c.txt', 'c\n'),
];

function layMounted(root: string): void {
  mkdirSync(join(root, 'vol'), { recursive: true });
  writeFileSync(join(root, 'plain.txt'), 'plain\n');
  writeFileSync(join(root, 'vol/a.txt'), 'a\n');
  writeFileSync(join(root, 'vol/b.txt'), 'b\n');
}

export const SCENARIOS = {
  /** A folder that is not there. */
  missing: { root: 'my-service', changes: NEW, lay: () => undefined },
  /** One whose parents are not there either. */
  nested: { root: 'deep/er/my service', changes: NEW, lay: () => undefined },
  empty: {
    root: 'empty',
    changes: NEW,
    lay: (root: string) => {
      mkdirSync(root);
    },
  },
  existing: { root: 'existing', changes: EXISTING, lay: layExisting },
  /** For a folder `vol` that is another file system. */
  mounted: { root: 'mounted', changes: MOUNTED, lay: layMounted },
  /** A folder of the target that cannot be written to comes after one that can. */
  sealed: {
    root: 'sealed',
    changes: [
      create('a/first.txt', 'new\n'),
      create('sealed/second.txt', 'new\n'),
      update('user.txt', 'mine\n', 'ours\n'),
    ],
    lay: (root: string) => {
      mkdirSync(join(root, 'sealed'), { recursive: true });
      writeFileSync(join(root, 'user.txt'), 'mine\n');
      chmodSync(join(root, 'sealed'), 0o555);
      chmodSync(root, 0o777);
    },
  },
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
