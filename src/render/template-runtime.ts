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

/** The form of the baseline stands beside the text, under its name and this. */
export const PACKED_SUFFIX = '.packed';

/**
 * A large verbatim template (a lock file): it stands in a file of its own, which is read only where it is rendered.
 * @param location path of the text
 */
export const stored = (template: Omit<Template, 'body' | 'packed'>, location: string): Template => ({
  ...template,
  get body() {
    return readFileSync(location);
  },
  get packed() {
    return readFileSync(`${location}${PACKED_SUFFIX}`, 'latin1');
  },
});
