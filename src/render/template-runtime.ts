/** Runs templates that were compiled when the package was built. */
import { readFileSync } from 'node:fs';
import type Full from 'handlebars';
import runtime from 'handlebars/runtime.js';
import { equip, type RenderFunction } from './engine.ts';
import type { Template } from './template-store.ts';

// The package's own types leave the runtime empty; it is Handlebars without the compiler.
const environment = equip((runtime as unknown as typeof Full).create());

/** @param specification what `Handlebars.precompile` printed, evaluated */
export const compiled = (specification: TemplateSpecification): RenderFunction =>
  environment.template(specification);

/** The forms of the baseline stand beside the texts, under their name and this. */
export const PACKED_SUFFIX = '.packed';

/** Where a part of a file begins and ends. */
type Extent = readonly [start: number, end: number];

/**
 * Verbatim templates of a component: their texts stand in one file, one after the other, so that they need not be parsed with
 * the program; their forms in the baseline in another. Each is read once, when the first is rendered.
 * @param location path of the texts
 */
export function verbatimTemplates(location: string) {
  let texts: Buffer | undefined;
  let forms: string | undefined;
  return (place: Omit<Template, 'body' | 'packed'>, text: Extent, form: Extent): Template => ({
    ...place,
    get body() {
      texts ??= readFileSync(location);
      return texts.subarray(...text);
    },
    get packed() {
      forms ??= readFileSync(`${location}${PACKED_SUFFIX}`, 'latin1');
      return forms.slice(...form);
    },
  });
}
