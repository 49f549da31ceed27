/** What an author should know before anybody uses the pack: names, bare answers, budget of logic, secrets, a licence. */
import Handlebars from 'handlebars';
import type { FieldValue } from '../component/fields.ts';
import { projectFields } from '../component/project-fields.ts';
import type { Catalog } from '../plan/catalog.ts';
import { nearest } from '../plan/nearest.ts';
import { FRAGMENTS, placeTemplate } from '../render/template-store.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { Finding } from '../verify/check.ts';
import type { ComponentData } from './component-file.ts';
import { PROJECT_VIEW, README_VIEW } from './data-component.ts';
import type { LoadedPack } from './load-pack.ts';
import { isObject } from './shape.ts';

/** As our own contract tests have it: at most so many blocks a file. */
const MAX_BLOCKS = 8;
const LICENCE = /^(?:LICEN[CS]E|COPYING)(?:\.[a-z]+)?$/i;

/**
 * Judges a pack that loads.
 * @param catalog ours with the pack over it
 * @returns findings by path in the pack: `pack-bare-answer`, `pack-unknown-name`, `pack-logic`, `pack-licence`, and those of the
 * embedded check for secrets
 */
export async function lintPack(pack: LoadedPack, catalog: Catalog): Promise<readonly Finding[]> {
  const { runEmbedded } = await import('../verify/run-embedded.ts');
  const { secrets } = await import('../verify/embedded/secrets.ts');
  const judged = new Map([...pack.tree.values()].map((file) => [file.path, file] as const));
  const results = await runEmbedded(judged, [secrets]);
  return [
    ...templatesOf(pack).flatMap(({ path, text }) => templateFindings(path, text, pack, catalog)),
    ...results.flatMap((result) => (result.outcome === 'findings' ? result.findings : [])),
    ...licenceFindings(pack),
  ];
}

const templatesOf = ({ tree }: LoadedPack): { readonly path: RepoPath; readonly text: string }[] =>
  [...tree.values()]
    .filter(({ path }) => path.startsWith('templates/') && path.endsWith('.hbs'))
    .map(({ path, content }) => ({ path, text: content.toString('utf8') }));

function templateFindings(path: string, text: string, pack: LoadedPack, catalog: Catalog): Finding[] {
  const [, component = '', ...rest] = path.split('/');
  const { layer } = placeTemplate(rest.join('/'));
  const { data } = pack.components.find((own) => own.component.id === component) ?? {};
  const reader = new NameReader(data && viewNames(data, layer), freeTextNames(data), catalog);
  reader.accept(Handlebars.parse(text));
  return [...reader.findings, ...logicFindings(text)].map((finding) => ({
    ...finding,
    severity: 'error' as const,
    path,
  }));
}

type Found = Omit<Finding, 'path' | 'severity'>;

