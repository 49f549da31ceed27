/** Finds in rendered files every comment that silences a tool, with its rule and the reason that stands beside it. */
import type { JudgedTree } from '../../src/verify/check.ts';

export interface Suppression {
  readonly file: string;
  /** The tool and its rule, e.g. `pylint broad-exception-caught`. */
  readonly rule: string;
  /** Empty when none stands in the same line or an adjacent one. */
  readonly reason: string;
}

/** How a tool is silenced: the first group is the rule, the second what is said behind it. */
const FORMS: readonly (readonly [tool: string, form: RegExp])[] = [
  ['hadolint', /#\s*hadolint\s+(?:global\s+)?ignore=([\w,]+)(.*)/],
  ['checkov', /checkov:skip=(\w+)(.*)/],
  // In a manifest, where a comment does not outlive kustomize.
  ['checkov', /checkov\.io\/skip\d+["']?:\s*["']?(\w+)=(.*)/],
  ['trivy', /(?:trivy|tfsec):ignore:([\w-]+)(.*)/],
  ['tflint', /tflint-ignore(?:-file)?:\s*([\w,]+)(.*)/],
  ['zizmor', /zizmor:\s*ignore\[([^\]]+)\](.*)/],
  ['bandit', /#\s*nosec\b:?\s*((?:[A-Z]\d+[,\s]*)*)(.*)/],
  ['ruff', /#\s*(?:ruff:\s*|flake8:\s*)?noqa\b:?\s*((?:[A-Z]+\d+[,\s]*)*)(.*)/],
  ['mypy', /#\s*type:\s*ignore(?:\[([^\]]+)\])?(.*)/],
  ['mypy', /#\s*mypy:\s*([\w-]+)(.*)/],
  ['pylint', /#\s*pylint:\s*(?:disable(?:-next)?|skip-file)=?([\w-]+(?:\s*,\s*[\w-]+)*)?(.*)/],
  ['black', /#\s*fmt:\s*(off|skip)\b(.*)/],
  ['isort', /#\s*isort:\s*(off|skip\w*)\b(.*)/],
  ['coverage', /#\s*pragma:\s*(no cover|no branch)\b(.*)/],
  ['shellcheck', /#\s*shellcheck\s+disable=([\w,]+)(.*)/],
  ['gitleaks', /gitleaks:(allow)\b(.*)/],
  ['yamllint', /#\s*yamllint\s+disable(?:-line|-file)?((?:\s+rule:[\w-]+)*)(.*)/],
  ['kube-score', /kube-score\/ignore["']?:\s*["']?([\w,-]+)(.*)/],
  ['bulwark', /bulwark:allow\s+([a-z][a-z0-9-]*)(.*)/],
  ['eslint', /eslint-disable(?:-next-line|-line)?\s*([@\w/-]*)(.*)/],
  ['typescript', /@ts-(expect-error|ignore|nocheck)\b(.*)/],
  // A step whose failure nobody sees.
  ['workflow', /^\s*(continue-on-error): true(.*)/],
];

/** Where a tool is silenced for many lines at once: settings, in which each rule stands on a line of its own. */
const SETTINGS: Readonly<Record<string, readonly (readonly [tool: string, form: RegExp])[]>> = {
  'pyproject.toml': [
    ['ruff', /^\s*"([A-Z]+\d+)",?(.*)/],
    ['ruff', /^"[^"]*" = \["([A-Z]+\d+)"\](.*)/],
    ['mypy', /^\s*(ignore_errors|ignore_missing_imports|follow_imports)\s*=(.*)/],
    ['pylint', /^\s*(disable)\s*=(.*)/],
  ],
  '.trivyignore.yaml': [['trivy', /^\s*- id: ([\w-]+)(.*)/]],
};

/** Files by which tools are silenced for a whole repository, away from the line. */
export const IGNORE_FILES =
  /(?:^|\/)(?:\.trivyignore(?:\.ya?ml)?|\.hadolint\.ya?ml|\.gitleaksignore|\.gitleaks\.toml|\.checkov\.ya?ml|\.yamllint(?:\.ya?ml)?|zizmor\.ya?ml|actionlint\.ya?ml|\.shellcheckrc|\.bandit|\.pylintrc|\.flake8|mypy\.ini|\.tflint\.hcl)$/;

/** Texts of others, in which these words are no comments. */
const isForeign = (path: string): boolean =>
  path.startsWith('.bulwark/') || /(?:^|\/)requirements[^/]*\.txt$/.test(path) || path === 'bulwark.json';

/** All of them, each once. */
export function suppressionsIn(tree: JudgedTree): readonly Suppression[] {
  return [...tree.values()]
    .filter(({ path }) => !isForeign(path))
    .flatMap(({ path, content }) => {
      const lines = content.toString('utf8').split('\n');
      const forms = [...FORMS, ...(SETTINGS[path] ?? [])];
      return lines.flatMap((line, index) =>
        forms.flatMap(([tool, form]): readonly Suppression[] => {
          const found = form.exec(line);
          if (!found) return [];
          const [, rule = '', behind = ''] = found;
          const rules = rule
            .replaceAll('rule:', '')
            .split(/[,\s]+/)
            .filter(Boolean);
          const reason = wordsOf(behind) || commentAbove(lines, index, forms) || commentBelow(lines, index);
          return (rules.length > 0 ? rules : ['everything']).map((one) => ({
            file: path,
            rule: `${tool} ${one}`,
            reason,
          }));
        }),
      );
    });
}

/** What is said, without what separates it from the rule; nothing unless it has a word in it. */
function wordsOf(text: string): string {
  const words = text
    .replace(/^[\s#:;,.\-–—"']+/, '')
    .replace(/(?:-->|\*\/|["'])\s*$/, '')
    .trim();
  return /\p{L}{2}/u.test(words) ? words : '';
}

const COMMENT = /^\s*(?:#|\/\/|--|<!--)\s*(.*)$/;

/** The comment that ends right above, without lines that silence something themselves. */
function commentAbove(lines: readonly string[], index: number, forms: typeof FORMS): string {
  const above: string[] = [];
  for (let at = index - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    const comment = COMMENT.exec(line)?.[1];
    if (comment === undefined) break;
    if (!forms.some(([, form]) => form.test(line))) above.unshift(comment.trim());
  }
  return wordsOf(above.join(' '));
}

const commentBelow = (lines: readonly string[], index: number): string =>
  wordsOf(COMMENT.exec(lines[index + 1] ?? '')?.[1] ?? '');
