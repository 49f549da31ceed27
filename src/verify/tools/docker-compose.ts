/** Compose files by Docker Compose itself: each overlay on its base, variables left as they are. */
import { sep } from 'node:path';
import type { RepoPath } from '../../tree/repo-path.ts';
import type { Finding } from '../check.ts';
import { isComposeFile } from './file-kinds.ts';
import { readJson } from './json-answer.ts';
import {
  argumentFor,
  defineTool,
  pathInside,
  quote,
  ToolFailure,
  ToolMissing,
  type Judging,
} from './tool.ts';

/** Files that are no configuration by themselves: they stand on the file of the same name without this word. */
const OVERLAY = /\.(?:prod|production|dev|monitoring|staging|override)(?=\.ya?ml$)/;

/** `docker-compose …`, or `docker compose …` where it is a plugin. */
type Program = readonly [command: string, ...args: string[]];

export const dockerCompose = defineTool({
  id: 'docker-compose',
  judges: 'compose files',
  command: 'docker-compose',
  versionArgs: ['version'],
  install: {
    linux: 'the package docker-compose-plugin (https://docs.docker.com/compose/install/linux/)',
    darwin: 'brew install docker-compose',
    win32: 'Docker Desktop (https://docs.docker.com/desktop/)',
  },
  choose: (paths) => paths.filter(isComposeFile),
  judge: async (judging) => {
    const program = await findProgram(judging);
    const findings: Finding[] = [];
    for (const path of judging.paths) {
      const finding = await judgeStack(judging, program, stackOf(path, judging.paths));
      if (finding) findings.push(finding);
    }
    return findings;
  },
});

async function findProgram({ call }: Judging): Promise<Program> {
  try {
    await call(['version'], { exitCodes: [0] });
    return ['docker-compose'];
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
  }
  // A docker without the plugin exits with an error for the unknown command: that is "not installed" too.
  const plugin = await call(['compose', 'version'], { command: 'docker', exitCodes: [0, 1, 125] });
  if (plugin.exitCode !== 0) throw new ToolMissing('docker compose');
  return ['docker', 'compose'];
}

/** The files that are given together: an overlay with its base. */
function stackOf(path: RepoPath, paths: readonly RepoPath[]): readonly [RepoPath, ...RepoPath[]] {
  const base = paths.find((other) => other === path.replace(OVERLAY, ''));
  return base === undefined || base === path ? [path] : [base, path];
}

async function judgeStack(
  { root, call }: Judging,
  [command, ...before]: Program,
  stack: readonly [RepoPath, ...RepoPath[]],
): Promise<Finding | undefined> {
  const output = await call(
    [
      ...before,
      ...stack.flatMap((path) => ['--file', argumentFor(path)]),
      // Not `--quiet`: the configuration that it prints shows that it read one.
      ...['config', '--no-interpolate', '--no-env-resolution', '--format', 'json'],
    ],
    // Profiles and files of the developer's own environment change what is read.
    { command, exitCodes: [0, 1, 14, 15], env: { COMPOSE_PROFILES: '', COMPOSE_FILE: '' } },
  );
  const judged = stack[stack.length - 1] ?? stack[0];
  if (output.exitCode === 0) {
    if (!readJson(output).get('services').isThere) throw new ToolFailure(`read no service in ${judged}`);
    return undefined;
  }
  if (output.stderr.trim() === '') throw new ToolFailure(`exited with ${output.exitCode} and said nothing`);
  return findingIn(root, judged, stack, output.stderr);
}

function findingIn(root: string, judged: RepoPath, stack: readonly RepoPath[], words: string): Finding {
  const plain = words.replaceAll(root + sep, '').trim();
  const named = stack.find((path) => new RegExp(`(?:^|[\\s/])${escape(path)}:`).test(plain));
  const line = /\bline (\d+)/.exec(plain)?.[1];
  return {
    rule: 'compose-config',
    severity: 'error',
    path: pathInside(root, named ?? judged),
    ...(line !== undefined && { line: Number(line) }),
    message: quote(plain).slice(2),
    hint: 'https://docs.docker.com/reference/compose-file/',
  };
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
