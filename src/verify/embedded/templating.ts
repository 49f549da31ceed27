/** Did every template render: is nothing of its syntax left, and no value that was not there? */
import type { EmbeddedCheck, JudgedFile, JudgedTree, Rule } from '../check.ts';
import { isCode, isMachineWritten, isMarkdown, isSettings } from './file-kinds.ts';
import { SETTINGS_PATH } from '../../repo/settings-file.ts';
import { FindingList } from './finding-list.ts';
import { inChartTemplates } from './helm-charts.ts';
import { extensionOf, linesOf, textOf } from './source-text.ts';

const rules = [
  {
    id: 'templating-leftover',
    summary:
      'No Handlebars syntax is left; the braces of Go templates, GitHub, Grafana, Jinja and others are theirs.',
    source: 'SPEC 4 (no placeholder is left); https://handlebarsjs.com/guide/',
    fix: 'render the value; where the braces belong to another tool, allow them at the line with its name',
  },
  {
    id: 'templating-object',
    summary: 'No object was written as text.',
    source: 'ECMAScript, Object.prototype.toString: "[object Object]"',
    fix: 'have the template name a field of the object',
  },
  {
    id: 'templating-undefined',
    summary: 'No setting has the value undefined or NaN.',
    source: 'ECMAScript: the text of a value that is not there',
    fix: 'give the template the value it asks for',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

export const templating: EmbeddedCheck = {
  id: 'templating',
  description: 'no template syntax and no missing value is left',
  rules,
  judges: ({ path }) => !isMachineWritten(path),
  run: (files, tree) => {
    const found: Findings = new FindingList(rules);
    for (const file of files) {
      if (file.content.includes('{{')) judgeBraces(file, tree, found);
      if (!isCode(file.path)) judgeValues(file, found);
    }
    return found.sorted();
  },
};

/** Blocks, partials and comments, which are Handlebars' alone; `{{else}}` and `{{!` are not: Go and Jinja have similar. */
const HANDLEBARS_ONLY = /^(?:[#/^](?:if|unless|each|with|lookup|log)\b|#>|>\s*[\w./-]+|!--)/;

/** The helpers that templates of ours may call (ARCHITECTURE 4), with something to write behind them. */
const OUR_HELPERS =
  /^(?:yaml|json|hcl|sh|dockerArg|dockerfile|make|nginx|sql|md|py|python|ts|toml|env|action|image)\s+(?:[A-Za-z_][\w.]*|"[^"]*"|'[^']*')(?:\s|$)/;

/** A bare name, as in `{{slug}}` or `{{project.slug}}`, which many languages share. */
const NAME = /^(?:this|@?[A-Za-z_]\w*)(?:\.[A-Za-z_@]\w*)*$/;

/** Words that are whole expressions of Go templates and Jinja. */
const GO_WORDS = /^(?:end|else|break|continue|define|range|block|raw|endraw)$/;

/** First names of what Argo (Rollouts, Workflows, ApplicationSet), Kyverno and Tekton put in when they run. */
const RUNTIME_ROOTS =
  /^(?:args|inputs|outputs|workflow|steps|tasks|item|pod|templates|request|element|images|serviceAccountName|serviceAccountNamespace|path|values|metadata|server|nameNormalized|context|params)(?:\.|$)/;

function judgeBraces(file: JudgedFile, tree: JudgedTree, found: Findings): void {
  if (
    inChartTemplates(file.path, tree) ||
    /\.(?:j2|jinja2?|hbs|gotmpl|tpl|tmpl|liquid|njk|vue|svelte)$/.test(file.path)
  )
    return;
  const allows = bareNamesAllowed(file);
  const answers = answersWithBraces(tree);
  for (const [index, line] of linesOf(file).entries()) {
    for (const match of line.matchAll(/(.?)\{\{\{?(?:~|-(?=\s))?\s*(.*?)\s*~?\}\}/g)) {
      const [whole, before = '', inner = ''] = match;
      // `${{ … }}` is GitHub's; `={{ … }}` is an object in JSX.
      if (before === '$' || (before === '=' && /\.[jt]sx$/.test(file.path))) continue;
      if (answers.includes(whole.slice(before.length))) continue;
      const bare = NAME.test(inner) && !GO_WORDS.test(inner) && !RUNTIME_ROOTS.test(inner);
      const ours = HANDLEBARS_ONLY.test(inner) || OUR_HELPERS.test(inner) || (bare && !allows(line, whole));
      if (!ours) continue;
      found.add(
        'templating-leftover',
        file.path,
        index + 1,
        `${whole.slice(before.length)} was not rendered`,
      );
      // One finding a line: a block has two ends.
      break;
    }
  }
}

/** The answers of the repository, where one has braces: what a person typed was not left over by a template. */
function answersWithBraces(tree: JudgedTree): string {
  const text = tree.get(SETTINGS_PATH)?.content.toString('utf8') ?? '';
  return text.includes('{{') ? text : '';
}

/** Where a bare name in braces is another tool's, by the file and by what else stands in its line. */
function bareNamesAllowed(file: JudgedFile): (line: string, match: string) => boolean {
  const { path } = file;
  const extension = extensionOf(path);
  if (extension === 'py') {
    // Doubled braces are one brace of the text in f-strings and str.format.
    const formats = /\b[rR]?[fF][rR]?["']|\.format\(/.test(textOf(file));
    return () => formats;
  }
  // Composite literals: `[]bool{{true}}`.
  if (['go', 'java', 'kt', 'c', 'h', 'cpp'].includes(extension)) return () => true;
  if (extension === 'rs') return (line) => /(?:format|print(?:ln)?|write(?:ln)?|panic|json)!/.test(line);
  // Runtime templates: Jinja and Django keep theirs in such a folder, i18next its texts in such files.
  if (/(?:^|\/)(?:[\w-]*templates|locales?|i18n|messages|translations)\//.test(path)) return () => true;
  // Code that renders something itself; ours is written without spaces.
  if (/^(?:[cm]?[jt]sx?|html?)$/.test(extension)) return (_, match) => match.includes('{{ ');
  // Grafana writes labels into legends, titles and links.
  if (extension === 'json')
    return (line) => /"(?:legendFormat|alias|displayName|displayNameFromDS|title|url|expr)"\s*:/.test(line);
  // Kibana puts a field's value into the links of its saved objects.
  if (extension === 'ndjson') return (line) => /\\"(?:url|label)Template\\"/.test(line);
  if (path.startsWith('.github/')) {
    // docker/metadata-action: type=semver,pattern={{version}}
    return (line) =>
      /\b(?:pattern|type|prefix|suffix|value)=|\{\{(?:version|major|minor|patch|raw|branch|sha|tag|date|is_default_branch)\b/.test(
        line,
      );
  }
  const text = textOf(file);
  // Artillery, Argo CD, Kyverno, promtail and Alertmanager name their variables themselves.
  if (
    /^(?:config:\s*\n(?:.*\n)*?\s+(?:target|phases):|kind:\s*(?:ApplicationSet|ClusterPolicy|Policy|AnalysisTemplate|ClusterAnalysisTemplate|WorkflowTemplate|Workflow|ExternalSecret|GrafanaDashboard)\b|apiVersion:\s*argoproj\.io)/m.test(
      text,
    )
  ) {
    return () => true;
  }
  // Just and Task expand their own variables in braces.
  if (/(?:^|\/)(?:justfile|Taskfile\.ya?ml|cookiecutter[^/]*)$/i.test(path)) return () => true;
  return () => false;
}

/** A setting whose whole value, or a part of whose path, is the text of nothing. */
const NOTHING =
  /(?:^\s*-\s+|[:=]\s*)(["']?)(?:undefined|NaN)\1\s*(?:,|;|#.*)?$|(?:["'\s/=]|^)undefined(?=[/:@])|[/:@]undefined(?=["'\s/:@]|$)/;

function judgeValues(file: JudgedFile, found: Findings): void {
  const { content, path } = file;
  if (content.includes('[object Object]')) {
    for (const [index, line] of linesOf(file).entries()) {
      if (line.includes('[object Object]'))
        found.add('templating-object', path, index + 1, 'an object was written as text');
    }
  }
  if (!isSettings(path) && !isMarkdown(path)) return;
  if (!content.includes('undefined') && !content.includes('NaN')) return;
  for (const [index, line] of linesOf(file).entries()) {
    // In a sentence the word is a word; in a document only a path or a reference is judged.
    const comment = /^\s*(?:#|\/\/|;)/.test(line);
    if (
      comment ||
      (isMarkdown(path) && !/undefined[/:@]\S|[/@]undefined\b/.test(line)) ||
      !NOTHING.test(line)
    )
      continue;
    found.add(
      'templating-undefined',
      path,
      index + 1,
      `the value was not there: ${line.trim().slice(0, 80)}`,
    );
  }
}
