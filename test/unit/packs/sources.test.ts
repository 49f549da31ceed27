/** Where packs come from: git without a work tree, archives by https, npm, the cache; credentials stay with their host. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exec, type Execution } from '../../../src/exec.ts';
import { fetchPack } from '../../../src/packs/fetch-pack.ts';
import { digestOf } from '../../../src/packs/pack-tree.ts';
import type { PackPorts } from '../../../src/packs/ports.ts';
import { formatReference, parseReference } from '../../../src/packs/reference.ts';
import { requestWith } from '../../../src/packs/request.ts';
import { newestNpmVersion } from '../../../src/packs/source-npm.ts';
import { writeTarball } from '../../../src/packs/tar.ts';
import { startRegistry } from '../../support/registry.mjs';
import {
  cardPack,
  entriesOf,
  git,
  manifest,
  portsIn,
  rawTarball,
  refusalOf,
  remoteIn,
  treeOf,
  writeFiles,
} from '../../support/packs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-sources-'));
  // A temporary folder of its own: other tests fetch packs as well.
  mkdirSync(join(folder, 'tmp'));
  vi.stubEnv('TMPDIR', join(folder, 'tmp'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const fetched = (text: string, more: Partial<PackPorts> = {}) =>
  fetchPack(parseReference(text), undefined, portsIn(folder, more));
const refused = (text: string, more: Partial<PackPorts> = {}) => refusalOf(() => fetched(text, more));
const temporaries = () => readdirSync(tmpdir()).filter((name) => name.startsWith('bulwark-pack-'));

describe('git', () => {
  it('gives the same pack as the folder, from a tag, a branch, a commit, a sub-folder', async () => {
    const remote = remoteIn(folder);
    const files = cardPack();
    const commit = remote.publish(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`packs/api/${path}`, text])),
      'packs-api/v2.1.0',
    );
    const before = temporaries();
    const expected = digestOf(treeOf(files));
    for (const [ref, isFixed] of [
      ['@packs-api/v2.1.0', true],
      ['@main', false],
      [`@${commit}`, true],
      ['', false],
    ] as const) {
      expect(await fetched(`${remote.url}#packs/api${ref}`)).toMatchObject({
        sha512: expected,
        commit,
        isFixed,
      });
    }
    expect(temporaries()).toEqual(before);
  });

  it('reads bytes as they were committed, whatever attributes say', async () => {
    const remote = remoteIn(folder);
    const files = { ...cardPack(), 'a.txt': 'x\r\ny\n$Format:%H$\n$Id$\n', 'b.txt': 'kept\n' };
    remote.publish(
      { ...files, '.gitattributes': 'a.txt export-subst ident eol=crlf\nb.txt export-ignore\n' },
      'v1',
    );
    const { tree } = await fetched(`${remote.url}#@v1`);
    const committed = git(remote.work, 'show', 'HEAD:a.txt');
    expect(tree.get('a.txt')?.content.toString()).toContain('$Format:%H$');
    expect(tree.get('a.txt')?.content.toString().trim()).toBe(committed);
    expect(tree.has('b.txt')).toBe(true);
  });

  it.each([
    [
      'a link to a file',
      (work: string) => {
        symlinkSync('/etc/passwd', join(work, 'x'));
      },
      'symbolic link',
    ],
    [
      'a link to a folder',
      (work: string) => {
        symlinkSync('..', join(work, 'x'));
      },
      'symbolic link',
    ],
    [
      'a submodule',
      (work: string) => {
        git(work, 'commit', '--quiet', '--allow-empty', '--message=first');
        git(work, 'update-index', '--add', '--cacheinfo', `160000,${git(work, 'rev-parse', 'HEAD')},x`);
        git(work, 'commit', '--quiet', '--message=submodule');
        git(work, 'push', '--quiet', '--force', join(work, '../remote.git'), 'HEAD:refs/heads/main');
      },
      'submodule',
    ],
  ])('with %s is refused', async (_, put, why) => {
    const remote = remoteIn(folder);
    put(remote.work);
    if (why !== 'submodule') remote.publish(cardPack());
    const { code, ids, text } = await refused(`${remote.url}#@main`);
    expect([code, ids], text).toEqual([2, ['pack-link']]);
    expect(text).toContain(why);
  });

  it('that has no such ref, folder or repository is refused in its words', async () => {
    const remote = remoteIn(folder);
    remote.publish(cardPack(), 'v1');
    expect((await refused(`${remote.url}#@v2`)).ids).toEqual(['pack-ref']);
    expect((await refused(`${remote.url}#none@v1`)).ids).toEqual(['pack-git']);
    expect((await refused(`git+file://${folder}/none.git`)).ids).toEqual(['pack-git']);
    expect(
      (await refused(remote.url, { exec: async () => ({ outcome: 'missing', stdout: '', stderr: '' }) })).ids,
    ).toEqual(['git-missing']);
  });

  it('is called with argument arrays that no reference can make options of, and an environment that asks nothing', async () => {
    const calls: Execution[] = [];
    const remote = remoteIn(folder);
    remote.publish(cardPack(), 'v1');
    await fetched(`${remote.url}#@v1`, {
      environment: { HOME: folder, GIT_DIR: '/x', GIT_EXTERNAL_DIFF: 'evil' },
      exec: async (execution) => {
        calls.push(execution);
        return exec(execution);
      },
    });
    for (const { args, env } of calls) {
      expect(args.join(' ')).toContain(
        '-c protocol.ext.allow=never -c core.symlinks=false -c core.hooksPath=/dev/null',
      );
      expect(env).toMatchObject({
        GIT_ALLOW_PROTOCOL: 'https:ssh:file',
        GIT_TERMINAL_PROMPT: '0',
        GIT_ASKPASS: '',
      });
      expect(Object.keys(env ?? {})).toEqual(expect.arrayContaining(['GIT_DIR', 'GIT_EXTERNAL_DIFF']));
      expect(env?.GIT_DIR).toBeUndefined();
      const at = args.indexOf(`file://${remote.bare}`);
      if (at >= 0) expect(args[at - 1]).toBe('--');
    }
    expect(
      calls.map(({ args }) =>
        args.find((arg) => /^(?:init|ls-remote|fetch|rev-parse|ls-tree|archive)$/.test(arg)),
      ),
    ).toEqual(['init', 'ls-remote', 'fetch', 'rev-parse', 'ls-tree', 'archive']);
  });

  it('gets a password through its environment, for that host alone, and no redirect', async () => {
    const calls: Execution[] = [];
    await refused('git+https://ann:s3cret@127.0.0.1:9/r.git#@v1', {
      environment: { HOME: folder, GIT_CONFIG_COUNT: '1' },
      exec: async (execution) => {
        calls.push(execution);
        return {
          outcome: 'exited',
          exitCode: execution.args.includes('init') ? 0 : 1,
          stdout: '',
          stderr: 'fatal: no',
        };
      },
    });
    expect(JSON.stringify(calls.map(({ args }) => args))).not.toContain('s3cret');
    expect(calls.at(-1)?.env).toMatchObject({
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_1: 'http.https://127.0.0.1:9/.extraHeader',
      GIT_CONFIG_VALUE_1: `Authorization: Basic ${Buffer.from('ann:s3cret').toString('base64')}`,
      GIT_CONFIG_KEY_2: 'http.followRedirects',
    });
  });

  it('runs no hook and no helper that a repository or its files name', async () => {
    const remote = remoteIn(folder);
    const canary = join(folder, 'PWNED');
    remote.publish(
      {
        ...cardPack(),
        '.gitattributes': '* filter=evil diff=evil\n',
        '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch PWNED"\n',
      },
      'v1',
    );
    const hook = `#!/bin/sh\ntouch ${canary}\n`;
    mkdirSync(join(folder, 'template/hooks'), { recursive: true });
    for (const name of ['post-checkout', 'reference-transaction', 'post-index-change'])
      writeFileSync(join(folder, 'template/hooks', name), hook, { mode: 0o755 });
    writeFileSync(
      join(folder, '.gitconfig'),
      `[init]\n\ttemplateDir = ${folder}/template\n[filter "evil"]\n\tsmudge = touch ${canary}\n\trequired = true\n`,
    );
    const { sha512 } = await fetched(`${remote.url}#@v1`, {
      environment: { HOME: folder },
      exec: (execution) => exec({ ...execution, env: { ...execution.env, HOME: folder } }),
    });
    expect(sha512).toMatch(/^[0-9a-f]{128}$/);
    expect(existsSync(canary)).toBe(false);
  });
});

describe('the cache', () => {
  it('T5: gives without a network what was fetched before, when the ref and the repository are gone', async () => {
    const remote = remoteIn(folder);
    remote.publish(cardPack(), 'v1');
    const reference = `${remote.url}#@v1`;
    expect((await refused(reference, { offline: true })).ids).toEqual(['pack-offline']);
    const first = await fetched(reference);
    rmSync(remote.bare, { recursive: true });
    const again = await fetched(reference, { offline: true });
    expect(again).toMatchObject({ sha512: first.sha512, commit: first.commit, isFixed: true });
    const locked = { name: 'acme', reference, version: '1.0.0', sha512: first.sha512 };
    const fromLock = await fetchPack(parseReference(reference), locked, portsIn(folder));
    expect(digestOf(fromLock.tree)).toBe(first.sha512);
  });

  it('is not believed where its content is not what its name says', async () => {
    const remote = remoteIn(folder);
    remote.publish(cardPack(), 'v1');
    const { sha512 } = await fetched(`${remote.url}#@v1`);
    const file = join(folder, 'home/.cache/bulwark/packs', `${sha512}.tgz`);
    writeFileSync(file, writeTarball(treeOf(cardPack({ description: 'other' }))));
    expect((await refused(`${remote.url}#@v1`, { offline: true })).ids).toEqual(['pack-offline']);
    writeFileSync(file, 'rubbish');
    expect((await refused(`${remote.url}#@v1`, { offline: true })).ids).toEqual(['pack-offline']);
    expect((await fetched(`${remote.url}#@v1`)).sha512).toBe(sha512);
  });

  it('is no condition: where it cannot be written the pack is there all the same', async () => {
    writeFileSync(join(folder, 'home'), 'a file');
    writeFileSync(join(folder, 'x.tgz'), writeTarball(treeOf(cardPack())));
    expect((await fetched('./x.tgz')).sha512).toBe(digestOf(treeOf(cardPack())));
  });
});

interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A server on loopback: answers by path, and remembers who asked with what. */
async function serve(
  answer: (path: string, base: string) => { status: number; headers?: Record<string, string>; body?: Buffer },
) {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization });
    const { status, headers, body } = answer(request.url ?? '', `http://${request.headers.host ?? ''}`);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    host: `127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('an archive at an address', () => {
  const archive = writeTarball(treeOf(cardPack()));

  it('is fetched, and its credentials go to its own host alone', async () => {
    const other = await serve(() => ({ status: 200, body: archive }));
    const first = await serve((path) =>
      path === '/own.tgz'
        ? { status: 302, headers: { location: '/x.tgz' } }
        : path === '/away.tgz'
          ? { status: 302, headers: { location: `http://u:p@${other.host}/x.tgz` } }
          : { status: 200, body: archive },
    );
    try {
      const expected = digestOf(treeOf(cardPack()));
      const own = await fetched(`http://ann:s3cret@${first.host}/own.tgz`, { request: requestWith({}) });
      expect([own.sha512, formatReference(own.reference)]).toEqual([
        expected,
        `http://${first.host}/own.tgz`,
      ]);
      const basic = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;
      expect(first.seen.map(({ authorization }) => authorization)).toEqual([basic, basic]);
      expect(
        (await fetched(`http://ann:s3cret@${first.host}/away.tgz`, { request: requestWith({}) })).sha512,
      ).toBe(expected);
      expect(other.seen).toEqual([{ path: '/x.tgz', authorization: undefined }]);
    } finally {
      first.close();
      other.close();
    }
  });

  it.each([
    ['http://169.254.169.254/latest', 'pack-insecure'],
    ['file:///etc/passwd', 'pack-insecure'],
    ['http://h.example/x.tgz', 'pack-insecure'],
    ['/loop.tgz', 'pack-download'],
  ])('that leads to %s is not followed', async (location, id) => {
    const server = await serve(() => ({ status: 302, headers: { location } }));
    try {
      expect(await refused(`http://${server.host}/x.tgz`, { request: requestWith({}) })).toMatchObject({
        code: 2,
        ids: [id],
      });
    } finally {
      server.close();
    }
  });

  it('that is not there, or too large, is refused', async () => {
    const server = await serve((path) =>
      path === '/none.tgz' ? { status: 404 } : { status: 200, body: Buffer.alloc(33 * 1024 * 1024) },
    );
    try {
      expect((await refused(`http://${server.host}/none.tgz`, { request: requestWith({}) })).text).toContain(
        '404',
      );
      expect((await refused(`http://${server.host}/big.tgz`, { request: requestWith({}) })).ids).toEqual([
        'pack-too-large',
      ]);
    } finally {
      server.close();
    }
    expect((await refused('http://127.0.0.1:9/x.tgz', { request: requestWith({}) })).ids).toEqual([
      'pack-download',
    ]);
  });
});

