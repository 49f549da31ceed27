/** What a real tool is to `verify`, and what all of them share: when an answer counts, and when it is none. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, posix, relative, sep } from 'node:path';
import type { Exec } from '../../exec.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import type { CheckResult, Finding } from '../check.ts';

/** One run of a tool over files that lie on the disk. */
export interface ToolRun {
  /** Absolute path of the folder that `paths` are relative to; real, without symlinks. */
  readonly root: string;
  /** What `choose` picked, at least one. */
  readonly paths: readonly RepoPath[];
  readonly exec: Exec;
  /** Milliseconds, for each start of the program. */
  readonly timeout: number;
}

/** How to get a tool, by operating system. */
export interface InstallHint {
  readonly linux: string;
  readonly darwin: string;
  readonly win32: string;
}

/** Reads a file of the tree that is judged, as text. */
export type ReadText = (path: RepoPath) => string;

/** A program that may be on the PATH and has something to say on a repository. */
export interface ToolCheck {
  /** Name in the report, e.g. `hadolint`. */
  readonly id: string;
  /** What it judges, in one line. */
  readonly judges: string;
  readonly command: string;
  /** Arguments that make it tell its version, for `doctor`. */
  readonly versionArgs: readonly string[];
  readonly install: InstallHint;
  /** The paths that it has something to say on. */
  readonly choose: (paths: readonly RepoPath[], read: ReadText) => readonly RepoPath[];
  /** Never rejects for what the tool does: a tool without an answer has `failed`, a missing one is `skipped`. */
  readonly run: (run: ToolRun) => Promise<CheckResult>;
}

/** What a program said. */
export interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is started, where that differs from most. */
export interface CallOptions {
  /** Instead of the tool's own. */
  readonly command?: string;
  /** The codes with which the tool answers; any other is a crash. By default 0 (clean) and 1 (findings). */
  readonly exitCodes?: readonly number[];
  /** What the program reads from its standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a tool's `judge` works with. */
export interface Judging {
  readonly root: string;
  readonly paths: readonly RepoPath[];
  readonly read: ReadText;
  /**
   * Starts the program inside `root`.
   * @throws ToolFailure when it crashed or did not end in time, ToolMissing when there is no such program
   */
  readonly call: (args: readonly string[], options?: CallOptions) => Promise<ToolOutput>;
}

/** A tool whose `run` is made from `judge`. */
export interface ToolDefinition extends Omit<ToolCheck, 'run'> {
  /**
   * Judges every one of the paths.
   * @throws ToolFailure when the tool gave no answer on one of them
   */
  readonly judge: (judging: Judging) => Promise<readonly Finding[]>;
}

/** The tool gave no answer: its check has `failed`. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}

/** There is no such program: its check is `skipped`. */
export class ToolMissing extends Error {
  override readonly name = 'ToolMissing';
}

/** Longest piece of a tool's own words in a reason. */
const MAX_QUOTE = 600;

/** Every tool is asked for plain text; most follow this convention. */
const PLAIN = { NO_COLOR: '1' };

/** Makes a check from a tool's `judge`, and holds the rules on crashes, time-outs and missing programs in one place. */
export function defineTool({ judge, ...tool }: ToolDefinition): ToolCheck {
  const run = async ({ root, paths, exec, timeout }: ToolRun): Promise<CheckResult> => {
    const call: Judging['call'] = async (
      args,
      { command = tool.command, exitCodes = [0, 1], input, env = {} } = {},
    ) => {
      const result = await exec({
        ...{ command, args, cwd: root, env: { ...PLAIN, ...env }, timeout },
        ...(input !== undefined && { input }),
      });
      if (result.outcome === 'missing') throw new ToolMissing(command);
      if (result.outcome === 'timeout') throw new ToolFailure(`no answer in ${timeout / 1000} s`);
      if (result.outcome === 'signal' || result.exitCode === undefined) {
        throw new ToolFailure(`ended before it answered${quote(result.stderr)}`);
      }
      const output = { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
      if (!exitCodes.includes(output.exitCode)) {
        throw new ToolFailure(`exited with ${output.exitCode}${quote(output.stderr || output.stdout)}`);
      }
      return output;
    };
    try {
      const read: ReadText = (path) => readFileSync(join(root, path), 'utf8');
      const findings = inOrder(await judge({ root, paths, read, call }));
      return findings.length === 0
        ? { check: tool.id, outcome: 'passed', judged: paths.length }
        : { check: tool.id, outcome: 'findings', judged: paths.length, findings };
    } catch (error) {
      if (error instanceof ToolMissing) {
        return { check: tool.id, outcome: 'skipped', reason: `not installed: ${installHint(tool)}` };
      }
      if (error instanceof ToolFailure) {
        return { check: tool.id, outcome: 'failed', reason: error.message };
      }
      throw error;
    }
  };
  return { ...tool, run };
}

/** By path, line and rule: several tools judge files in parallel and print what they find as they find it. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...findings].sort(
    (a, b) => compare(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0) || compare(a.rule, b.rule),
  );
}

/** How to get a tool on this system; systems we do not know are told what Linux is. */
export function installHint(
  { install }: Pick<ToolCheck, 'install'>,
  platform: string = process.platform,
): string {
  return platform === 'darwin' || platform === 'win32' ? install[platform] : install.linux;
}

/**
 * Holds the exit code against the findings: a tool that says "there is something" but names nothing was not understood.
 * @throws ToolFailure when the two disagree
 */
export function agreeing(output: ToolOutput, findings: readonly Finding[]): readonly Finding[] {
  if (output.exitCode !== 0 && findings.length === 0) {
    throw new ToolFailure(`exited with ${output.exitCode} but named no finding${quote(output.stderr)}`);
  }
  return findings;
}

/**
 * Holds what a tool says it read against what it was given.
 * @throws ToolFailure naming what it left out
 */
export function requireJudged(paths: readonly RepoPath[], judged: ReadonlySet<string>): void {
  const missed = paths.filter((path) => !judged.has(path));
  if (missed.length > 0) throw new ToolFailure(`did not judge ${missed.join(', ')}`);
}

/** A path as an argument that cannot be taken for an option, nor for the name of a remote repository. */
export const argumentFor = (path: RepoPath): string => `./${path}`;

/** A path as the tool names it, made relative to the root; one that lies elsewhere stays as it is. */
export function pathInside(root: string, reported: string): string {
  const path = isAbsolute(reported) ? relative(root, reported) : reported;
  const slashes = posix.normalize(path.split(sep).join('/'));
  return slashes.startsWith('../') ? reported : slashes;
}

/** What a tool printed, for a reason; of much, the beginning (what is wrong) and the end (what it came to). */
export function quote(words: string): string {
  const text = words.trim();
  if (text === '') return '';
  if (text.length <= MAX_QUOTE) return `: ${text}`;
  return `: ${text.slice(0, MAX_QUOTE / 2)} … ${text.slice(-MAX_QUOTE / 2)}`;
}
