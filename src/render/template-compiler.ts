/**
 * Compiles our own templates into less code than Handlebars makes by itself, which costs time in each run to load and to call.
 * What it leaves out, a strict view makes needless: no value of it is null, a function or inherited. Templates of packs are
 * compiled by Handlebars as it is.
 */
import Handlebars from 'handlebars';
import { COMPILE_OPTIONS } from './engine.ts';

/** A piece of JavaScript, or several that stand one after the other. */
type Code = string | readonly Code[];

/** What is overridden of Handlebars' compiler, and what that needs (https://handlebarsjs.com/api-reference/compilation.html). */
interface Compiler {
  readonly compiler: new () => Compiler;
  contextName(depth: number): string;
  isInline(): number;
  popStack(): Code;
  pushSource(code: Code): void;
  appendToBuffer(code: Code): Code;
  push(code: Code): void;
  setupParams(helper: string, count: number, parameters: Code[]): { name?: Code; fn?: Code };
  objectLiteral(entries: object): Code;
}

const { JavaScriptCompiler } = Handlebars as unknown as {
  readonly JavaScriptCompiler: (new () => Compiler) & {
    isValidJavaScriptVariableName(name: string): boolean;
  };
};

class ViewCompiler extends JavaScriptCompiler {
  /** Blocks are compiled by this one too. */
  override get compiler() {
    return ViewCompiler;
  }

  /** A view answers for each name itself. */
  nameLookup(parent: Code, name: string): Code {
    return JavaScriptCompiler.isValidJavaScriptVariableName(name)
      ? [parent, '.', name]
      : [parent, '[', JSON.stringify(name), ']'];
  }

  /** It has no functions. */
  resolvePossibleLambda(): void {
    return;
  }

  /** Prints a value; what a text has not, such as a name within it, is nothing. */
  append(): void {
    if (this.isInline() === 0) throw new Error('Handlebars prints a value that it has not computed in place');
    this.pushSource(this.appendToBuffer(['(', this.popStack(), ' ?? "")']));
  }

  /** Ours take what they are given and no options; Handlebars' own are blocks, which do not look at their name. */
  invokeKnownHelper(count: number, helper: string): void {
    const parameters: Code[] = [];
    const options = this.setupParams(helper, count, parameters);
    delete options.name;
    const called = this.nameLookup('helpers', helper);
    const call =
      options.fn === undefined
        ? [called, '(', ...listed(parameters), ')']
        : [
            called,
            '.call(',
            ...listed([this.contextName(0), ...parameters, this.objectLiteral(options)]),
            ')',
          ];
    this.push(call);
  }
}

const listed = (codes: readonly Code[]): Code[] =>
  codes.flatMap((code, index) => (index === 0 ? [code] : [', ', code]));

const OPTIONS = { ...COMPILE_OPTIONS, assumeObjects: true } as const;

const environment = Handlebars.create();
Object.assign(environment, { JavaScriptCompiler: ViewCompiler });

/**
 * What `compiled` (render/template-runtime) makes a template of.
 * @throws Error of Handlebars, with the line, where the template has a mistake
 */
export function specificationOf(text: string): TemplateSpecification {
  // It prints code, whatever its types say.
  const code = environment.precompile(text, { ...OPTIONS }) as unknown as string;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as Handlebars itself makes functions of its code
  const evaluate = new Function(`return ${code}`) as () => TemplateSpecification;
  return evaluate();
}