describe('npm', () => {
  const packageOf = (version: string) => ({
    ...cardPack({ version }),
    'package.json': {
      name: '@acme/bulwark-x',
      version,
      scripts: { prepack: 'touch PWNED', postinstall: 'touch PWNED', prepare: 'touch PWNED' },
    },
  });

  it('gives the newest version in the range, runs no script, and leaves nothing behind', async () => {
    const tarballs = join(folder, 'tarballs');
    mkdirSync(tarballs);
    for (const version of ['1.0.0', '1.4.0']) {
      const entries = entriesOf(packageOf(version)).map((entry) => ({
        ...entry,
        path: `package/${entry.path}`,
      }));
      writeFileSync(join(tarballs, `x-${version}.tgz`), rawTarball(entries));
    }
    const registry = await startRegistry(tarballs);
    const before = temporaries();
    const home = writeFiles(join(folder, 'npm-home'), {
      '.npmrc': `registry=${registry.url}\ncache=${folder}/npm-cache\n`,
    });
    const calls: Execution[] = [];
    const ports = {
      exec: async (execution: Execution) => {
        calls.push(execution);
        return exec({
          ...execution,
          env: { ...execution.env, HOME: home, npm_config_userconfig: join(home, '.npmrc') },
        });
      },
    };
    try {
      const newest = await fetched('npm:@acme/bulwark-x@^1', ports);
      expect(newest).toMatchObject({ isFixed: false, sha512: digestOf(treeOf(packageOf('1.4.0'))) });
      expect(await fetched('npm:@acme/bulwark-x@1.0.0', ports)).toMatchObject({
        isFixed: true,
        sha512: digestOf(treeOf(packageOf('1.0.0'))),
      });
      expect((await refused('npm:@acme/none@^1', ports)).ids).toEqual(['pack-npm']);
      expect(await newestNpmVersion('@acme/bulwark-x', portsIn(folder, ports))).toBe('1.4.0');
      const unknown = refusalOf(() => newestNpmVersion('@acme/none', portsIn(folder, ports)));
      expect((await unknown).ids).toEqual(['pack-npm']);
    } finally {
      registry.close();
    }
    expect(calls.every(({ args }) => args.includes('--ignore-scripts'))).toBe(true);
    expect(readdirSync(folder, { recursive: true }).filter((path) => String(path).endsWith('PWNED'))).toEqual(
      [],
    );
    expect(temporaries()).toEqual(before);
  }, 60_000);

  it('whose archive is not what npm said is refused', async () => {
    const said = JSON.stringify([{ filename: 'x.tgz', integrity: 'sha512-AAAA' }]);
    const { ids, text } = await refused('npm:@acme/x@1.0.0', {
      exec: async ({ args }) => {
        writeFileSync(
          join(args[args.indexOf('--pack-destination') + 1] ?? '', 'x.tgz'),
          writeTarball(treeOf({ 'pack.json': manifest() })),
        );
        return { outcome: 'exited', exitCode: 0, stdout: said, stderr: '' };
      },
    });
    expect(ids).toEqual(['pack-npm']);
    expect(text).toContain('sha512-AAAA');
  });
});
