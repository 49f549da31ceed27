/** T10: a dry run tells what the real run does, in the same words, and changes nothing. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documentOf, runProgram } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-t10-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A repository in which some of what is planned stands already: the same, different, and something else. */
function layExisting(): void {
  const place = join(folder, 'my-service');
  runProgram(['my-service', '--yes', '--no-git', '--no-verify', '--preset', 'minimal'], { cwd: folder });
  writeFileSync(join(place, 'Dockerfile'), 'FROM scratch\n');
  rmSync(join(place, '.dockerignore'));
  mkdirSync(join(place, 'src'));
  writeFileSync(join(place, 'src/mine.txt'), 'mine\n');
}

describe('T10', () => {
  test.each([
    { args: ['my-service', '--yes'], lay: () => undefined, code: 0 },
    { args: ['.', '--yes', '--name', 'My Zoo', '--stack', 'none'], lay: () => undefined, code: 0 },
    ...['keep', 'overwrite', 'marker', 'fail'].map((onConflict) => ({
      args: ['my-service', '--yes', '--preset', 'minimal', '--on-conflict', onConflict],
      lay: layExisting,
      code: { keep: 0, overwrite: 0, marker: 3, fail: 2 }[onConflict],
    })),
  ])('$args', ({ args, lay, code }) => {
    lay();
    const before = snapshot(folder);
    const dry = runProgram([...args, '--dry-run', '--json'], { cwd: folder });
    expect(dry).toMatchObject({ code, stderr: '' });
    expect(snapshot(folder)).toEqual(before);

    const real = runProgram([...args, '--json'], { cwd: folder });
    expect(real).toMatchObject({ code, stderr: '' });
    expect(documentOf(real)).toEqual(documentOf(dry));
    if (code === 2) {
      expect(snapshot(folder)).toEqual(before);
      return;
    }
    for (const { path, sha256 } of documentOf(dry).files) {
      if (sha256 === undefined) continue;
      const written = readFileSync(join(folder, args[0] ?? '', path));
      expect(createHash('sha256').update(written).digest('hex'), path).toBe(sha256);
    }
  });

  test('for people it says the same, and that nothing was written', () => {
    const { code, stdout, stderr } = runProgram(['my-service', '--yes', '--dry-run'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^create {5}Dockerfile$/m);
    expect(stderr).toContain('nothing was written');
    expect(snapshot(folder)).toEqual({});
  });
});
