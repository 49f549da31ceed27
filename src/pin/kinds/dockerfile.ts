/** Images that a Dockerfile builds on (docs.docker.com, "Dockerfile reference"): FROM, COPY --from, RUN --mount, # syntax. */
import {
  left,
  parseImage,
  TAGLESS,
  type ImageReference,
  type LeftReference,
  type Reference,
} from '../reference.ts';
import { imageText } from './image-text.ts';

/** One instruction without its line ends; each character knows where it stood. */
interface Instruction {
  readonly text: string;
  readonly at: (index: number) => number;
}

export function dockerfileReferences(text: string): readonly Reference[] {
  const instructions = readInstructions(text);
  const args = new Map<string, BuildArgument>();
  const stages = new Set<string>(['scratch']);
  const froms: FromWord[] = [];
  const found: Reference[] = [...syntaxOf(text)];
  for (const instruction of instructions) {
    const name = /^[a-z]+/i.exec(instruction.text)?.[0].toUpperCase();
    if (name === 'ARG') readArguments(instruction, args, froms.length > 0);
    if (name === 'FROM') {
      const from = readFrom(instruction);
      if (!from) continue;
      if (!stages.has(from.word.toLowerCase())) froms.push(from);
      if (from.alias !== undefined) stages.add(from.alias.toLowerCase());
    }
    if (name === 'COPY' || name === 'RUN') found.push(...copiedImages(instruction, stages));
  }
  return [...found, ...fromReferences(froms, args)].sort((a, b) => a.offset - b.offset);
}

/** Stands before everything but other directives. */
function syntaxOf(text: string): readonly Reference[] {
  let at = 0;
  for (const line of text.split('\n')) {
    const directive = /^\uFEFF?#\s*(\w+)\s*=\s*(\S+)\s*$/.exec(line);
    if (!directive) return [];
    const [, name = '', value = ''] = directive;
    if (name.toLowerCase() === 'syntax') {
      const start = at + line.lastIndexOf(value);
      const image = imageText({ value, start, end: start + value.length });
      return image ? [image] : [];
    }
    at += line.length + 1;
  }
  return [];
}

interface BuildArgument {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** A stage asks for it too, and so uses its value for something else. */
  isUsedInStage: boolean;
}

