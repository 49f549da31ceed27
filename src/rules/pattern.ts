/**
 * Regular expressions of a rules file, matched in linear time: the file is untrusted, and JavaScript's own engine
 * backtracks without end on patterns such as `(a+)+$`. The syntax is what RE2 and JavaScript have in common, without
 * captures, look-around and back references; it is run as an automaton (Thompson's construction, swtch.com/~rsc/regexp).
 */

export interface Pattern {
  readonly source: string;
  /** Whether some part of `text` matches; `^` and `$` tie it to the ends, as in JavaScript. */
  readonly test: (text: string) => boolean;
}

export interface PatternFault {
  readonly message: string;
  /** Where in the source, from 0. */
  readonly offset: number;
}

/** Longer than any pattern of a team standard that a person can still read. */
export const MAX_PATTERN_LENGTH = 500;
/** What `{2,50}` may blow a pattern up to; with the length of texts it bounds the time of a match. */
const MAX_STATES = 2000;
const MAX_REPEAT = 200;
const MAX_NESTING = 20;
/** A text that is longer is no label, image or name: whoever judges one does not ask a pattern. */
export const MAX_TEXT_LENGTH = 8192;

/** Code points from and to, both included. */
type Range = readonly [number, number];

interface Characters {
  readonly kind: 'characters';
  readonly ranges: readonly Range[];
  readonly negated: boolean;
}

type Node =
  | Characters
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number };

/** A state of the automaton: `next` is the number of the state that follows. */
type State =
  | { readonly op: 'characters'; readonly characters: Characters; readonly next: number }
  | { readonly op: 'start' | 'end'; readonly next: number }
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'match' };

class Refused extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** Reads a pattern. Never throws: what is not understood, or could be dear, is a fault with its place. */
export function parsePattern(source: string): Pattern | PatternFault {
  if (source.length > MAX_PATTERN_LENGTH) {
    return { message: `is longer than ${MAX_PATTERN_LENGTH} characters`, offset: MAX_PATTERN_LENGTH };
  }
  return compile(source);
}

/** The same for a pattern that was made here of something else whose length is bounded. */
export function compile(source: string): Pattern | PatternFault {
  try {
    return automatonOf(source, parse(source));
  } catch (error) {
    if (error instanceof Refused) return { message: error.message, offset: error.offset };
    throw error;
  }
}

export const isPattern = (read: Pattern | PatternFault): read is Pattern => 'test' in read;

const LINE_ENDS: readonly Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const DIGITS: readonly Range[] = [[0x30, 0x39]];
const WORD: readonly Range[] = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]; // prettier-ignore
const SPACE: readonly Range[] = [[0x09, 0x0d], [0x20, 0x20], [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a],
  [0x2028, 0x2029], [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000], [0xfeff, 0xfeff]]; // prettier-ignore
const CLASSES = new Map<string, readonly Range[]>([
  ['d', DIGITS],
  ['w', WORD],
  ['s', SPACE],
  ['D', without(DIGITS)],
  ['W', without(WORD)],
  ['S', without(SPACE)],
]);
const CONTROLS = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['f', 0x0c],
  ['v', 0x0b],
]);

/** Everything that sorted ranges leave out. */
function without(ranges: readonly Range[]): readonly Range[] {
  const left: Range[] = [];
  let from = 0;
  for (const [low, high] of ranges) {
    if (low > from) left.push([from, low - 1]);
    from = high + 1;
  }
  return [...left, [from, 0x10ffff]];
}

const single = (character: string): Characters => {
  const code = character.codePointAt(0) ?? 0;
  return { kind: 'characters', ranges: [[code, code]], negated: false };
};

