/** The commands on a repository in a temporary folder, in this process, with templates that a test has changed. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import { parseCommandLine } from '../../src/cli/args.ts';
import { carryOut } from '../../src/cli/main.ts';
import { styleOf } from '../../src/cli/report.ts';
import { catalogOf, type Catalog } from '../../src/plan/catalog.ts';
import type { Template } from '../../src/render/template-store.ts';
import { bareEnvironment } from './program.ts';

/** What a later version of bulwark would have in the place of a template; undefined: it is gone. */
export type Reworked = (template: Template) => Template | undefined;

/** The real catalog, with other templates. */
export const catalogWith = (
  rework: Reworked,
  more: readonly (Template & { component: string })[] = [],
): Catalog =>
  catalogOf(components, presets, async (component) => [
    ...(await templates(component)).flatMap((template) => rework(template) ?? []),
    ...more.filter((template) => template.component === component),
  ]);

/** The text of one template, changed after it was rendered. */
export const reworded =
  (source: string, edit: (text: string) => string): Reworked =>
  (template) => {
    if (template.source !== source) return template;
    const { body } = template;
    const { layer, path, executable } = template;
    return {
      layer,
      path,
      source,
      executable,
      body:
        typeof body === 'function'
          ? (...args) => edit(body(...args))
          : Buffer.from(edit(body.toString('utf8'))),
    };
  };

export const theCatalog = catalogWith((template) => template);

export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Life {
  readonly root: string;
  /** Runs a command line in the repository, as `bulwark …` would. */
  readonly run: (args: readonly string[], catalog?: Catalog) => Promise<CommandEnd>;
  readonly read: (path: string) => string;
  readonly write: (path: string, text: string, mode?: number) => void;
  /** Commits everything; `tree` of the work tree comes back. */
  readonly commit: () => string;
  readonly git: (...args: string[]) => string;
  readonly end: () => void;
}

/** An empty folder with git in it. */
export function newLife(): Life {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-life-')));
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, env: bareEnvironment(root), encoding: 'utf8' });
  git('init', '--quiet', '--initial-branch=main');
  return {
    root,
    git,
    run: (args, catalog = theCatalog) => runCommand(root, args, catalog),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    write: (path, text, mode) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      if (mode !== undefined) chmodSync(join(root, path), mode);
    },
    commit: () => {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'step');
      return git('rev-parse', 'HEAD^{tree}').trim();
    },
    end: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Runs a command line in a folder, as `bulwark …` would, in this process. */
export async function runCommand(
  cwd: string,
  args: readonly string[],
  catalog: Catalog = theCatalog,
): Promise<CommandEnd> {
  let stdout = '';
  let stderr = '';
  const line = parseCommandLine(args, catalog.questions, true);
  const say = (text: string): void => {
    stderr += text;
  };
  const at = line.options.get('cwd');
  const isQuiet = line.options.has('quiet') || line.options.has('json');
  const code = await carryOut(
    {
      line,
      catalog,
      terminal: {
        out: (text) => {
          stdout += text;
        },
        say,
        interactive: false,
        colour: false,
        cwd: typeof at === 'string' ? resolve(cwd, at) : cwd,
        environment: {},
        packageManager: 'npm',
      },
      style: styleOf(false),
      say: isQuiet ? () => undefined : say,
      signal: new AbortController().signal,
    },
    (questions) => parseCommandLine(args, questions, true),
  );
  return { code, stdout, stderr };
}
