/** Templates of a pack, compiled from its files in memory by the same isolated engine as ours. */
import Handlebars from 'handlebars';
import type { ComponentId } from '../component/define.ts';
import { BulwarkError, usageError, type Issue } from '../errors.ts';
import { COMPILE_OPTIONS, equip, type RenderFunction } from '../render/engine.ts';
import { placeTemplate, type Template } from '../render/template-store.ts';
import { PRINTED_OBJECT } from '../render/view.ts';
import { repoPathFault } from '../tree/repo-path.ts';
import { subTree, type PackTree } from './pack-tree.ts';

const MAX_TEMPLATE_BYTES = 256 * 1024;
/** Lists of lists; deeper ones multiply. */
const MAX_LOOPS = 2;
const MAX_BLOCKS = 6;

export interface PackTemplates {
  /** By component: those of the pack itself, and of ours that it overrides. */
  readonly byComponent: ReadonlyMap<ComponentId, readonly Template[]>;
  readonly issues: readonly Issue[];
}

/**
 * Reads `templates/<component>/…` of a pack.
 * @param pack its name, which stands before the path in every message
 * @returns with the templates everything that is wrong with them: `template-path`, `template-too-large`, `template-syntax`,
 * `template-code`
 */
export function packTemplates(tree: PackTree, pack: string): PackTemplates {
  const environment = equip(Handlebars.create());
  const byComponent = new Map<ComponentId, Template[]>();
  const issues: Issue[] = [];
  for (const file of subTree(tree, 'templates')) {
    const source = `${pack}: templates/${file.path}`;
    const [component = '', layerName = '', ...rest] = file.path.split('/');
    if (rest.length === 0) {
      issues.push({
        id: 'template-path',
        message: 'a template lies in templates/<component>/<layer>/, and this file lies above',
        where: source,
        hint: `move it to templates/${component}/base/${layerName || component}`,
      });
      continue;
    }
    const { layer, path, rendered } = placeTemplate(file.path.slice(component.length + 1));
    const fault = repoPathFault(path);
    if (fault !== undefined) {
      issues.push({
        id: 'template-path',
        message: `the file that it becomes, ${JSON.stringify(path)}, ${fault}`,
        where: source,
        hint: 'rename the template',
      });
      continue;
    }
    const text = file.content.toString('utf8');
    const faults = rendered ? templateFaults(text, source) : [];
    issues.push(...faults);
    if (faults.length > 0) continue;
    const body = rendered ? guarded(environment.compile(text, { ...COMPILE_OPTIONS }), source) : file.content;
    const templates = byComponent.get(component) ?? [];
    templates.push({ layer, path, source, executable: file.executable, body });
    byComponent.set(component, templates);
  }
  return { byComponent, issues };
}

/** What breaks while a template of ours is rendered is a bug of ours; in a pack's it is the pack's, and has a place. */
function guarded(render: RenderFunction, source: string): RenderFunction {
  return (view) => {
    let text: string;
    try {
      text = render(view);
    } catch (error) {
      if (error instanceof BulwarkError) throw error;
      throw templateError(error instanceof Error ? error.message : String(error), source);
    }
    if (text.includes(PRINTED_OBJECT))
      throw templateError('an object was printed: name one of its values', source);
    return text;
  };
}

const templateError = (message: string, source: string): Error =>
  usageError([
    {
      id: 'pack-template',
      message: `the template cannot be rendered: ${message}`,
      where: source,
      hint: 'mend the template; "bulwark pack lint" names every such place',
    },
  ]);

/** What is wrong with a template before it is ever rendered. */
export function templateFaults(text: string, source: string): Issue[] {
  if (text.length > MAX_TEMPLATE_BYTES) {
    return [
      {
        id: 'template-too-large',
        message: `the template is larger than ${MAX_TEMPLATE_BYTES} bytes`,
        where: source,
        hint: 'leave out .hbs, so that it is copied as it is, or split it',
      },
    ];
  }
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [
      {
        id: 'template-syntax',
        message: `this is no template: ${said.split('\n')[0] ?? ''}`,
        where: `${source}:${/line (\d+)/.exec(said)?.[1] ?? '1'}`,
        hint: 'write a foreign {{ as \\{{, or leave out .hbs, so that the file is copied as it is',
      },
    ];
  }
  const forbidden = new ForbiddenCode();
  forbidden.accept(program);
  return forbidden.found.map(({ line, what }) => ({
    id: 'template-code',
    message: what,
    where: `${source}:${line}`,
    hint: 'print values and sinks, with a few flat {{#if}} and {{#each}}',
  }));
}

const BLOCKS: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);
const KNOWN_HELPERS: Readonly<Record<string, boolean>> = COMPILE_OPTIONS.knownHelpers;
const HELPERS: ReadonlySet<string> = new Set(
  Object.entries(KNOWN_HELPERS).flatMap(([name, known]) => (known ? [name] : [])),
);

/** Finds what a template of a pack may not do: partials, decorators, helpers that are not ours, loops in loops in loops. */
class ForbiddenCode extends Handlebars.Visitor {
  readonly found: { readonly line: number; readonly what: string }[] = [];
  #blocks = 0;
  #loops = 0;

  override PartialStatement(node: hbs.AST.PartialStatement): void {
    this.#refuse(node, 'a pack has no partials');
  }

  override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
    this.#refuse(node, 'a pack has no partials');
  }

  override Decorator(node: hbs.AST.Decorator): void {
    this.#refuse(node, 'a decorator has no place in a template');
  }

  override DecoratorBlock(node: hbs.AST.DecoratorBlock): void {
    this.#refuse(node, 'a decorator has no place in a template');
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    this.#judgeCall(node);
    super.MustacheStatement(node);
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    this.#judgeCall({ ...node, params: node.params.length > 0 ? node.params : [node.path] });
    super.SubExpression(node);
  }

  override BlockStatement(node: hbs.AST.BlockStatement): void {
    const name = node.path.original;
    if (!BLOCKS.has(name)) this.#refuse(node, `there is no block {{#${name}}}`);
    const isLoop = name === 'each';
    this.#blocks += 1;
    if (isLoop) this.#loops += 1;
    if (this.#blocks > MAX_BLOCKS || this.#loops > MAX_LOOPS)
      this.#refuse(node, 'blocks are nested too deeply');
    else super.BlockStatement(node);
    this.#blocks -= 1;
    if (isLoop) this.#loops -= 1;
  }

  #judgeCall(node: {
    readonly path: hbs.AST.PathExpression | hbs.AST.Literal;
    readonly params: readonly unknown[];
    readonly hash?: hbs.AST.Hash;
    readonly loc: hbs.AST.SourceLocation;
  }): void {
    if (!('parts' in node.path)) return;
    const isCall = node.params.length > 0 || (node.hash !== undefined && node.hash.pairs.length > 0);
    const name = node.path.original;
    if (isCall && !HELPERS.has(name)) this.#refuse(node, `there is no helper "${name}"`);
  }

  #refuse({ loc }: { readonly loc: hbs.AST.SourceLocation }, what: string): void {
    this.found.push({ line: loc.start.line, what });
  }
}