function parse(source: string): Node {
  const characters = Array.from(source);
  let at = 0;
  const peek = (ahead = 0): string => characters[at + ahead] ?? '';
  const refuse = (message: string, offset = at): never => {
    throw new Refused(message, characters.slice(0, offset).join('').length);
  };

  const choice = (depth: number): Node => {
    if (depth > MAX_NESTING) refuse('nests groups too deeply');
    const options = [sequence(depth)];
    while (peek() === '|') {
      at += 1;
      options.push(sequence(depth));
    }
    return options.length === 1 && options[0] ? options[0] : { kind: 'choice', options };
  };

  const sequence = (depth: number): Node => {
    const parts: Node[] = [];
    while (at < characters.length && peek() !== '|' && peek() !== ')') parts.push(repeated(atom(depth)));
    return { kind: 'sequence', parts };
  };

  const atom = (depth: number): Node => {
    const character = peek();
    at += 1;
    switch (character) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'characters', ranges: LINE_ENDS, negated: true };
      case '[':
        return set();
      case '(':
        return group(depth);
      case '\\':
        return escaped();
      case '*':
      case '+':
      case '?':
      case '{':
        return refuse(`has "${character}" with nothing before it to repeat`, at - 1);
      case ']':
      case '}':
        return refuse(`has a stray "${character}"; write \\${character}`, at - 1);
      default:
        return single(character);
    }
  };

  const group = (depth: number): Node => {
    const start = at - 1;
    if (peek() === '?') {
      if (peek(1) !== ':') {
        refuse('uses look-around or a named group, which cannot be matched in linear time; use (?:…)', start);
      }
      at += 2;
    }
    const inner = choice(depth + 1);
    if (peek() !== ')') refuse('has a "(" that is not closed', start);
    at += 1;
    return inner;
  };

  const escaped = (): Node => {
    const character = peek();
    const start = at - 1;
    at += 1;
    const ranges = CLASSES.get(character);
    if (ranges) return { kind: 'characters', ranges, negated: false };
    const code = CONTROLS.get(character);
    if (code !== undefined) return single(String.fromCodePoint(code));
    if (character === '') return refuse('ends with a lone "\\"', start);
    if (/[1-9k]/.test(character)) {
      return refuse('uses a back reference, which cannot be matched in linear time', start);
    }
    if (/[A-Za-z0-9]/.test(character)) return refuse(`uses \\${character}, which is not known here`, start);
    return single(character);
  };

  const set = (): Node => {
    const start = at - 1;
    const negated = peek() === '^';
    if (negated) at += 1;
    const ranges: Range[] = [];
    while (peek() !== ']') {
      if (at >= characters.length) refuse('has a "[" that is not closed', start);
      const low = member();
      if (peek() === '-' && peek(1) !== ']' && peek(1) !== '') {
        const dash = at;
        at += 1;
        const high = member();
        const [[from = 0, to = 0] = [], [last = 0, end = 0] = []] = [low[0], high[0]];
        if (low.length > 1 || high.length > 1 || from !== to || last !== end || from > last) {
          refuse('has a range that is none', dash);
        }
        ranges.push([from, last]);
      } else {
        ranges.push(...low);
      }
    }
    at += 1;
    if (ranges.length === 0) refuse('has an empty [ ]', start);
    return { kind: 'characters', ranges, negated };
  };

  const member = (): readonly Range[] => {
    const character = peek();
    at += 1;
    if (character !== '\\') {
      const code = character.codePointAt(0) ?? 0;
      return [[code, code]];
    }
    const node = escaped();
    return node.kind === 'characters' ? node.ranges : refuse('has a [ ] that holds no character');
  };

  const repeated = (node: Node): Node => {
    const start = at;
    const [min, max] = bounds();
    if (at === start) return node;
    // Whether as much or as little as possible is taken makes no difference to whether it matches.
    if (peek() === '?') at += 1;
    if (/^[*+?{]$/.test(peek())) refuse('repeats what is repeated; use a group', at);
    if (node.kind === 'start' || node.kind === 'end') refuse('repeats ^ or $', start);
    return { kind: 'repeat', node, min, max };
  };

  const bounds = (): readonly [number, number] => {
    const character = peek();
    if (character === '*' || character === '+' || character === '?') {
      at += 1;
      return [character === '+' ? 1 : 0, character === '?' ? 1 : Infinity];
    }
    if (character !== '{') return [1, 1];
    const match = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(characters.slice(at, at + 12).join(''));
    if (!match) return refuse('has a "{" that is no {2,5}; write \\{ for the character');
    const [text, low = '0', comma, high = ''] = match;
    const min = Number(low);
    const max = comma === undefined ? min : high === '' ? Infinity : Number(high);
    if (max < min || min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) {
      refuse(`repeats more than ${MAX_REPEAT} times, or less at most than at least`);
    }
    at += text.length;
    return [min, max];
  };

  const node = choice(0);
  if (at < characters.length) refuse('has a ")" that was not opened');
  return node;
}

function automatonOf(source: string, node: Node): Pattern {
  const states: State[] = [{ op: 'match' }];
  const add = (state: State): number => {
    if (states.length >= MAX_STATES) throw new Refused('is too large with its repetitions written out', 0);
    return states.push(state) - 1;
  };
  /** @returns the state in which `part` begins when `next` follows it */
  const build = (part: Node, next: number): number => {
    switch (part.kind) {
      case 'characters':
        return add({ op: 'characters', characters: part, next });
      case 'start':
      case 'end':
        return add({ op: part.kind, next });
      case 'sequence':
        return part.parts.reduceRight((after, one) => build(one, after), next);
      case 'choice':
        return part.options
          .map((option) => build(option, next))
          .reduceRight((other, first) => add({ op: 'split', next: first, other }));
      case 'repeat':
        return buildRepeat(part, next);
    }
  };
  const buildRepeat = ({ node: part, min, max }: Extract<Node, { kind: 'repeat' }>, next: number): number => {
    let entry = next;
    if (max === Infinity) {
      const loop: State = { op: 'split', next, other: next };
      entry = add(loop);
      loop.next = build(part, entry);
    } else {
      for (let count = min; count < max; count += 1) {
        entry = add({ op: 'split', next: build(part, entry), other: next });
      }
    }
    for (let count = 0; count < min; count += 1) entry = build(part, entry);
    return entry;
  };
  const begin = build(node, 0);
  return { source, test: (text) => run(states, begin, text) };
}

/** Follows all ways through the automaton at once: each state is looked at once per character at most. */
function run(states: readonly State[], begin: number, text: string): boolean {
  const seenAt = new Int32Array(states.length).fill(-1);

  /** @returns whether the end was reached */
  const enter = (first: number, at: number, into: number[]): boolean => {
    const open = [first];
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      if (seenAt[number] === at) continue;
      seenAt[number] = at;
      const state = states[number];
      if (!state || state.op === 'match') return true;
      if (state.op === 'characters') into.push(number);
      else if (state.op === 'split') open.push(state.other, state.next);
      else if (at === (state.op === 'start' ? 0 : text.length)) open.push(state.next);
    }
    return false;
  };

  let current: number[] = [];
  if (enter(begin, 0, current)) return true;
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    const following: number[] = [];
    for (const number of current) {
      const state = states[number];
      const fits = state?.op === 'characters' && holds(state.characters, code);
      if (fits && enter(state.next, at, following)) return true;
    }
    // A match may begin anywhere.
    if (enter(begin, at, following)) return true;
    current = following;
  }
  return false;
}

const holds = ({ ranges, negated }: Characters, code: number): boolean =>
  ranges.some(([low, high]) => code >= low && code <= high) !== negated;
