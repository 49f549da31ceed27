/** Packs for tests: in memory, in folders, in archives that no honest program writes, and in bare git repositories. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { exec } from '../../src/exec.ts';
import { nodePackDisk } from '../../src/packs/pack-disk.ts';
import { packTree, type PackTree } from '../../src/packs/pack-tree.ts';
import type { PackPorts } from '../../src/packs/ports.ts';

export type Files = Readonly<Record<string, string | object>>;

const textOf = (content: string | object): string =>
  typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;

export const manifest = (more: object = {}): object => ({
  name: 'acme',
  version: '1.0.0',
  bulwark: '>=0.1 <1',
  ...more,
});

/** A component with one field, one template and a view. */
export const card = (id = 'acme-card', more: object = {}): object => ({
  id,
  category: 'repository',
  description: 'a card',
  fields: {
    tier: {
      kind: 'choice',
      label: 'Tier',
      help: 'How much depends on it.',
      options: ['gold', 'silver'],
      default: 'silver',
    },
  },
  view: { tier: 'tier' },
  samples: { default: {} },
  ...more,
});

/** A pack with one component. */
export const cardPack = (more: object = {}, id = 'acme-card'): Files => ({
  'pack.json': manifest(more),
  [`generators/${id}.json`]: card(id),
  [`templates/${id}/base/docs/${id}.md.hbs`]: '# {{md name}}\n\nTier {{tier}}\n',
});

export const treeOf = (files: Files): PackTree =>
  packTree(
    Object.entries(files).map(([path, content]) => ({
      path,
      content: Buffer.from(textOf(content)),
      executable: false,
    })),
    'a test',
  );

export function writeFiles(folder: string, files: Files): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), textOf(content));
  }
  return folder;
}

export interface RawEntry {
  readonly path: string;
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly link?: string;
  /** Other than the content's. */
  readonly size?: number;
}

/** One entry of a tar archive, whatever it says. */
export function rawEntry({ path, type = '0', content = '', link = '', size }: RawEntry): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0'.repeat(2), 108);
  header.write(`${(size ?? body.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

export const rawTarball = (entries: readonly RawEntry[]): Buffer =>
  gzipSync(Buffer.concat([...entries.map(rawEntry), Buffer.alloc(1024)]));

export const entriesOf = (files: Files): RawEntry[] =>
  Object.entries(files).map(([path, content]) => ({ path, content: textOf(content) }));

/** Runs git with an author and nothing of the machine's own settings. */
export function git(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    'git',
    [
      '-c',
      'user.name=Tester',
      '-c',
      'user.email=tester@example.com',
      '-c',
      'init.defaultBranch=main',
      ...args,
    ],
    {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' },
    },
  );
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

export interface Remote {
  /** The bare repository's address. */
  readonly url: string;
  readonly bare: string;
  /** Replaces the work tree by these files, commits, pushes, and moves the tag to it if one is given. */
  readonly publish: (files: Files, tag?: string) => string;
  /** The work tree, to put things in it that are no files. */
  readonly work: string;
}

/** A bare repository below a folder, with a work tree beside it. */
export function remoteIn(folder: string): Remote {
  const work = join(folder, 'remote-work');
  const bare = join(folder, 'remote.git');
  mkdirSync(work, { recursive: true });
  git(folder, 'init', '--quiet', '--bare', bare);
  git(work, 'init', '--quiet');
  return {
    url: `git+file://${bare}`,
    bare,
    work,
    publish: (files, tag) => {
      writeFiles(work, files);
      git(work, 'add', '--all');
      git(work, 'commit', '--quiet', '--allow-empty', '--message=pack');
      if (tag !== undefined) git(work, 'tag', '--force', '--annotate', '--message=tag', tag);
      git(
        work,
        'push',
        '--quiet',
        '--force',
        bare,
        'HEAD:refs/heads/main',
        ...(tag === undefined ? [] : [`refs/tags/${tag}`]),
      );
      return git(work, 'rev-parse', 'HEAD');
    },
  };
}

/** The real ports in a folder; nothing is trusted. */
export const portsIn = (folder: string, more: Partial<PackPorts> = {}): PackPorts => ({
  disk: nodePackDisk,
  exec,
  request: () => Promise.reject(new Error('no network')),
  cwd: folder,
  environment: { HOME: join(folder, 'home'), PATH: process.env.PATH ?? '' },
  offline: false,
  options: ['--yes', '--pack'],
  bulwark: '0.1.0',
  trusts: () => Promise.resolve(false),
  say: () => undefined,
  signal: new AbortController().signal,
  ...more,
});

/** The ids of what was refused, and with which code. */
export async function refusalOf(run: () => unknown): Promise<{ code: number; ids: string[]; text: string }> {
  try {
    await run();
  } catch (error) {
    const { exitCode, issues } = error as { exitCode: number; issues: { id: string; message: string }[] };
    if (!Array.isArray(issues)) throw error;
    return { code: exitCode, ids: issues.map(({ id }) => id), text: JSON.stringify(issues) };
  }
  return { code: 0, ids: [], text: '' };
}
