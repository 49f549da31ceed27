/** The answers of a person on their way: what was given, what was typed since, and what follows from both. */
import type { FieldValue } from '../component/fields.ts';
import type { Issue } from '../errors.ts';
import { describeSource, SOURCES, type RawAnswers, type Resolution, type Source } from '../plan/answers.ts';
import { presetNamed, resolveRun, type Catalog } from '../plan/catalog.ts';
import type { Question } from '../plan/questions.ts';
import type { AnswersSoFar } from './checkpoint.ts';
import type { GivenAnswers } from './raw-answers.ts';

/** Stands among the keys of questions for the choice of a preset. */
export const PRESET = 'preset';

/** Sources that leave a question open to be asked. */
const OPEN: ReadonlySet<Source> = new Set(['default', 'directory', 'team default']);
const SAID_NOW: readonly Source[] = ['flag', 'set', 'answers file'];
/** Faults of how components go together; a wrong set of them is refused where it is chosen. */
const UNFIT: ReadonlySet<string> = new Set(['requires', 'not-for-stack']);

export class Draft {
  readonly catalog: Catalog;
  readonly directory: string | undefined;
  #preset: string | null;
  #given: RawAnswers;
  readonly #typed: Map<string, unknown>;
  readonly #accepted: Set<string>;
  readonly #onChange: (answers: AnswersSoFar) => void;

  /** @param onChange gets everything that was answered so far, after each answer */
  constructor(catalog: Catalog, given: GivenAnswers, onChange: (answers: AnswersSoFar) => void) {
    this.catalog = catalog;
    this.directory = given.directory;
    this.#preset = given.preset;
    this.#given = given.raw;
    this.#typed = new Map(given.raw.prompt);
    this.#accepted = new Set(given.accepted);
    this.#onChange = onChange;
  }

  get preset(): string | null {
    return this.#preset;
  }

  /** @param tried an answer that is looked at and not given yet */
  resolve(tried?: readonly [key: string, value: unknown]): Resolution {
    const prompt = tried ? new Map([...this.#typed, tried]) : this.#typed;
    return resolveRun(this.catalog, { ...this.#given, prompt }, this.#preset);
  }

  /** Whether the choice of preset or stack is still to be made. */
  get isStartOpen(): boolean {
    const { preset, answers } = { preset: this.#preset, answers: this.resolve().answers };
    return (
      preset === null && !this.#accepted.has(PRESET) && OPEN.has(answers.get('stack')?.source ?? 'default')
    );
  }

  /** The questions that a person is asked, apply, and have no answer yet. */
  open(): readonly Question[] {
    const { answers } = this.resolve();
    return this.catalog.questions.filter(({ key, field }) => {
      const answer = answers.get(key);
      return answer && field.ask === true && OPEN.has(answer.source) && !this.#accepted.has(key);
    });
  }

  /** Takes an answer; one that says what stands anyway goes on to follow what it depends on. */
  answer({ key, category }: Question, value: FieldValue): void {
    const standing = this.resolve();
    const answer = standing.answers.get(key);
    const isFaulty = standing.issues.some(({ where }) =>
      SOURCES.some((source) => where === describeSource(key, source)),
    );
    if (!isFaulty && answer && answer.source !== 'prompt' && isSame(answer.value, value)) {
      this.#accepted.add(key);
    } else {
      this.#typed.set(key, value);
    }
    if (category === 'stack') this.#dropUnfitSets();
    this.#changed();
  }

  /** Starts from a preset, or from none; what was typed in the place of its answers goes. */
  startFrom(preset: string | null): void {
    this.#preset = preset;
    this.#accepted.add(PRESET);
    if (preset !== null) {
      for (const key of Object.keys(presetNamed(this.catalog, preset).answers)) {
        this.#typed.delete(key);
        this.#accepted.delete(key);
      }
    }
    this.#dropUnfitSets();
    this.#changed();
  }

  /** Why components cannot go together as chosen, if this answer is what makes it so. */
  unfitness(key: string, value: FieldValue): Issue | undefined {
    const before = new Set(this.resolve().issues.map(({ message }) => message));
    return this.resolve([key, value]).issues.find(({ id, message }) => UNFIT.has(id) && !before.has(message));
  }

  /** Leaves out what was given for questions that do not apply. */
  leaveOutInapplicable(): void {
    const { answers } = this.resolve();
    const known = new Set(this.catalog.questions.map(({ key }) => key));
    this.#given = Object.fromEntries(
      Object.entries(this.#given).map(([source, values]) => [
        source,
        new Map([...values].filter(([key]) => answers.has(key) || !known.has(key))),
      ]),
    );
    this.#changed();
  }

  /** A set that was typed for another stack goes back to its default. */
  #dropUnfitSets(): void {
    if (!this.resolve().issues.some(({ id }) => UNFIT.has(id))) return;
    for (const { key, category } of this.catalog.questions) {
      if (category !== undefined && category !== 'stack') this.#typed.delete(key);
    }
  }

  #changed(): void {
    const said = SAID_NOW.flatMap((source) => [...(this.#given[source] ?? [])]).reverse();
    this.#onChange({
      directory: this.directory,
      preset: this.#preset,
      answers: new Map([...said, ...this.#typed]),
      accepted: this.#accepted,
    });
  }
}

const isSame = (a: FieldValue, b: FieldValue): boolean => JSON.stringify(a) === JSON.stringify(b);
