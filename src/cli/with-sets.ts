/** Puts the choice of components of a command over the one that the repository has. */
import type { RawAnswers } from '../plan/answers.ts';
import type { ChosenSets } from '../plan/change-components.ts';

/** A flag of the same command goes before: whoever writes it means it. */
export const withSets = (raw: RawAnswers, sets: ChosenSets): RawAnswers => ({
  ...raw,
  flag: new Map<string, unknown>([...sets, ...(raw.flag ?? [])]),
});
