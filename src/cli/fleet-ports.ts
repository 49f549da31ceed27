/** The machine as a fleet command sees it: bulwark itself, git, and a folder for copies. */
import { exec } from '../exec.ts';
import type { FleetPorts } from '../fleet/ports.ts';
import { withScratch } from '../repo/scratch.ts';
import type { CommandContext } from './commands/command.ts';

/** A plan of thousands of files fits; what says more has gone wrong. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 600_000;

/** @param base where folders of the fleet are taken from; absolute */
export function fleetPorts({ line, terminal, signal }: CommandContext, base: string): FleetPorts {
  const offline = line.options.has('offline');
  // The program that was started, so that all repositories are looked at by the version that reports.
  const [, program = ''] = process.argv;
  return {
    base,
    signal,
    offline,
    exec,
    withScratch,
    environment: terminal.environment,
    bulwark: (folder, args, end) =>
      exec({
        command: process.execPath,
        // The folder also as an option: npm leaves a variable behind that would be stronger than where the process stands.
        args: [program, ...args, '--json', '--cwd', folder, ...(offline ? ['--offline'] : [])],
        cwd: folder,
        timeout: TIMEOUT_MS,
        maxOutputBytes: MAX_DOCUMENT_BYTES,
        ...(end && { signal: end }),
      }),
  };
}
