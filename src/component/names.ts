/** How one display name becomes the identifiers that each format allows. */
import type { ProjectNames } from './define.ts';

/** RFC 1123 label, 63 characters (kubernetes.io, "Object Names and IDs"), kept shorter so that suffixes fit. */
export const MAX_SLUG = 40;

/** Plain words that YAML 1.1 or 1.2 reads as null or a boolean (yaml.org/type/bool.html, YAML 1.2.2 section 10.3). */
const YAML_WORD = /^(?:null|true|false|yes|no|on|off|y|n)$/;

/** Fault of a display name in plain words, or undefined. */
export function displayNameFault(display: string): string | undefined {
  const slug = slugOf(display);
  if (slug === '') return 'needs at least one Latin letter';
  if (YAML_WORD.test(slug))
    return `gives the label "${slug}", which YAML takes for a value and not for a name`;
  if (!/^[a-z]/.test(slug)) return 'must start with a letter, for it becomes an identifier';
  if (slug.length > MAX_SLUG) return `gives the label "${slug}", which is longer than ${MAX_SLUG} characters`;
  return undefined;
}

/** Derives all forms of the name; for names without a fault. */
export function deriveNames(display: string): ProjectNames {
  const slug = slugOf(display);
  const identifier = slug.replaceAll('-', '_');
  return { display, slug, npm: slug, identifier, envPrefix: identifier.toUpperCase() };
}

/** `Café` → `Cafe`. Most names are ASCII, and the tables of Unicode are a visible part of a start. */
const withoutAccents = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{Mark}/gu, '');

/** `Café Zoo 2` → `cafe-zoo-2`: accents fall, everything else that is no letter or digit separates. */
export const slugOf = (display: string): string =>
  withoutAccents(display)
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** `['a', 'b', 'c']` → `a, b or c`, as a sentence has them. */
export const listOf = (words: readonly string[], last: 'and' | 'or'): string =>
  [...(words.length > 1 ? [words.slice(0, -1).join(', ')] : []), ...words.slice(-1)].join(` ${last} `);
