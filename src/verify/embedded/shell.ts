/** Do scripts stop at the first failure, and can they be started? */
import type { EmbeddedCheck, JudgedFile, JudgedTree, Rule } from '../check.ts';
import { isMarkdown } from './file-kinds.ts';
import { FindingList } from './finding-list.ts';
import { extensionOf, linesOf, textOf } from './source-text.ts';

const rules = [
  {
    id: 'shell-strict-mode',
    summary: 'A shell script stops at the first failure and at an unset variable.',
    source: 'SPEC 4; https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html',
    fix: 'put `set -euo pipefail` (in sh: `set -eu`) before the first command',
  },
  {
    id: 'shell-executable',
    summary: 'A script with a shebang that is started by its path is executable.',
    source: 'POSIX execve: without the mode bit `./x` is refused',
    fix: 'run `git update-index --chmod=+x` on it',
  },
  {
    id: 'shell-crlf',
    summary: 'Scripts have LF line ends.',
    source: 'shellcheck SC1017: the kernel looks for an interpreter whose name ends with a carriage return',
    fix: 'convert it, and set `*.sh text eol=lf` in .gitattributes',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

const SHEBANG = /^#!\s*(?:\/usr\/bin\/env\s+(?:-S\s+)?)?(?:\S*\/)?([\w.-]+)/;

const interpreterOf = (file: JudgedFile): string | undefined =>
  file.content.subarray(0, 2).toString('latin1') === '#!'
    ? SHEBANG.exec(linesOf(file)[0] ?? '')?.[1]
    : undefined;

export const shell: EmbeddedCheck = {
  id: 'shell',
  description: 'scripts stop at the first failure and can be started',
  rules,
  judges: (file) => extensionOf(file.path) === 'sh' || interpreterOf(file) !== undefined,
  run: (files, tree) => {
    const found: Findings = new FindingList(rules);
    const started = new Set(startedByPath(tree));
    for (const file of files) {
      const interpreter = interpreterOf(file);
      const carriage = linesEndWithCarriageReturn(file);
      if (carriage !== undefined)
        found.add('shell-crlf', file.path, carriage, 'the line ends with a carriage return');
      if (interpreter !== undefined && /^(?:ba|da|z|k)?sh$/.test(interpreter))
        judgeMode(file, interpreter, found);
      const inScripts = /(?:^|\/)(?:scripts|bin)\//.test(file.path);
      if (interpreter !== undefined && !file.executable && (inScripts || started.has(file.path))) {
        found.add('shell-executable', file.path, 1, 'it has a shebang but is not executable');
      }
    }
    return found.sorted();
  },
};

function linesEndWithCarriageReturn(file: JudgedFile): number | undefined {
  const at = file.content.indexOf('\r\n');
  return at < 0 ? undefined : file.content.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
}

/** Paths that documents, Makefiles and workflows start as `./path`. */
function* startedByPath(tree: JudgedTree): Generator<string> {
  for (const file of tree.values()) {
    if (!isMarkdown(file.path) && !/(?:^|\/)Makefile$|^\.github\/workflows\//.test(file.path)) continue;
    for (const [, path = ''] of textOf(file).matchAll(/(?<![\w./])\.\/([\w][\w./-]*)/g))
      yield path.replace(/[.,:]+$/, '');
  }
}

function judgeMode(file: JudgedFile, interpreter: string, found: Findings): void {
  const flags = new Set<string>();
  let first: number | undefined;
  for (const [index, line] of linesOf(file).entries()) {
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    first ??= index + 1;
    const options = /^\s*set\s+(-.*)$/.exec(line)?.[1]?.replace(/#.*/, '');
    if (options === undefined) continue;
    for (const [, letters = ''] of options.matchAll(/(?:^|\s)-([A-Za-z]+)/g))
      for (const letter of letters) flags.add(letter);
    for (const [, name = ''] of options.matchAll(/\b(errexit|nounset|pipefail)\b/g)) flags.add(name);
  }
  const has = (letter: string, name: string): boolean => flags.has(letter) || flags.has(name);
  const missing = [
    has('e', 'errexit') ? '' : '-e',
    has('u', 'nounset') ? '' : '-u',
    // dash and other POSIX shells may not have pipefail.
    interpreter === 'sh' || interpreter === 'dash' || flags.has('pipefail') ? '' : '-o pipefail',
  ].filter((flag) => flag !== '');
  if (missing.length > 0)
    found.add('shell-strict-mode', file.path, first ?? 1, `\`set ${missing.join(' ')}\` is missing`);
}
