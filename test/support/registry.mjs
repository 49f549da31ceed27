/** A registry stand-in on loopback, with bulwark and what it depends on in it: npm, pnpm, yarn and bun install from it. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Serves the packages of a folder of tarballs; ask `close` to end it. */
export async function startRegistry(folder) {
  const packages = readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => {
      const content = readFileSync(join(folder, name));
      return { name, content, manifest: manifestIn(content) };
    });
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname.slice(1));
    const tarball = packages.find(({ name }) => path === `tarballs/${name}`);
    const versions = packages.filter(({ manifest }) => manifest.name === path);
    if (tarball) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(tarball.content);
    else if (versions.length > 0)
      answer(response, 200, packument(path, versions, `http://${request.headers.host}`));
    else answer(response, 404, { error: 'not found' });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const answer = (response, status, body) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const packument = (name, versions, origin) => ({
  name,
  'dist-tags': { latest: versions.at(-1).manifest.version },
  versions: Object.fromEntries(
    versions.map(({ name: file, content, manifest }) => [
      manifest.version,
      {
        ...manifest,
        dist: {
          tarball: `${origin}/tarballs/${file}`,
          shasum: createHash('sha1').update(content).digest('hex'),
          integrity: `sha512-${createHash('sha512').update(content).digest('base64')}`,
        },
      },
    ]),
  ),
});

/** The `package.json` of an npm tarball. */
function manifestIn(tarball) {
  for (const { path, content } of entriesOf(tarball)) {
    if (path === 'package/package.json') return JSON.parse(content.toString('utf8'));
  }
  throw new Error('a tarball without package.json');
}

/** The files of a tarball: ustar headers of 512 bytes, each with the name and the size in octal. */
export function entriesOf(tarball) {
  const tar = gunzipSync(tarball);
  const text = (start, length) => tar.toString('utf8', start, start + length).replace(/\0.*$/s, '');
  const entries = [];
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    const path = `${prefix === '' ? '' : `${prefix}/`}${text(at, 100)}`;
    entries.push({ path, content: tar.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

/**
 * Packs this project, and what it depends on as it is installed here, so that no network is needed.
 * @returns the tarball of this project
 */
export function packEverything(folder) {
  mkdirSync(folder, { recursive: true });
  const lock = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8'));
  const dependencies = Object.keys(lock.packages).filter((path) => isForRunning(lock.packages[path]));
  const packed = npm(
    ['pack', '--json', '--pack-destination', folder, root, ...dependencies.map((path) => join(root, path))],
    {
      cwd: folder,
      env: cleanEnvironment(folder),
    },
  );
  const [own] = JSON.parse(packed.stdout);
  return join(folder, own.filename);
}

const isForRunning = ({ dev, optional, devOptional }) =>
  dev !== true && optional !== true && devOptional !== true;

/** @throws Error with what npm said when it fails */
export function npm(args, options) {
  const result = spawnSync(
    'npm',
    ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args],
    {
      encoding: 'utf8',
      ...options,
    },
  );
  if (result.status !== 0) throw new Error(`npm ${args.join(' ')}: ${result.stderr}`);
  return result;
}

/**
 * The environment of a client that knows no registry but one, and has nothing in its cache.
 * @param folder for its home, configuration, cache and whatever else it writes
 * @param registry the address of the registry; none: the client must not need one
 */
export function cleanEnvironment(folder, registry = 'http://127.0.0.1:9/') {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, '.npmrc'), `registry=${registry}\n`);
  // Yarn 1 would else link what it runs into the folder where Node is installed.
  const yarn = { registry, prefix: join(folder, 'yarn'), 'global-folder': join(folder, 'yarn-global') };
  const lines = Object.entries(yarn).map(([key, value]) => `${key} ${JSON.stringify(value)}\n`);
  writeFileSync(join(home, '.yarnrc'), lines.join(''));
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_|yarn_|bun_|XDG_|CI$|INIT_CWD$)/i.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    TMPDIR: folder,
    npm_config_registry: registry,
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_update_notifier: 'false',
    YARN_CACHE_FOLDER: join(folder, 'yarn-cache'),
    BUN_CONFIG_REGISTRY: registry,
    BUN_INSTALL: join(folder, 'bun'),
  };
}
