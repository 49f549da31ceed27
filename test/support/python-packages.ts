/** Environments made from rendered locks, and the registry that they need; both kept outside of the clone. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exec, type ExecResult } from '../../src/exec.ts';
import { requireTool } from './tools.ts';

/** What the rendered application's tools are run with. */
export const PYTHON = 'python3.13';

const MINUTE = 60_000;

/** Of the machine, not of the clone: what is there needs no registry a second time. */
export const cacheFolder = (): string => process.env.BULWARK_CACHE ?? join(homedir(), '.cache', 'bulwark');

export const shortHash = (...contents: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex').slice(0, 16);
};

/** Folders of wheels that this machine may have are no registry: they do not show what others will get. */
const REGISTRY_ONLY = { PIP_FIND_LINKS: '', PIP_DISABLE_PIP_VERSION_CHECK: '1' };

export const pip = (args: readonly string[], python = requireTool(PYTHON)): Promise<ExecResult> =>
  exec({ command: python, args: ['-m', 'pip', ...args], env: REGISTRY_ONLY, timeout: 10 * MINUTE });

/** Whether packages can be had at all: without it nothing that fails says anything about a lock. */
export async function registryAnswers(): Promise<boolean> {
  const { outcome, exitCode } = await pip(['index', 'versions', 'pip', '--quiet']);
  return outcome === 'exited' && exitCode === 0;
}

/** Where the environment of a lock is, whether it was made yet or not. */
export const environmentOf = (lock: Buffer): string =>
  join(cacheFolder(), 'venvs', `${PYTHON.slice('python'.length)}-${shortHash(lock)}`);

/**
 * Makes the environment of a lock, unless it is there.
 * @returns its folder
 * @throws when the lock does not install
 */
export async function installedEnvironment(lock: Buffer): Promise<string> {
  const folder = environmentOf(lock);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  // Under another name until it is whole. It is moved afterwards, so its programs are started as `python -m …`: their
  // own first lines name the folder they were made in.
  const building = mkdtempSync(`${folder}.`);
  try {
    const file = join(building, 'requirements.txt');
    writeFileSync(file, lock);
    await mustPass(
      exec({ command: requireTool(PYTHON), args: ['-m', 'venv', building], timeout: 5 * MINUTE }),
    );
    const install = ['install', '--quiet', '--require-hashes', '--only-binary=:all:', '--requirement', file];
    await mustPass(pip(install, join(building, 'bin', 'python')));
    try {
      renameSync(building, folder);
    } catch (error) {
      // Another run was faster.
      if (!existsSync(folder)) throw error;
    }
    return folder;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

async function mustPass(running: Promise<ExecResult>): Promise<void> {
  const { outcome, exitCode, stderr } = await running;
  if (outcome !== 'exited' || exitCode !== 0)
    throw new Error(`${outcome} with ${exitCode ?? '-'}: ${stderr}`);
}

/** Where a lock is to be installed. */
export interface Target {
  readonly python: string;
  readonly machine: 'x86_64' | 'aarch64';
}

/** Wheels for glibc 2.17 to 2.28, which every supported distribution and Debian's images have. */
const platforms = (machine: string): readonly string[] => [
  `manylinux2014_${machine}`,
  ...Array.from({ length: 12 }, (_, index) => `manylinux_2_${17 + index}_${machine}`),
];

/** Asks the registry for a wheel, with a right hash, of each package in a lock; nothing is installed. */
export async function wheelsFor(lock: string, { python, machine }: Target): Promise<ExecResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-lock-'));
  try {
    const file = join(folder, 'requirements.txt');
    writeFileSync(file, lock);
    return await pip([
      ...['install', '--quiet', '--dry-run', '--ignore-installed', '--no-deps', '--require-hashes'],
      ...['--only-binary=:all:', '--python-version', python, '--target', join(folder, 'target')],
      ...platforms(machine).flatMap((platform) => ['--platform', platform]),
      ...['--requirement', file],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
