/** Does everything exist that documents, Makefiles and workflows name: files, headings, targets, scripts, services? */
import type { EmbeddedCheck, JudgedFile, JudgedTree, Rule } from '../check.ts';
import { referencesOf } from './command-references.ts';
import { isMarkdown } from './file-kinds.ts';
import { FindingList } from './finding-list.ts';
import { makefileOf } from './makefile-source.ts';
import { markdownOf } from './markdown-source.ts';
import { dig, isRecord, recordOf, scalarText } from './plain-data.ts';
import { KnownThings } from './known-things.ts';
import { repositoryPaths, resolved, type RepositoryPaths } from './repository-paths.ts';
import { shellCommands, type ShellCommand } from './shell-commands.ts';
import { baseName, folderOf, textOf } from './source-text.ts';
import { isWorkflow, jobsOf } from './workflow-jobs.ts';
import { yamlDocuments } from './yaml-source.ts';

const rules = [
  {
    id: 'references-link',
    summary: 'A relative link of a document leads to a file or folder of the repository.',
    source:
      'SPEC 4 and 10 (links that work); https://docs.github.com/en/get-started/writing-on-github (relative links)',
    fix: 'correct the path, which starts at the folder of the document, or at the root with a slash',
  },
  {
    id: 'references-heading',
    summary: 'The part of a link behind # is a heading of the document it leads to.',
    source: 'SPEC 4; GitHub makes anchors from headings (lower case, punctuation dropped, dashes for spaces)',
    fix: 'correct the anchor, or the heading',
  },
  {
    id: 'references-path',
    summary: 'A file or folder that a command or a document names exists, unless git ignores it.',
    source: 'SPEC 4 (every command in a runbook exists; paths are the rendered ones)',
    fix: 'correct the path; commands start at the root of the repository unless they change the folder',
  },
  {
    id: 'references-make-target',
    summary: 'A Make target that is named exists.',
    source: 'SPEC 4 (every command in a runbook exists)',
    fix: 'add the target to the Makefile, or name another',
  },
  {
    id: 'references-make-size',
    summary: 'A Makefile is small enough to be judged whole.',
    source: 'SPEC 8: files of others are untrusted input',
    fix: 'move what is long into scripts',
  },
  {
    id: 'references-npm-script',
    summary: 'An npm script that is named is in package.json.',
    source: 'SPEC 4 (every command in a runbook exists)',
    fix: 'add the script to package.json, or name another',
  },
  {
    id: 'references-python-module',
    summary: 'A Python module that is run with -m is in the repository or a known tool.',
    source: 'SPEC 4 (every command in a runbook exists)',
    fix: 'correct the module, or list the package that brings it among the requirements',
  },
  {
    id: 'references-compose-service',
    summary: 'A service that `docker compose` is asked for is in the compose files.',
    source: 'SPEC 4 (names are the rendered ones)',
    fix: 'correct the name of the service',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

/** What they name was right when it was written. */
const ABOUT_THE_PAST = /(?:^|\/)(?:change-?log|release[-_]notes|history|changes|news)\.(?:md|markdown|mdx)$/i;

const isMakefile = (path: string): boolean => /^(?:GNU)?[Mm]akefile$/.test(baseName(path));

export const references: EmbeddedCheck = {
  id: 'references',
  description: 'every path, target, script and heading that is named exists',
  rules,
  judges: ({ path }) =>
    (isMarkdown(path) && !ABOUT_THE_PAST.test(path)) || isMakefile(path) || isWorkflow(path),
  run: (files, tree) => {
    const judge = new Judge(tree);
    for (const file of files) {
      if (isMarkdown(file.path)) judge.markdown(file);
      else if (isMakefile(file.path)) judge.makefile(file);
      else judge.workflow(file);
    }
    return judge.found.sorted();
  },
};

/** Where a script stands and what is known when it starts. */
interface Script {
  readonly file: JudgedFile;
  /** Line of the file where the script starts. */
  readonly line: number;
  /** The folders it may start in; undefined is one that is only known when it runs. */
  readonly folders: readonly (string | undefined)[];
  /** Names of files that earlier commands of the same document or job make. */
  readonly made: Set<string>;
}

/** Pages of GitHub beside the files, which links reach by leaving the repository's root. */
const GITHUB_PAGES =
  /^(?:\.\.\/)+(?:issues|pulls?|actions|security|releases|wiki|discussions|commits?|compare|packages|projects|settings|deployments|graphs|network|labels|milestones|tags|archive|raw|tree|blob)(?:[/?#]|$)/;

const SHELL_LANGUAGES = new Set([
  'sh',
  'bash',
  'shell',
  'zsh',
  'console',
  'shell-session',
  'sh-session',
  'terminal',
]);

/** Files at the root of a repository whose names are the same everywhere: naming one means one's own. */
const OWN_FILE =
  /^(?:Makefile|Dockerfile(?:\.[\w-]+)?|(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml|\.env\.example|CONTRIBUTING\.md|SECURITY\.md|CODEOWNERS|\.dockerignore|\.pre-commit-config\.yaml|[A-Z][A-Z_]+\.md)$/;

class Judge {
  readonly found: Findings = new FindingList(rules);
  readonly #paths: RepositoryPaths;
  readonly #known: KnownThings;
  readonly #names: ReadonlySet<string>;

  constructor(tree: JudgedTree) {
    this.#paths = repositoryPaths(tree);
    this.#known = new KnownThings(tree, this.#paths);
    this.#names = new Set([...tree.keys()].map(baseName));
  }

  markdown(file: JudgedFile): void {
    const { links, blocks, spans } = markdownOf(file);
    for (const { target, line } of links) this.#link(file, target, line);
    const made = new Set<string>();
    const here = foldersOf(file);
    for (const { language, lines, line } of blocks) {
      if (SHELL_LANGUAGES.has(language)) {
        const prompted =
          lines.some((text) => /^\s*[$#>] \S/.test(text)) && lines.some((text) => /^\s*\$ /.test(text));
        // With prompts in it, what has none is output.
        const script = lines
          .map((text) => (prompted ? (/^\s*\$ (.*)/.exec(text)?.[1] ?? '') : text))
          .join('\n');
        this.#script(script, { file, line, folders: here, made });
      } else if (language === '') {
        const script = lines.map(
          (text) => /^\s*(?:\$ )?((?:make|docker compose|\.\/\S+\.sh|npm run) .*)$/.exec(text)?.[1] ?? '',
        );
        this.#script(script.join('\n'), { file, line, folders: here, made });
      }
    }
    for (const { text, line } of spans) this.#span(file, text, line, made);
  }

  makefile(file: JudgedFile): void {
    const { recipes, prerequisites, hasTarget, excess } = makefileOf(file);
    if (excess) {
      this.found.add(
        'references-make-size',
        file.path,
        excess.line,
        `it has ${excess.is}, and was not judged whole`,
      );
    }
    const made = new Set<string>();
    const folder = folderOf(file.path);
    for (const { text, line } of recipes) this.#script(text, { file, line, folders: [folder], made });
    for (const { name, line } of prerequisites) {
      const path = resolved(folder, name);
      if (hasTarget(name) || (path !== undefined && this.#paths.isAccountedFor(path))) continue;
      this.found.add('references-make-target', file.path, line, `the target ${name} is not in this Makefile`);
    }
  }

  workflow(file: JudgedFile): void {
    const [document] = yamlDocuments(file);
    if (!document || !isRecord(document.value)) return;
    const topFolder = workingDirectory(document.value);
    for (const job of jobsOf(document.value)) {
      const made = new Set<string>();
      const jobFolder = workingDirectory(job.data);
      for (const step of job.steps) {
        // A step that fetches files may bring anything that later steps name.
        for (const given of Object.values(recordOf(step.data.with))) {
          for (const word of (scalarText(given) ?? '').split(/[\s,=]+/)) made.add(word.replace(/^\.\//, ''));
        }
        const shell = scalarText(step.data.shell) ?? 'bash';
        if (this.#waitsForFile(scalarText(step.data.if) ?? '')) continue;
        if (step.run === undefined || !/^(?:ba)?sh\b/.test(shell)) continue;
        const at = document.lineOf([...step.path, 'run']);
        const block = /^\s*(?:- )?run:\s*[|>]/.test(textOf(file).split('\n')[at - 1] ?? '');
        const folder = scalarText(step.data['working-directory']) ?? jobFolder ?? topFolder ?? '';
        const script = step.run.replace(/\$\{\{.*?\}\}/gs, '"$$UNKNOWN"');
        this.#script(script, {
          file,
          line: at + (block ? 1 : 0),
          folders: [folder.includes('${{') ? undefined : resolved('', folder)],
          made,
        });
      }
    }
  }

  /** `hashFiles('package.json') != ''`: as long as the file is missing, the step is not run. */
  #waitsForFile(condition: string): boolean {
    const name = /^hashFiles\('([^'*?[\]!]{1,200})'\) != ''$/.exec(condition.trim())?.[1];
    const path = name === undefined ? undefined : resolved('', name);
    return path !== undefined && !this.#paths.isAccountedFor(path);
  }

  #link(file: JudgedFile, target: string, line: number): void {
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target) || target === '') return;
    const [rawPath = '', anchor] = target.split('#');
    const path = decoded(rawPath.split('?')[0] ?? '');
    const full = path === '' ? file.path : resolved(folderOf(file.path), path);
    if (full === undefined) {
      if (!GITHUB_PAGES.test(path))
        this.found.add('references-link', file.path, line, `${target} leads out of the repository`);
      return;
    }
    if (!this.#paths.file(full) && !this.#paths.isFolder(full)) {
      this.found.add('references-link', file.path, line, `${target} is not in the repository`);
      return;
    }
    const other = this.#paths.file(full);
    if (anchor === undefined || anchor === '' || !other || !isMarkdown(full) || /^L\d+/.test(anchor)) return;
    if (!markdownOf(other).anchors.has(decoded(anchor).toLowerCase())) {
      this.found.add('references-heading', file.path, line, `${full} has no heading #${anchor}`);
    }
  }

  /** Code in a sentence: a command that is known here, or a path that starts with a folder of the repository. */
  #span(file: JudgedFile, text: string, line: number, made: Set<string>): void {
    if (
      /^(?:make|docker compose|docker-compose|npm run|pnpm run|python3? -m|python3?|bash|kubectl|helm|terraform)\s|^\.\/\S+/.test(
        text,
      )
    ) {
      this.#script(text, { file, line, folders: foldersOf(file), made });
      return;
    }
    if (OWN_FILE.test(text)) {
      if (!this.#names.has(text) && !made.has(text)) this.#missing(file, line, text);
      return;
    }
    if (!/^[\w.][\w.*{},@/-]*$/.test(text) || !text.includes('/') || /\.{3}|\/\/|@/.test(text)) return;
    // Only what has an ending or a slash at its end is surely a path: `api/v1` is not.
    if (!/\/$|\.[a-z0-9]{1,10}$|[*}]$/.test(text) || !this.#paths.startsInTree(text)) return;
    const nearby = resolved(folderOf(file.path), text);
    if (
      this.#paths.isAccountedFor(text) ||
      (nearby !== undefined && this.#paths.isAccountedFor(nearby)) ||
      made.has(text)
    )
      return;
    this.#missing(file, line, text);
  }

  #missing(file: JudgedFile, line: number, path: string): void {
    this.found.add('references-path', file.path, line, `${path} is not in the repository`);
  }

  #script(text: string, script: Script): void {
    let { folders } = script;
    for (const command of shellCommands(text)) {
      for (const path of outputsOf(command)) script.made.add(path.replace(/^\.\//, ''));
      const line = script.line + command.line;
      if (command.words[0] === 'cd') {
        folders = this.#enter(command.words[1], folders, script, line);
        continue;
      }
      for (const reference of referencesOf(command.words)) {
        const faults = folders.map((folder) => this.#known.fault(reference, folder, script.made));
        // A document may mean the root or its own folder: what exists from one of them is right.
        const fault = faults.includes(undefined) ? undefined : faults[0];
        if (fault) this.found.add(fault.rule, script.file.path, line, fault.message);
      }
    }
  }

  #enter(
    target: string | undefined,
    folders: Script['folders'],
    script: Script,
    line: number,
  ): Script['folders'] {
    if (target === undefined || /^[~/-]/.test(target)) return [undefined];
    const entered = folders.map((folder) => (folder === undefined ? undefined : resolved(folder, target)));
    const real = entered.filter((path) => path !== undefined && this.#paths.isFolder(path));
    if (real.length > 0) return real;
    // `cd my-service` after a clone enters the repository itself; what was made before is not known.
    const single = !target.replace(/\/$/, '').includes('/');
    if (script.made.has(target.split('/')[0] ?? '')) return single ? [''] : [undefined];
    if (!single && entered.every((path) => path !== undefined && !this.#paths.isAccountedFor(path))) {
      this.#missing(script.file, line, target);
    }
    return [undefined];
  }
}

/** Where the commands of a document start: at the root, or where the document stands. */
const foldersOf = (file: JudgedFile): readonly string[] => [...new Set(['', folderOf(file.path)])];

const workingDirectory = (data: unknown): string | undefined =>
  scalarText(dig(data, 'defaults', 'run', 'working-directory'));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Options whose value is a file that the command writes. */
const OUTPUT_OPTION =
  /^(?:-o|-O|--output|--out|--outfile|--output-file|--output-dir|-out|--destination|--report-path|--name|--build-cache)$/;
/** Commands whose words are what they make. */
const MAKERS = new Set([
  'mkdir',
  'touch',
  'tee',
  'chmod',
  'install',
  'mktemp',
  'ln',
  'mv',
  'cp',
  'git',
  'unzip',
  'tar',
  'rm',
  'openssl',
  'ssh-keygen',
  'scp',
  'wget',
  'curl',
]);

/** What a command makes, as far as later commands may name it: too many names here only make the check quieter. */
function outputsOf({ words, writes }: ShellCommand): readonly string[] {
  const found = [...writes];
  for (const [index, word] of words.entries()) {
    if (word === undefined) continue;
    const [option = '', value] = word.split('=');
    if (OUTPUT_OPTION.test(option)) found.push(value ?? words[index + 1] ?? '');
  }
  const [name] = words[0] === 'sudo' ? words.slice(1) : words;
  if (name === 'cp' || name === 'mv' || name === 'ln') found.push(words.at(-1) ?? '');
  else if (name !== undefined && MAKERS.has(name)) {
    for (const word of words.slice(1)) {
      if (word === undefined) continue;
      found.push(word);
      // A clone makes a folder of the repository's name.
      if (name === 'git') found.push(baseName(word).replace(/\.git$/, ''));
    }
  }
  return found.filter((path) => path !== '');
}
