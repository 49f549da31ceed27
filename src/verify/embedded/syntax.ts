/** Does every YAML, JSON and TOML file parse, with no key twice? */
import type { EmbeddedCheck, JudgedFile, Rule } from '../check.ts';
import { FindingList } from './finding-list.ts';
import { scanJson } from './json-scan.ts';
import { baseName, extensionOf, lineAt, textOf } from './source-text.ts';
import { isPlainYaml, yamlDocuments } from './yaml-source.ts';

const rules = [
  {
    id: 'syntax-yaml',
    summary: 'Every YAML file parses, each of its documents.',
    source: 'YAML 1.2.2, https://yaml.org/spec/1.2.2/',
    fix: 'mend the YAML at this line; quote a value that holds ": ", " #" or starts with a special character',
  },
  {
    id: 'syntax-json',
    summary: 'Every JSON file parses; comments only where its reader takes them (tsconfig, VS Code).',
    source: 'RFC 8259; JSONC as https://code.visualstudio.com/docs/languages/json#_json-with-comments',
    fix: 'mend the JSON at this line',
  },
  {
    id: 'syntax-toml',
    summary: 'Every TOML file parses.',
    source: 'TOML 1.0.0, https://toml.io/en/v1.0.0',
    fix: 'mend the TOML at this line',
  },
  {
    id: 'syntax-duplicate-key',
    summary: 'No mapping of a YAML or JSON file has a key twice: most readers silently keep the last.',
    source: 'YAML 1.2.2 section 3.2.1.3 (keys are unique); RFC 8259 section 4',
    fix: 'keep one of the two',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

/** Files with a JSON name whose readers take comments and trailing commas. */
const JSONC =
  /(?:^|\/)(?:tsconfig[^/]*\.json|jsconfig[^/]*\.json|\.vscode\/[^/]+\.json|\.devcontainer(?:\/[^/]+)?\.json|devcontainer\.json|\.eslintrc\.json|\.swcrc)$/;

/** Locks written by a package manager: long, and never edited by hand. */
const MACHINE_WRITTEN = new Set(['pnpm-lock.yaml', 'package-lock.json', 'npm-shrinkwrap.json']);

export const syntax: EmbeddedCheck = {
  id: 'syntax',
  description: 'every YAML, JSON and TOML file parses',
  rules,
  judges: (file, tree) =>
    !MACHINE_WRITTEN.has(baseName(file.path)) &&
    (['json', 'toml'].includes(extensionOf(file.path)) || isPlainYaml(file, tree)),
  run: async (files) => {
    const found: Findings = new FindingList(rules);
    for (const file of files) {
      const extension = extensionOf(file.path);
      if (extension === 'json') judgeJson(file, found);
      else if (extension === 'toml') await judgeToml(file, found);
      else judgeYaml(file, found);
    }
    return found.sorted();
  },
};

function judgeYaml(file: JudgedFile, found: Findings): void {
  for (const document of yamlDocuments(file)) {
    const syntaxErrors = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY');
    // After the first the parser is out of step, and says more than is wrong.
    const told = [
      ...document.errors.filter(({ code }) => code === 'DUPLICATE_KEY'),
      ...syntaxErrors.slice(0, 1),
    ];
    for (const error of told) {
      const rule = error.code === 'DUPLICATE_KEY' ? 'syntax-duplicate-key' : 'syntax-yaml';
      found.add(rule, file.path, document.lineOfError(error), error.message);
    }
    if (document.fault !== undefined) {
      found.add('syntax-yaml', file.path, document.lineOf([]), document.fault);
    }
  }
}

function judgeJson(file: JudgedFile, found: Findings): void {
  const text = textOf(file);
  for (const fault of scanJson(text, { comments: JSONC.test(file.path) })) {
    const rule = fault.kind === 'syntax' ? 'syntax-json' : 'syntax-duplicate-key';
    found.add(rule, file.path, lineAt(text, fault.offset), fault.message);
  }
}

async function judgeToml(file: JudgedFile, found: Findings): Promise<void> {
  const { parse, TomlError } = await import('smol-toml');
  try {
    parse(textOf(file));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    found.add('syntax-toml', file.path, error.line, error.message.split('\n')[0] ?? 'unreadable');
  }
}
