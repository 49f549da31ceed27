/** Parses JSON that people edit: every fault with its line and column, on any version of Node. */

export interface JsonFault {
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export type JsonReading = { readonly value: unknown } | { readonly fault: JsonFault };

/**
 * Parses one JSON document. Stricter than JSON.parse in one thing: a key that stands twice in an object is a fault, because a
 * merge by hand leaves such keys and JSON.parse would drop the first of them silently.
 * @param text the document; a byte order mark before it is let pass
 */
export function parseJson(text: string): JsonReading {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const found = findFault(body);
  if (found === undefined) return { value: JSON.parse(body) };
  const before = body.slice(0, found.offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    fault: {
      message: found.message,
      line: before.split('\n').length,
      column: found.offset - lineStart + 1,
    },
  };
}

const SPACE = /[ \t\r\n]*/y;
// eslint-disable-next-line no-control-regex -- JSON forbids exactly these inside a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Far beyond what any file of ours needs, and short of the call stack. */
const MAX_DEPTH = 200;

class Fault extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** Where and why `text` is no JSON document, or undefined if it is one. */
function findFault(text: string): { readonly offset: number; readonly message: string } | undefined {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0];
    at += match?.length ?? 0;
    return match;
  };
  const fail = (expected: string): never => {
    const found =
      at < text.length ? JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0)) : 'the end';
    throw new Fault(`expected ${expected}, found ${found}`, at);
  };
  const takeChar = (char: string): boolean => {
    take(SPACE);
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };
  const items = (close: string, depth: number, item: () => void): void => {
    if (depth > MAX_DEPTH) throw new Fault('nested too deeply', at);
    if (takeChar(close)) return;
    do item();
    while (takeChar(','));
    if (!takeChar(close)) fail(`"," or "${close}"`);
  };
  const value = (depth: number): void => {
    if (takeChar('{')) {
      const seen = new Set<string>();
      items('}', depth, () => {
        take(SPACE);
        const start = at;
        const key = take(STRING) ?? fail('a key in double quotes');
        const name = JSON.parse(key) as string;
        if (seen.has(name)) throw new Fault(`the key ${key} stands twice`, start);
        seen.add(name);
        if (!takeChar(':')) fail('":"');
        value(depth + 1);
      });
    } else if (takeChar('[')) {
      items(']', depth, () => {
        value(depth + 1);
      });
    } else if (take(STRING) === undefined && take(SCALAR) === undefined) {
      fail('a value');
    }
  };
  try {
    value(0);
    take(SPACE);
    if (at < text.length) fail('the end');
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
