/** The one template engine: an isolated Handlebars with known helpers only and a strict view. */
import type Handlebars from 'handlebars';
import { action, image } from '../component/pins.ts';
import { SINKS } from './quote.ts';
import { FreeText, PRINTED_OBJECT, strictView, TemplateError, type Views } from './view.ts';

/** What the engine needs of a Handlebars environment; the full one and the runtime both are. */
export type HandlebarsEnvironment = Pick<typeof Handlebars, 'registerHelper' | 'unregisterHelper'>;

const unwrap = (value: unknown): string => {
  if (value instanceof FreeText) return value.value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new TemplateError('a sink takes text, a number or a boolean');
};

const helpers: Readonly<Record<string, Handlebars.HelperDelegate>> = {
  ...Object.fromEntries(
    Object.entries(SINKS).map(([name, sink]) => [name, (value: unknown): string => sink(unwrap(value))]),
  ),
  action: (uses: string): string => action(uses),
  image: (name: string, version: unknown): string => image(name, unwrap(version)),
  /** A list in one line, each item through a sink: `{{join list "json" ", "}}`. */
  join: (list: readonly unknown[], sink: keyof typeof SINKS, separator: string): string =>
    list.map((item) => SINKS[sink](unwrap(item))).join(separator),
};

/** How templates are compiled, when the package is built and in development alike. */
export const COMPILE_OPTIONS = {
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: {
    ...Object.fromEntries(Object.keys(helpers).map((name) => [name, true])),
    // Reading by computed name and writing to the console have no place in a template.
    lookup: false,
    log: false,
  },
} as const;

/** Gives a Handlebars environment our helpers and takes away what templates must not use. */
export function equip<Environment extends HandlebarsEnvironment>(environment: Environment): Environment {
  for (const [name, helper] of Object.entries(helpers)) environment.registerHelper(name, helper);
  for (const name of ['lookup', 'log', 'helperMissing', 'blockHelperMissing'])
    environment.unregisterHelper(name);
  return environment;
}

/** A compiled template. */
export type RenderFunction = (view: object) => string;

/**
 * Renders one template.
 * @param source where the template is, for messages
 * @throws TemplateError naming the template when it uses what the view does not have; QuoteRefusal when a value
 * cannot be written in the template's format
 */
export function renderTemplate(render: RenderFunction, views: Views, source: string): string {
  try {
    const text = render(strictView(views));
    if (text.includes(PRINTED_OBJECT))
      throw new TemplateError('an object was printed: name one of its values');
    return text;
  } catch (error) {
    if (error instanceof TemplateError) throw new TemplateError(`${source}: ${error.message}`);
    throw error;
  }
}
