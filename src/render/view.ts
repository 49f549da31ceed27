/** What a template sees: a view that refuses unknown names and free text that was not quoted. */
import type { View, ViewLiteral, ViewValue } from '../component/contribution.ts';

/**
 * Text that means the same in every format and so may be printed bare: slugs, ports, versions, image names, paths.
 * Starts with no character that YAML, shells or make take for syntax.
 */
const TOKEN = /^[A-Za-z0-9./_][A-Za-z0-9._:/@+-]*$/;

/** A template asked for something the view does not have, or printed free text bare: a defect of the template. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Free text on its way to a sink: throws when a template prints it without one. */
export class FreeText {
  constructor(
    readonly value: string,
    private readonly name: string,
  ) {}

  toString(): never {
    throw new TemplateError(
      `"${this.name}" is free text and was printed bare: use a sink for the format, such as {{yaml ${this.name}}}`,
    );
  }
}

/** Marks text that a component made and vouches for. */
export const literal = (text: string): ViewLiteral => ({ literal: text });

const isLiteral = (value: ViewValue): value is ViewLiteral =>
  typeof value === 'object' &&
  !Array.isArray(value) &&
  'literal' in value &&
  typeof value.literal === 'string';

const isToken = (value: string): boolean => value === '' || TOKEN.test(value);

/**
 * What an object turns into when it is printed. Handlebars also compares contexts loosely, so printing cannot be told from
 * that at once: the engine looks for this in what was rendered.
 */
export const PRINTED_OBJECT = '\u0000object\u0000';

/**
 * Views that lie over one another: the first that has a name answers. They are not copied into one, because objects of many
 * names, each of another shape, take longer to make than most templates to render.
 */
export type Views = readonly View[];

/**
 * Wraps views for a template. Handlebars' own `strict` lets `{{#if typo}}` pass; this does not.
 * @param views own properties only; prototypes are never reached
 */
export function strictView(views: Views): object {
  const strict = strictViews.get(views) ?? wrapObject(views, '');
  strictViews.set(views, strict);
  return strict;
}

/** Many templates share their views, and what has been wrapped of them. */
const strictViews = new WeakMap<Views, object>();

/** What proxies stand for: nothing is ever read of it. */
const NOTHING = Object.create(null) as object;

const wrapObject = (views: Views, at: string): object => new Proxy(NOTHING, new StrictHandler(views, at));

/** One object of a view; what it holds is wrapped when it is first read. */
class StrictHandler implements ProxyHandler<object> {
  private readonly wrapped = new Map<string, unknown>();

  constructor(
    private readonly views: Views,
    private readonly at: string,
  ) {}

  get(_: object, key: string | symbol): unknown {
    if (typeof key === 'symbol') return key === Symbol.toPrimitive ? () => PRINTED_OBJECT : undefined;
    const known = this.wrapped.get(key);
    if (known !== undefined) return known;
    const source = this.views.find((view) => Object.hasOwn(view, key));
    if (!source) {
      throw new TemplateError(
        `the view has no "${this.at}${key}"; it has ${this.ownKeys().sort().join(', ')}`,
      );
    }
    const value = wrapValue(source[key] ?? '', `${this.at}${key}`);
    this.wrapped.set(key, value);
    return value;
  }

  has(): boolean {
    return true;
  }

  /** Handlebars asks for own properties before it reads; the answer must lead it to `get`. */
  getOwnPropertyDescriptor(): PropertyDescriptor {
    return { configurable: true, enumerable: true, value: undefined };
  }

  ownKeys(): string[] {
    return [...new Set(this.views.flatMap((view) => Object.keys(view)))];
  }
}

function wrapValue(value: ViewValue, name: string): unknown {
  if (typeof value === 'string') return isToken(value) ? value : new FreeText(value, name);
  if (typeof value !== 'object') return value;
  if (isLiteral(value)) return value.literal;
  if (Array.isArray(value))
    return value.map((item, index) => wrapValue(item as ViewValue, `${name}.${index}`));
  return wrapObject([value as View], `${name}.`);
}
