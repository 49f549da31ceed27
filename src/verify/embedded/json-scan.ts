/** Finds the first mistake and every repeated key of a JSON text, with positions, which `JSON.parse` does not tell. */

export interface JsonFault {
  readonly kind: 'syntax' | 'duplicate-key';
  readonly offset: number;
  readonly message: string;
}

interface Options {
  /** Comments and trailing commas, as TypeScript and VS Code take them (JSONC). */
  readonly comments: boolean;
}

// eslint-disable-next-line no-control-regex -- RFC 8259 section 7: control characters must be escaped
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
const SPACE_OR_COMMENT = /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
/** Deeper than this `JSON.parse` itself gives up on some systems; nothing that is configuration nests so deep. */
const MAX_DEPTH = 1000;

class Unreadable extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** @returns no fault when the text is valid by RFC 8259 (or JSONC) and no object has a key twice */
export function scanJson(text: string, options: Options): readonly JsonFault[] {
  const faults: JsonFault[] = [];
  const space = options.comments ? SPACE_OR_COMMENT : SPACE;
  let at = text.startsWith('\ufeff') && options.comments ? 1 : 0;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0];
    at += match?.length ?? 0;
    return match;
  };
  const skip = (): void => void take(space);
  const fail = (wanted: string): never => {
    const found = at < text.length ? JSON.stringify(text[at]) : 'the end of the file';
    throw new Unreadable(at, `expected ${wanted}, found ${found}`);
  };
  const eat = (character: string): boolean => {
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };

  const members = (close: string, depth: number, member: () => void): void => {
    if (depth > MAX_DEPTH) throw new Unreadable(at, 'nested too deeply');
    skip();
    if (eat(close)) return;
    for (;;) {
      member();
      skip();
      if (eat(close)) return;
      if (!eat(',')) fail(`"," or "${close}"`);
      skip();
      if (options.comments && eat(close)) return;
    }
  };
  const object = (depth: number): void => {
    const keys = new Set<string>();
    members('}', depth, () => {
      const start = at;
      const raw = take(STRING) ?? fail('a key in double quotes');
      const key = JSON.parse(raw) as string;
      if (keys.has(key)) {
        faults.push({ kind: 'duplicate-key', offset: start, message: `the key ${raw} stands twice` });
      }
      keys.add(key);
      skip();
      if (!eat(':')) fail('":"');
      value(depth);
    });
  };
  const value = (depth: number): void => {
    skip();
    if (eat('{')) object(depth + 1);
    else if (eat('['))
      members(']', depth + 1, () => {
        value(depth + 1);
      });
    else if ((take(STRING) ?? take(NUMBER) ?? take(WORD)) === undefined) fail('a value');
  };

  try {
    value(0);
    skip();
    if (at < text.length) fail('the end of the file');
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    faults.push({ kind: 'syntax', offset: error.offset, message: error.message });
  }
  return faults;
}
