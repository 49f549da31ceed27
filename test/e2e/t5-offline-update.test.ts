/** T5: the repository of a pack is gone and there is no network: an update goes on from an archive that somebody has kept. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeTarball } from '../../src/packs/tar.ts';
import { cardPack, remoteIn, treeOf } from '../support/packs.ts';
import { documentOf, runProgram, type ProgramEnd } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

let folder: string;
let root: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-t5-')));
  root = join(folder, 'svc');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (cwd: string, ...args: string[]): ProgramEnd =>
  runProgram(args, { cwd, env: { XDG_CACHE_HOME: join(folder, 'cache') } });

describe('T5: a pack whose ref is deleted', () => {
  test('is updated from a local archive, and without one nothing is changed', () => {
    const remote = remoteIn(folder);
    const files = cardPack({ required: ['acme-card'] });
    remote.publish(files, 'v1');
    const reference = `${remote.url}#@v1`;
    const made = run(folder, 'create', 'svc', '--yes', '--no-git', '--pack', reference);
    expect(made.code, made.stderr).toBe(0);
    rmSync(remote.bare, { recursive: true });
    rmSync(join(folder, 'cache'), { recursive: true });
    const before = snapshot(root);
    const without = run(root, 'update', '--offline', '--json');
    expect([without.code, documentOf(without).issues[0]?.id]).toEqual([2, 'pack-offline']);
    expect(snapshot(root)).toEqual(before);

    const [path = ''] = Object.keys(files).filter((name) => name.startsWith('templates/'));
    const template = files[path];
    if (typeof template !== 'string') throw new Error('the pack has no template that is text');
    const later = { ...files, [path]: `${template}\nLater.\n` };
    writeFileSync(join(root, 'acme.tgz'), writeTarball(treeOf(later)));
    const settings = readFileSync(join(root, 'bulwark.json'), 'utf8');
    const recorded = '"git+file:../remote.git#@v1"';
    expect(settings).toContain(recorded);
    writeFileSync(join(root, 'bulwark.json'), settings.replace(recorded, '"./acme.tgz"'));
    const updated = run(root, 'update', '--offline', '--force');
    expect(updated.code, updated.stderr).toBe(0);
    expect(
      Object.values(snapshot(root)).map((file) => Buffer.from(file.split(' ')[1] ?? '', 'base64').toString()),
    ).toContainEqual(expect.stringContaining('\nLater.\n'));
    expect(run(root, 'check', '--offline').code).toBe(0);
  });
});
