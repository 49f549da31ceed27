/** Runs templates that were compiled when the package was built. */
import { readFileSync } from 'node:fs';
import type Full from 'handlebars';
import runtime from 'handlebars/runtime.js';
import { joinPieces } from '../repo/baseline.ts';
import { equip, type RenderFunction } from './engine.ts';
import type { Template } from './template-store.ts';

// The package's own types leave the runtime empty; it is Handlebars without the compiler.
const environment = equip((runtime as unknown as typeof Full).create());

/** What Handlebars gives each template that it runs, and passes on to those that are part of another. */
interface Container {
  readonly hooks: unknown;
  readonly protoAccessControl: unknown;
}

/**
 * Made once: by itself Handlebars wraps every helper anew for every template, which takes longer than to run most of them.
 * https://github.com/handlebars-lang/handlebars.js/blob/v4.7.8/lib/handlebars/runtime.js#L191
 */
function sharedContainer(): Container {
  let shared: Container | undefined;
  const host = environment.template({
    compiler: [8, '>= 4.3.0'],
    useData: true,
    main: (container: Container) => {
      shared = container;
      return '';
    },
  });
  host({});
  if (shared === undefined) throw new Error('Handlebars ran a template without its container');
  return shared;
}

const { hooks, protoAccessControl } = sharedContainer();
// As they are: Handlebars wraps each, to give those that read by name a function for it; ours do not.
const { helpers } = environment;

/** @param specification what `Handlebars.precompile` printed, evaluated */
export const compiled = (specification: TemplateSpecification): RenderFunction => {
  const run = environment.template(specification) as (view: object, options: object) => string;
  return (view) => run(view, { partial: true, data: { root: view }, helpers, hooks, protoAccessControl });
};

/** The forms of the baseline stand beside the texts, under their name and this. */
export const PACKED_SUFFIX = '.packed';

/** Where a piece of a text begins and ends. */
type Extent = readonly [start: number, end: number];

export interface KeptPiece {
  readonly text: Extent;
  readonly form: Extent;
}

/**
 * Verbatim templates of a component: the pieces of their texts stand in one file, one after the other, so that they need not be
 * parsed with the program; their forms in the baseline in another. Each is read once, when the first is rendered.
 * @param location path of the texts
 */
export function verbatimTemplates(location: string, pieces: readonly KeptPiece[]) {
  let texts: Buffer | undefined;
  let forms: Buffer | undefined;
  return (place: Omit<Template, 'body' | 'packed'>, made: readonly number[]): Template => {
    let body: Buffer | undefined;
    const partsOf = (whole: Buffer, kind: keyof KeptPiece): Buffer[] =>
      made.flatMap((index) => {
        const piece = pieces[index];
        return piece ? [whole.subarray(...piece[kind])] : [];
      });
    return {
      ...place,
      get body() {
        texts ??= readFileSync(location);
        body ??= Buffer.concat(partsOf(texts, 'text'));
        return body;
      },
      get packed() {
        forms ??= readFileSync(`${location}${PACKED_SUFFIX}`);
        return joinPieces(partsOf(forms, 'form'));
      },
    };
  };
}
