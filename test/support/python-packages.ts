/** Asks the package registry about rendered locks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec, type ExecResult } from '../../src/exec.ts';
import { requireTool } from './tools.ts';

/** What the rendered application's tools are run with. */
export const PYTHON = 'python3.13';

const MINUTE = 60_000;

/** Folders of wheels that this machine may have are no registry: they do not show what others will get. */
const REGISTRY_ONLY = { PIP_FIND_LINKS: '', PIP_DISABLE_PIP_VERSION_CHECK: '1' };

const pip = (args: readonly string[]): Promise<ExecResult> =>
  exec({
    command: requireTool(PYTHON),
    args: ['-m', 'pip', ...args],
    env: REGISTRY_ONLY,
    timeout: 10 * MINUTE,
  });

/** Whether packages can be had at all: without it nothing that fails says anything about a lock. */
export async function registryAnswers(): Promise<boolean> {
  const { outcome, exitCode } = await pip(['index', 'versions', 'pip', '--quiet']);
  return outcome === 'exited' && exitCode === 0;
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
