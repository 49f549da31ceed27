/** Repositories of a fleet in a temporary folder, each with something else the matter. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareEnvironment, runProgram, type ProgramEnd } from './program.ts';

export interface FleetHome {
  /** Absolute, also the home of whoever runs anything. */
  readonly root: string;
  readonly at: (...way: readonly string[]) => string;
  readonly bulwark: (...args: readonly string[]) => ProgramEnd;
  readonly git: (repository: string, ...args: readonly string[]) => string;
  readonly edit: (repository: string, path: string, from: string | RegExp, to: string) => void;
  readonly commit: (repository: string) => void;
  /** A copy of the repository that was rendered first. */
  readonly copy: (name: string) => void;
  /** What makes templates say something else: the answer that they print has changed. */
  readonly outdate: (repository: string) => void;
  /** A bare repository beside the others, with all that a repository has; its address. */
  readonly remoteOf: (repository: string, name: string) => string;
  readonly end: () => void;
}

/** With one repository in it, `base`, as `create --preset minimal` renders it. */
export function newFleetHome(): FleetHome {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-fleet-')));
  const at = (...way: readonly string[]): string => join(root, ...way);
  const environment = bareEnvironment(root);
  const git = (repository: string, ...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: at(repository), env: environment, encoding: 'utf8', stdio: 'pipe' });
  const bulwark = (...args: readonly string[]): ProgramEnd => runProgram(args, { cwd: root });
  const edit: FleetHome['edit'] = (repository, path, from, to) => {
    const text = readFileSync(at(repository, path), 'utf8');
    const edited = text.replace(from, () => to);
    if (edited === text) throw new Error(`${repository}/${path} has no ${String(from)}`);
    writeFileSync(at(repository, path), edited);
  };
  const commit = (repository: string): void => {
    git(repository, 'add', '--all');
    git(repository, 'commit', '--quiet', '--message', 'step');
  };
  const made = bulwark('base', '--yes', '--preset', 'minimal', '--owner', 'acme');
  if (made.code !== 0) throw new Error(made.stderr);
  return {
    root,
    at,
    bulwark,
    git,
    edit,
    commit,
    copy: (name) => {
      cpSync(at('base'), at(name), { recursive: true });
    },
    outdate: (repository) => {
      edit(repository, 'bulwark.json', '"healthPath": "/healthz"', '"healthPath": "/up"');
      commit(repository);
    },
    remoteOf: (repository, name) => {
      mkdirSync(at('remotes', name, '..'), { recursive: true });
      execFileSync('git', ['clone', '--quiet', '--bare', at(repository), at('remotes', name)], {
        env: environment,
        stdio: 'pipe',
      });
      return `file://${at('remotes', name)}`;
    },
    end: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The document of `fleet status` or `fleet update` with `--json`, as far as tests look at it. */
export interface FleetOutput {
  readonly ok: boolean;
  readonly code: number;
  readonly issues: readonly { readonly id: string }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly left: number;
  readonly repositories: readonly {
    readonly name: string;
    readonly state: string;
    readonly code: number;
    readonly bulwark?: string;
    readonly packs: readonly string[];
    readonly edits: number;
    readonly updates: number;
    readonly conflicts: number;
    readonly rules: number;
    readonly files?: readonly { readonly path: string; readonly change: string }[];
    readonly branch?: { readonly name: string; readonly outcome: string; readonly commit?: string };
    readonly issues: readonly { readonly id: string; readonly message: string }[];
  }[];
}

export const fleetOutput = ({ stdout }: ProgramEnd): FleetOutput => JSON.parse(stdout) as FleetOutput;

/** `name: state`, in the order of the rows. */
export const statesOf = (end: ProgramEnd): Readonly<Record<string, string>> =>
  Object.fromEntries(fleetOutput(end).repositories.map(({ name, state }) => [name, state]));
