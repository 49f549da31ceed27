/**
 * Packs in an npm registry, fetched by npm itself: it knows the machine's registries, proxies and tokens, and keeps each token to
 * its host. `npm pack` of a package of a registry runs no script; `--ignore-scripts` says so too.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { usageError } from '../errors.ts';
import { isObject } from './shape.ts';
import { LIMITS, packTree, type PackTree } from './pack-tree.ts';
import type { PackPorts } from './ports.ts';
import { readTarball } from './tar.ts';
import { isVersion } from './version-range.ts';

const TIMEOUT_MS = 180_000;

export interface NpmPack {
  readonly tree: PackTree;
  readonly isFixed: boolean;
}

/**
 * Fetches the newest version that fits.
 * @throws BulwarkError (code 2): `npm-missing`, `pack-npm` with what npm said; (code 2) for what is no pack's archive
 */
export async function fetchNpmPack(
  { name, range }: { readonly name: string; readonly range: string },
  source: string,
  { disk, exec, say }: PackPorts,
): Promise<NpmPack> {
  const failed = (message: string, hint = 'check the name, the version and the registry in .npmrc'): Error =>
    usageError([{ id: 'pack-npm', message, where: source, hint }]);
  const folder = disk.temporary();
  try {
    say(`fetching ${source}\n`);
    const { outcome, exitCode, stdout, stderr } = await exec({
      command: 'npm',
      // A folder of its own: neither a project's .npmrc nor its package.json has a say.
      args: [
        'pack',
        '--ignore-scripts',
        '--json',
        '--loglevel=error',
        '--pack-destination',
        folder,
        '--',
        `${name}@${range}`,
      ],
      cwd: folder,
      env: { npm_config_ignore_scripts: 'true', npm_config_update_notifier: 'false' },
      timeout: TIMEOUT_MS,
    });
    if (outcome === 'missing')
      throw failed('npm is not installed', 'install npm, or use an archive of the pack');
    if (outcome !== 'exited' || exitCode !== 0)
      throw failed(`npm could not fetch it: ${reasonIn(stderr, stdout)}`);
    const { filename, integrity } = packedIn(stdout) ?? {};
    if (filename === undefined || integrity === undefined || !/^[A-Za-z0-9._-]+\.tgz$/.test(filename))
      throw failed('npm said nothing of what it fetched');
    const { content } = disk.read(join(folder, filename), LIMITS.archiveBytes + 1);
    const found = `sha512-${createHash('sha512').update(content).digest('base64')}`;
    if (found !== integrity) throw failed(`the archive is ${found}, and npm said ${integrity}`);
    return { tree: packTree(readTarball(content, source), source), isFixed: isVersion(range) };
  } finally {
    disk.remove(folder);
  }
}

/**
 * Asks the registry for the version that npm would install, and fetches nothing.
 * @throws BulwarkError (code 2): `npm-missing`, `pack-npm` with what npm said
 */
export async function newestNpmVersion(name: string, { disk, exec }: PackPorts): Promise<string> {
  const folder = disk.temporary();
  try {
    const { outcome, exitCode, stdout, stderr } = await exec({
      command: 'npm',
      args: ['view', '--ignore-scripts', '--json', '--loglevel=error', '--', `${name}@latest`, 'version'],
      cwd: folder,
      env: { npm_config_update_notifier: 'false' },
      timeout: TIMEOUT_MS,
    });
    const version = outcome === 'exited' && exitCode === 0 ? versionIn(stdout) : undefined;
    if (version !== undefined) return version;
    const said = outcome === 'missing' ? 'npm is not installed' : reasonIn(stderr, stdout);
    throw usageError([
      {
        id: 'pack-npm',
        message: `npm could not say which version is the newest: ${said}`,
        where: `npm:${name}`,
        hint: 'check the name and the registry in .npmrc',
      },
    ]);
  } finally {
    disk.remove(folder);
  }
}

function versionIn(stdout: string): string | undefined {
  try {
    const said = JSON.parse(stdout) as unknown;
    return typeof said === 'string' && isVersion(said) ? said : undefined;
  } catch {
    return undefined;
  }
}

function packedIn(stdout: string): { readonly filename?: string; readonly integrity?: string } | undefined {
  try {
    const said = JSON.parse(stdout) as unknown;
    const first: unknown = Array.isArray(said)
      ? said[0]
      : isObject(said)
        ? Object.values(said)[0]
        : undefined;
    if (!isObject(first)) return undefined;
    const { filename, integrity } = first;
    return typeof filename === 'string' && typeof integrity === 'string'
      ? { filename, integrity }
      : undefined;
  } catch {
    return undefined;
  }
}

const reasonIn = (...said: readonly string[]): string =>
  said
    .join('\n')
    .split('\n')
    .map((line) => line.replace(/^npm (?:error|ERR!)\s*/, '').trim())
    .find((line) => line !== '' && !line.startsWith('code ')) ?? 'it did not say why';