function logicFindings(text: string): Found[] {
  const blocks = text.match(/\{\{#(?:if|unless|each)/g) ?? [];
  const nested = /\{\{#if[^}]*\}\}(?:(?!\{\{\/if)[^])*?\{\{#if/.exec(text);
  return [
    ...(blocks.length > MAX_BLOCKS
      ? [
          {
            rule: 'pack-logic',
            message: `the template has ${blocks.length} blocks; ${MAX_BLOCKS} are allowed`,
            hint: 'make layers of shapes that differ',
          },
        ]
      : []),
    ...(nested
      ? [
          {
            rule: 'pack-logic',
            line: text.slice(0, nested.index).split('\n').length,
            message: 'a condition stands in a condition',
            hint: 'say both in one "when" of the view',
          },
        ]
      : []),
  ];
}

/** The names that a template may say; those of an override of ours are known only when it is rendered. */
const viewNames = ({ view = {} }: ComponentData, layer: string): readonly string[] => [
  ...PROJECT_VIEW,
  ...Object.keys(view),
  ...(layer === FRAGMENTS ? README_VIEW : []),
];

/** Names whose value may be any text: printed bare it could break out of the format that it lands in. */
function freeTextNames(data: ComponentData | undefined): ReadonlySet<string> {
  const isFree = (key: FieldValue): boolean => {
    if (typeof key !== 'string') return false;
    const own = data?.fields && Object.hasOwn(data.fields, key) ? data.fields[key] : undefined;
    if (own) return own.kind === 'text' && own.pattern === undefined;
    return FREE_PROJECT_TEXT.has(key);
  };
  const viewed = Object.entries(data?.view ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' && isFree(value) ? [name] : [],
  );
  return new Set([...FREE_PROJECT_TEXT, ...viewed]);
}

/** Texts of the project that no pattern narrows to a token. */
const FREE_PROJECT_TEXT: ReadonlySet<string> = new Set(
  Object.entries(projectFields).flatMap(([key, field]) =>
    field.kind === 'text' && !('pattern' in field) ? [key] : [],
  ),
);

/** Reads the names of a template, where they mean the view: inside `each` and `with` they mean an item. */
class NameReader extends Handlebars.Visitor {
  readonly findings: Found[] = [];
  #items = 0;
  readonly #names: readonly string[] | undefined;
  readonly #free: ReadonlySet<string>;
  readonly #has: ReadonlySet<string>;

  constructor(names: readonly string[] | undefined, free: ReadonlySet<string>, { components }: Catalog) {
    super();
    this.#names = names;
    this.#free = free;
    this.#has = new Set(
      components.map(({ id }) => id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())),
    );
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    const { path, params } = node;
    if (params.length === 0 && 'parts' in path && this.#items === 0 && this.#free.has(path.original)) {
      this.findings.push({
        rule: 'pack-bare-answer',
        line: node.loc.start.line,
        message: `{{${path.original}}} prints a free text bare`,
        hint: `use the sink of the format, such as {{yaml ${path.original}}} or {{md ${path.original}}}`,
      });
    }
    if (params.length === 0) this.accept(path);
    else for (const param of params) this.accept(param);
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    for (const param of node.params) this.accept(param);
  }

  override BlockStatement(node: hbs.AST.BlockStatement): void {
    for (const param of node.params) this.accept(param);
    const isItem = node.path.original === 'each' || node.path.original === 'with';
    if (isItem) this.#items += 1;
    this.accept(node.program);
    if (isItem) this.#items -= 1;
    if ((node.inverse as hbs.AST.Program | undefined) !== undefined) this.accept(node.inverse);
  }

  override PathExpression({ original, parts, depth, data, loc }: hbs.AST.PathExpression): void {
    const [name, member] = parts;
    if (data || name === undefined || depth < this.#items || this.#items > 0) return;
    const known = this.#names;
    const unknown = (names: Iterable<string>): void => {
      const near = nearest(member ?? name, names);
      this.findings.push({
        rule: 'pack-unknown-name',
        line: loc.start.line,
        message: `the view has no "${original}"`,
        hint: near === undefined ? `it has ${[...names].join(', ')}` : `did you mean "${near}"?`,
      });
    };
    if (known && !known.includes(name)) unknown(known);
    else if (name === 'has' && member !== undefined && !this.#has.has(member)) unknown(this.#has);
  }
}

/** Who may use it must be said: by a file, or by the package. */
function licenceFindings({ tree }: LoadedPack): Finding[] {
  if ([...tree.keys()].some((path) => LICENCE.test(path)) || hasLicence(tree.get('package.json')?.content))
    return [];
  return [
    {
      rule: 'pack-licence',
      severity: 'error',
      path: 'pack.json',
      message: 'nothing says under which terms the pack is given to others',
      hint: 'add a LICENSE file, or "license" to package.json ("UNLICENSED" where it stays in the house)',
    },
  ];
}

function hasLicence(manifest: Buffer | undefined): boolean {
  try {
    const parsed = JSON.parse(manifest?.toString('utf8') ?? '{}') as unknown;
    return isObject(parsed) && typeof parsed.license === 'string' && parsed.license !== '';
  } catch {
    return false;
  }
}
