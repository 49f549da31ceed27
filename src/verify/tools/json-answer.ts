/** Reads the JSON that a tool printed, as untrusted input: what is not as expected is no answer, never no finding. */
import { quote, ToolFailure, type ToolOutput } from './tool.ts';

/** One value inside a tool's JSON, which knows where it stands. */
export class JsonAnswer {
  readonly #value: unknown;
  readonly #where: string;

  constructor(value: unknown, where: string) {
    this.#value = value;
    this.#where = where;
  }

  /** Whether there is a value: neither absent nor null. */
  get isThere(): boolean {
    return this.#value !== undefined && this.#value !== null;
  }

  /** Whether it is a list. */
  get isList(): boolean {
    return Array.isArray(this.#value);
  }

  /** @throws ToolFailure when this is no object */
  get(key: string): JsonAnswer {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) {
      throw this.#not('an object');
    }
    const value = Object.hasOwn(this.#value, key) ? (this.#value as Record<string, unknown>)[key] : undefined;
    return new JsonAnswer(value, `${this.#where}.${key}`);
  }

  /** @throws ToolFailure when this is no list */
  items(): readonly JsonAnswer[] {
    if (!Array.isArray(this.#value)) throw this.#not('a list');
    return this.#value.map((value, index) => new JsonAnswer(value, `${this.#where}[${index}]`));
  }

  /** Like `items`; nothing there means none, as Go's encoder writes an empty list. */
  itemsIfAny(): readonly JsonAnswer[] {
    return this.isThere ? this.items() : [];
  }

  /** @throws ToolFailure when this is no text */
  text(): string {
    if (typeof this.#value !== 'string') throw this.#not('text');
    return this.#value;
  }

  /** The text, or undefined when there is none. */
  textIfAny(): string | undefined {
    return this.isThere ? this.text() : undefined;
  }

  /** @throws ToolFailure when this is no number */
  number(): number {
    if (typeof this.#value !== 'number') throw this.#not('a number');
    return this.#value;
  }

  /** A 1-based line, or undefined when there is none; tools write 0 for "the file as a whole". */
  lineIfAny(): number | undefined {
    return this.isThere && this.number() > 0 ? this.number() : undefined;
  }

  /** Whether it is `true`. */
  isTrue(): boolean {
    return this.#value === true;
  }

  #not(kind: string): ToolFailure {
    return new ToolFailure(`could not read the output: ${this.#where} is not ${kind}`);
  }
}

/**
 * Parses what a tool printed to stdout.
 * @throws ToolFailure when that is not JSON
 */
export function readJson({ stdout, stderr }: ToolOutput): JsonAnswer {
  try {
    return new JsonAnswer(JSON.parse(stdout), '$');
  } catch {
    const words =
      stdout.trim() === '' ? `it printed nothing${quote(stderr)}` : `it is not JSON${quote(stdout)}`;
    throw new ToolFailure(`could not read the output: ${words}`);
  }
}
