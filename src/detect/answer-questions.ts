/** Turns what was said of each subject into answers that its question takes, and the rest into doubts. */
import { slugOf } from '../component/names.ts';
import { parseValue } from '../plan/parse-value.ts';
import type { Question } from '../plan/questions.ts';
import type { Detected } from './detection.ts';
import { shown, weigh, type Claim, type Verdict } from './evidence.ts';
import { optionOf } from './image-names.ts';
import { isSubject, type Subject } from './precedence.ts';

/** The verdict on every subject that something was said of. */
export function weighAll(
  claims: readonly Claim[],
  questions: readonly Question[],
): ReadonlyMap<Subject, Verdict> {
  const options = new Map(
    questions.flatMap(({ key, field }) =>
      field.kind === 'choice' && key.endsWith('.version') ? [[key, field.options] as const] : [],
    ),
  );
  // `postgres:16.3` and `postgres:16` are one choice.
  const chosen = claims.map((claim) => {
    const versions = options.get(claim.subject);
    return versions ? { ...claim, value: optionOf(String(claim.value), versions) } : claim;
  });
  const verdicts = new Map<Subject, Verdict>();
  for (const subject of new Set(chosen.map((claim) => claim.subject))) {
    const verdict = weigh(subject, chosen);
    if (verdict) verdicts.set(subject, verdict);
  }
  return verdicts;
}

/** Verdicts as answers, each parsed by its question's field; what it does not take is a doubt. */
export function answersOf(
  weighed: ReadonlyMap<Subject, Verdict>,
  claims: readonly Claim[],
  questions: readonly Question[],
): { readonly answers: readonly Detected[]; readonly doubts: readonly string[] } {
  const answers: Detected[] = [];
  const doubts: string[] = [];
  const stack = weighed.get('stack');
  const isOwn = stack !== undefined && 'value' in stack && stack.value === 'none';
  for (const { key, field, component } of questions) {
    const verdict = isSubject(key) ? weighed.get(key) : undefined;
    // Where bulwark rendered the stack, its own settings hold what `none` asks.
    if (verdict === undefined || (component === 'none' && !isOwn)) continue;
    if ('doubt' in verdict) {
      doubts.push(`${field.label}: ${verdict.doubt}`);
      continue;
    }
    const parsed = parseValue(field, verdict.value);
    if ('value' in parsed) {
      const written = key === 'name' ? asTitled(parsed.value, claims) : undefined;
      const titled = written === undefined ? undefined : parseValue(field, written);
      answers.push(
        titled && 'value' in titled
          ? { key, value: titled.value, because: `${verdict.because}, written as in the readme` }
          : { key, value: parsed.value, because: verdict.because },
      );
    } else {
      doubts.push(`${field.label}: ${shown(verdict.value)} (${verdict.because}) ${parsed.fault}`);
    }
  }
  return { answers, doubts };
}

/** `Order Desk` for `order-desk`, where the readme's title is the same name as people write it. */
function asTitled(name: unknown, claims: readonly Claim[]): string | undefined {
  const title = claims.find(({ subject, origin }) => subject === 'name' && origin === 'title')?.value;
  return typeof title === 'string' && title !== name && slugOf(title) === slugOf(String(name))
    ? title
    : undefined;
}
