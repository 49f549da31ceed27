/** Runs templates that were compiled when the package was built. */
import type Full from 'handlebars';
import runtime from 'handlebars/runtime.js';
import { equip, type RenderFunction } from './engine.ts';

// The package's own types leave the runtime empty; it is Handlebars without the compiler.
const environment = equip((runtime as unknown as typeof Full).create());

/** @param specification what `Handlebars.precompile` printed, evaluated */
export const compiled = (specification: TemplateSpecification): RenderFunction =>
  environment.template(specification);
