/** `bulwark doctor`: which programs are there that bulwark and the rendered repositories use, and how to get the others. */
import { ExitCode } from '../../errors.ts';
import { execUntil, type Exec } from '../../exec.ts';
import { installHint, type InstallHint } from '../../verify/tools/tool.ts';
import { tools } from '../../verify/tools/index.ts';
import { serializeDocument } from '../document.ts';
import { formatTable } from '../report.ts';
import type { Command } from './command.ts';

interface Program {
  readonly id: string;
  readonly command: string;
  readonly versionArgs: readonly string[];
  readonly use: string;
  readonly install: InstallHint;
}

interface Diagnosis {
  readonly id: string;
  readonly use: string;
  /** First line of what it says of its version; null where it is missing or does not answer. */
  readonly version: string | null;
  readonly hint: string | null;
}

const TIMEOUT_MS = 20_000;

const OWN_PROGRAMS: readonly Program[] = [
  {
    id: 'git',
    command: 'git',
    versionArgs: ['--version'],
    use: 'first commit of a new repository',
    install: { linux: 'apt install git', darwin: 'brew install git', win32: 'winget install Git.Git' },
  },
  {
    id: 'docker',
    command: 'docker',
    versionArgs: ['--version'],
    use: 'builds and runs what is rendered',
    install: {
      linux: 'https://docs.docker.com/engine/install/',
      darwin: 'brew install --cask docker',
      win32: 'winget install Docker.DockerDesktop',
    },
  },
];

export const doctor: Command = async ({ line, terminal, signal }) => {
  const programs: readonly Program[] = [
    ...OWN_PROGRAMS,
    ...tools.map(({ judges, ...tool }) => ({ ...tool, use: `judges ${judges}` })),
  ];
  const diagnoses = await Promise.all(programs.map((program) => diagnose(program, execUntil(signal))));
  if (line.options.has('json')) {
    terminal.out(
      serializeDocument({ ok: true, code: ExitCode.ok, node: process.versions.node, programs: diagnoses }),
    );
    return ExitCode.ok;
  }
  terminal.out(
    formatTable(
      ['program', 'version', 'what for'],
      [
        ['node', process.versions.node, 'runs bulwark'],
        ...diagnoses.map(({ id, version, use }) => [id, version ?? 'missing', use]),
      ],
    ),
  );
  const missing = diagnoses.filter(({ hint }) => hint !== null);
  if (missing.length > 0) {
    terminal.out(
      `\nHow to get what is missing:\n${formatTable(
        ['program', 'how'],
        missing.map(({ id, hint }) => [id, hint ?? '']),
      )}`,
    );
  }
  return ExitCode.ok;
};

async function diagnose(program: Program, run: Exec): Promise<Diagnosis> {
  const { id, command, versionArgs, use } = program;
  const { outcome, exitCode, stdout, stderr } = await run({
    command,
    args: versionArgs,
    timeout: TIMEOUT_MS,
  });
  const isThere = outcome === 'exited' && exitCode === 0;
  const version = /\d+\.\d+(?:\.\d+)?[\w.+-]*/.exec(`${stdout}\n${stderr}`)?.[0];
  return isThere
    ? { id, use, version: version ?? 'installed', hint: null }
    : { id, use, version: null, hint: installHint(program) };
}
