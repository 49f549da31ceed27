/** Trees to judge, and stand-ins for the programs that judge them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { exec, type Exec } from '../../src/exec.ts';
import { repoPath } from '../../src/tree/repo-path.ts';
import type { JudgedTree } from '../../src/verify/check.ts';

/** A tree of these texts, sorted by path. */
export function treeOf(files: Readonly<Record<string, string>>): JudgedTree {
  const names = Object.keys(files).sort();
  return new Map(
    names.map((name) => {
      const path = repoPath(name, 'a test');
      return [path, { path, content: Buffer.from(files[name] ?? ''), executable: false }];
    }),
  );
}

/** An `exec` that starts a JavaScript program of ours whatever program was meant; removed with the file's tests. */
export function standIn(source: string): Exec {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-stand-in-'));
  const script = join(folder, 'tool.cjs');
  writeFileSync(script, source);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return (execution) => exec({ ...execution, command: process.execPath, args: [script, ...execution.args] });
}