function readArguments(
  { text, at }: Instruction,
  args: Map<string, BuildArgument>,
  isInStage: boolean,
): void {
  for (const match of text.matchAll(/\s(\w+)(?:=("[^"]*"|'[^']*'|\S*))?/g)) {
    const [whole, name = '', written] = match;
    const known = args.get(name);
    if (isInStage) {
      if (known) known.isUsedInStage = true;
      continue;
    }
    if (written === undefined) continue;
    const quoted = /^["']/.test(written);
    const start = match.index + whole.length - written.length + (quoted ? 1 : 0);
    const value = quoted ? written.slice(1, -1) : written;
    args.set(name, { value, start: at(start), end: at(start + value.length - 1) + 1, isUsedInStage: false });
  }
}

interface FromWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly alias: string | undefined;
}

function readFrom({ text, at }: Instruction): FromWord | undefined {
  const match = /^from\s+(?:--\S+\s+)*([^\s-]\S*)(?:\s+as\s+(\S+))?/i.exec(text);
  const [whole, word, alias] = match ?? [];
  if (whole === undefined || word === undefined) return undefined;
  const start = whole.indexOf(word, /^from\s+(?:--\S+\s+)*/i.exec(text)?.[0].length);
  return { word, start: at(start), end: at(start + word.length - 1) + 1, alias };
}

function copiedImages({ text, at }: Instruction, stages: ReadonlySet<string>): readonly Reference[] {
  const form = /^copy\b/i.test(text) ? /\s--from=(\S+)/g : /\s--mount=(?:[^\s,]+,)*from=([^\s,]+)/g;
  return [...text.matchAll(form)].flatMap((match) => {
    const [whole, value = ''] = match;
    if (stages.has(value.toLowerCase()) || /^\d+$/.test(value)) return [];
    const start = match.index + whole.length - value.length;
    const image = imageText({ value, start: at(start), end: at(start + value.length - 1) + 1 });
    return image ? [image] : [];
  });
}

const VARIABLE = /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g;

interface Expanded {
  readonly from: FromWord;
  /** With the defaults put in; undefined where one is missing. */
  readonly value: string | undefined;
  /** The argument that ends the word, in whose default a digest can stand. */
  readonly last: { readonly name: string; readonly isWhole: boolean } | undefined;
}

function fromReferences(
  froms: readonly FromWord[],
  args: ReadonlyMap<string, BuildArgument>,
): readonly Reference[] {
  const expanded = froms.map((from) => expand(from, args));
  return expanded.flatMap((one): readonly (ImageReference | LeftReference)[] => {
    const { from, value, last } = one;
    if (!from.word.includes('$')) {
      const image = imageText({ value: from.word, start: from.start, end: from.end });
      return image ? [image] : [];
    }
    if (value === undefined || value === '')
      return [left(from.word, from.start, 'it is composed of a build argument without a default')];
    if (value === 'scratch') return [];
    const parsed = parseImage(value);
    if (!parsed) return [left(from.word, from.start, 'it is composed of build arguments that name no image')];
    const argument = last && args.get(last.name);
    const { name, key, digest, isTagged } = parsed;
    if (digest !== undefined) {
      // In the default of the last argument, if it stands there whole.
      const isThere = argument?.value.endsWith(`@${digest}`) === true;
      const edit = argument && { start: argument.end - digest.length, end: argument.end };
      return [
        {
          ...{ kind: 'image', name, key, digest, offset: isThere ? argument.start : from.start },
          ...(!isThere && { stays: 'it is composed of build arguments in none of which it stands whole' }),
          ...(!isTagged && { stays: TAGLESS }),
          pin: (pinned) => (isThere && edit ? [{ ...edit, text: pinned }] : []),
        },
      ];
    }
    if (!argument) return [left(parsed.key, from.start, 'a digest has no place in how it is composed')];
    const others = expanded.filter((other) => namesOf(other.from.word).includes(last.name));
    const isAlone = others.every((other) => other.value === value && other.last?.name === last.name);
    if (!isAlone || (argument.isUsedInStage && !last.isWhole))
      return [left(parsed.key, from.start, `its build argument ${last.name} is used for something else too`)];
    const { start: offset, end } = argument;
    const tag = parsed.isTagged ? '' : `:${parsed.name.tag}`;
    return [
      {
        kind: 'image',
        key: parsed.key,
        name: parsed.name,
        offset,
        pin: (digest) => [{ start: end, end, text: `${tag}@${digest}` }],
      },
    ];
  });
}

const namesOf = (word: string): string[] =>
  [...word.matchAll(VARIABLE)].map(([, braced, , plain]) => braced ?? plain ?? '');

function expand(from: FromWord, args: ReadonlyMap<string, BuildArgument>): Expanded {
  const { word } = from;
  const missing: string[] = [];
  const value = word.replace(
    VARIABLE,
    (variable: string, braced?: string, fallback?: string, plain?: string) => {
      const known = args.get(braced ?? plain ?? '')?.value ?? '';
      const put = known === '' ? (fallback ?? '') : known;
      if (put === '' || put.includes('$')) missing.push(variable);
      return put;
    },
  );
  const matches = [...word.matchAll(VARIABLE)];
  const final = matches.at(-1);
  const endsWord = final !== undefined && final.index + final[0].length === word.length;
  const name = final?.[1] ?? final?.[3] ?? '';
  return {
    from,
    value: missing.length === 0 && !value.includes('$') ? value : undefined,
    last:
      endsWord && args.get(name)?.value !== ''
        ? { name, isWhole: matches.length === 1 && final.index === 0 }
        : undefined,
  };
}

const HEREDOC = /<<-?(["']?)([A-Za-z_]\w*)\1/;

/** Comment lines vanish, also inside of a continued instruction; the text of a heredoc is no instruction. */
function readInstructions(text: string): readonly Instruction[] {
  const escape = /^(?:#.*\n)*?#\s*escape\s*=\s*`/i.test(text) ? '`' : '\\';
  const instructions: Instruction[] = [];
  let pieces: { readonly text: string; readonly offset: number }[] = [];
  let terminator: string | undefined;
  let offset = 0;
  const finish = () => {
    if (pieces.length > 0) instructions.push(joined(pieces));
    pieces = [];
  };
  for (const raw of text.split('\n')) {
    const start = offset;
    offset += raw.length + 1;
    const line = raw.trim();
    if (terminator !== undefined) {
      if (line === terminator) terminator = undefined;
      continue;
    }
    if (line === '' || line.startsWith('#')) continue;
    const continues = line.endsWith(escape);
    const content = continues ? line.slice(0, -1).trimEnd() : line;
    pieces.push({ text: content, offset: start + raw.indexOf(line) });
    if (continues) continue;
    if (/^(?:run|copy|add)\b/i.test(pieces[0]?.text ?? '')) terminator = HEREDOC.exec(line)?.[2];
    finish();
  }
  finish();
  return instructions;
}

function joined(pieces: readonly { readonly text: string; readonly offset: number }[]): Instruction {
  const starts: { readonly index: number; readonly offset: number }[] = [];
  let text = '';
  for (const piece of pieces) {
    if (text !== '') text += ' ';
    starts.push({ index: text.length, offset: piece.offset });
    text += piece.text;
  }
  return {
    text,
    at: (index) => {
      const piece = starts.findLast((start) => start.index <= index) ?? { index: 0, offset: 0 };
      return piece.offset + index - piece.index;
    },
  };
}
