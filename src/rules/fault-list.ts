/** Collects what is wrong with one rules file, and reads the shapes that its values must have. */
import type { Issue } from '../errors.ts';
import { nearest } from '../plan/nearest.ts';
import { textOfScalar, type Entry, type Located, type Spot } from './located-yaml.ts';

export type FaultId =
  | 'rules-unreadable'
  | 'rules-size'
  | 'rules-syntax'
  | 'rules-reference'
  | 'rules-depth'
  | 'rules-shape'
  | 'rules-key'
  | 'rules-value'
  | 'rules-duplicate'
  | 'rules-waiver';

/** More entries than a list of a rule can sensibly have. */
const MAX_ITEMS = 500;
const MAX_TEXT = 2000;

export type Entries = ReadonlyMap<string, Entry>;

export class FaultList {
  readonly source: string;
  readonly #issues: Issue[] = [];

  constructor(source: string) {
    this.source = source;
  }

  get issues(): readonly Issue[] {
    return this.#issues;
  }

  add(id: FaultId, { line, column }: Spot, message: string, hint: string): void {
    this.#issues.push({ id, message, where: `${this.source}:${line}:${column}`, hint });
  }

  /**
   * The entries of a map whose keys are all known; undefined (and a fault) for anything else.
   * @param what completes "… is a map": "a rule"
   */
  map(
    value: Located,
    what: string,
    known: readonly string[],
    required: readonly string[],
  ): Entries | undefined {
    if (value.kind !== 'map') {
      this.add(
        'rules-shape',
        value.at,
        `${what} is a map of keys to values`,
        `its keys: ${known.join(', ')}`,
      );
      return undefined;
    }
    for (const [key, { keyAt }] of value.entries) {
      if (known.includes(key)) continue;
      const near = nearest(key, known);
      this.add(
        'rules-key',
        keyAt,
        `${what} has no key ${JSON.stringify(key)}`,
        near === undefined ? `its keys: ${known.join(', ')}` : `did you mean ${near}?`,
      );
    }
    for (const key of required) {
      if (value.entries.has(key)) continue;
      this.add('rules-shape', value.at, `${what} needs the key ${key}`, `add ${key}: …`);
    }
    return value.entries;
  }

  list(value: Located, what: string): readonly Located[] {
    if (value.kind !== 'list') {
      this.add('rules-shape', value.at, `${what} is a list`, 'write one "- …" per entry');
      return [];
    }
    if (value.items.length > MAX_ITEMS) {
      this.add('rules-size', value.at, `${what} has more than ${MAX_ITEMS} entries`, 'divide it');
      return [];
    }
    return value.items;
  }

  /** A text, or a number as it is written. */
  text(value: Located, what: string): string | undefined {
    if (value.kind !== 'text' && value.kind !== 'number') {
      this.add(
        'rules-shape',
        value.at,
        `${what} is a text`,
        'put it into quotes if it looks like something else',
      );
      return undefined;
    }
    const text = textOfScalar(value);
    if (text.trim() === '' || text.length > MAX_TEXT) {
      this.add(
        'rules-value',
        value.at,
        `${what} is empty or longer than ${MAX_TEXT} characters`,
        'shorten it',
      );
      return undefined;
    }
    return text;
  }

  /** One text, or a list of them; at least one. */
  texts(value: Located, what: string): readonly { readonly at: Spot; readonly text: string }[] {
    const items = value.kind === 'list' ? this.list(value, what) : [value];
    if (value.kind === 'list' && items.length === 0 && value.items.length === 0) {
      this.add('rules-value', value.at, `${what} is an empty list`, 'name at least one');
    }
    return items.flatMap((item) => {
      const text = this.text(item, what);
      return text === undefined ? [] : [{ at: item.at, text }];
    });
  }

  boolean(value: Located, what: string): boolean | undefined {
    if (value.kind === 'boolean') return value.value;
    this.add('rules-shape', value.at, `${what} is true or false`, 'write true or false');
    return undefined;
  }

  /** One of a few words. */
  word<Word extends string>(value: Located, what: string, words: readonly Word[]): Word | undefined {
    const text = textOfScalar(value);
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const near = nearest(text, words);
    this.add(
      'rules-value',
      value.at,
      `${what} is one of ${words.join(', ')}, not ${JSON.stringify(text)}`,
      near === undefined ? `write ${words.join(' or ')}` : `did you mean ${near}?`,
    );
    return undefined;
  }
}
