/** Weighs what several files say about one thing: one value with its reason, or a doubt that names both sides. */
import { slugOf } from '../component/names.ts';
import { rankOf, type Origin, type Subject } from './precedence.ts';

/** What a file may say of a subject, before the question's field has judged it. */
export type Said = string | number | readonly string[];

/** One file's word on one subject. */
export interface Claim {
  readonly subject: Subject;
  readonly value: Said;
  readonly origin: Origin;
  /** Half a sentence with the place: "EXPOSE 8080 in Dockerfile:12". */
  readonly because: string;
}

export type Verdict =
  | { readonly value: Said; readonly because: string }
  /** The values that are left, each with what shows it. */
  | { readonly doubt: string };

/** Weighs the claims on one subject; undefined where there is none. */
export function weigh(subject: Subject, claims: readonly Claim[]): Verdict | undefined {
  const own = claims.filter((claim) => claim.subject === subject);
  const strongest = Math.min(...own.map(({ origin }) => rankOf(subject, origin)));
  const winners = own.filter(({ origin }) => rankOf(subject, origin) === strongest);
  const sides: { value: Said; reasons: string[] }[] = [];
  for (const { value, because } of winners) {
    const side = sides.find((one) => agree(subject, one.value, value));
    if (side === undefined) sides.push({ value, reasons: [because] });
    else {
      side.value = moreExact(subject, side.value, value);
      if (!side.reasons.includes(because)) side.reasons.push(because);
    }
  }
  const [first, ...others] = sides;
  if (first === undefined) return undefined;
  if (others.length === 0) {
    // Whatever its rank, what only says the same more exactly contradicts nothing.
    const value = own.reduce(
      (known, claim) => (agree(subject, known, claim.value) ? moreExact(subject, known, claim.value) : known),
      first.value,
    );
    return { value, because: first.reasons.slice(0, 2).join(' and ') };
  }
  return {
    doubt: sides
      .slice(0, 4)
      .map(({ value, reasons }) => `${shown(value)} (${reasons[0] ?? ''})`)
      .join(' or '),
  };
}

/** A value for a sentence: short, in quotes where it is text, without control characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return (text.length > 60 ? `${text.slice(0, 57)}…"` : text).replace(/[\p{Cc}\p{Cf}]/gu, '');
}

function agree(subject: Subject, a: Said, b: Said): boolean {
  if (subject === 'name') return slugOf(String(a)) === slugOf(String(b));
  if (subject === 'runtimeVersion') return isPrefix(String(a), String(b)) || isPrefix(String(b), String(a));
  return JSON.stringify(a) === JSON.stringify(b);
}

/** `20` and `20.11.1` agree, `2` and `20` do not. */
const isPrefix = (short: string, long: string): boolean => long === short || long.startsWith(`${short}.`);

const moreExact = (subject: Subject, a: Said, b: Said): Said =>
  subject === 'runtimeVersion' && String(b).length > String(a).length ? b : a;
