/** What can be asked: from a field come the prompt, the flag, the parser, the JSON Schema and the TypeScript type. */

/** Answers that are known when a field's turn comes, by key (`fastapi.python`, `owner`). */
export interface KnownAnswers {
  get(key: string): FieldValue | undefined;
}

export type FieldValue = string | number | boolean | readonly string[];

interface FieldOf<Kind extends string, Value extends FieldValue> {
  readonly kind: Kind;
  /** A noun phrase, as on the review screen: "Python version". */
  readonly label: string;
  /** One plain sentence for somebody who does not know the subject. */
  readonly help: string;
  readonly default: Value | ((known: KnownAnswers) => Value);
  /** Asked of a person at once; all other fields stand with their default on the review screen. */
  readonly ask?: boolean;
  /** When the field has a meaning; `reason` completes "does not apply: …". */
  readonly when?: { readonly test: (known: KnownAnswers) => boolean; readonly reason: string };
}

export interface TextField extends FieldOf<'text', string> {
  /** The fault in plain words, or undefined. Runs as one types. */
  readonly validate?: (value: string) => string | undefined;
  /** JSON Schema pattern that says the same to an editor, as far as a pattern can. */
  readonly pattern?: string;
  readonly maxLength: number;
}

export interface IntegerField extends FieldOf<'integer', number> {
  readonly min: number;
  readonly max: number;
}

export type BooleanField = FieldOf<'boolean', boolean>;

export interface ChoiceField<Option extends string = string> extends FieldOf<'choice', Option> {
  readonly options: readonly Option[];
}

/** Any set of the options; a value is sorted as `options` are. */
export interface SetField<Option extends string = string> extends FieldOf<'set', readonly Option[]> {
  readonly options: readonly Option[];
}

export type Field = TextField | IntegerField | BooleanField | ChoiceField | SetField;
export type Fields = Readonly<Record<string, Field>>;

/** The type of a field's answer. */
export type ValueOf<F> =
  F extends ChoiceField<infer Option>
    ? Option
    : F extends SetField<infer Option>
      ? readonly Option[]
      : F extends IntegerField
        ? number
        : F extends BooleanField
          ? boolean
          : string;

export type AnswersOf<F extends Fields> = { readonly [Key in keyof F]: ValueOf<F[Key]> };

type Options<F extends Field> = Omit<F, 'kind' | 'label' | 'options' | 'maxLength' | 'min' | 'max'>;

/** One line of free text. Control characters and line breaks are refused when it is parsed. */
export const text = (
  label: string,
  options: Options<TextField> & { readonly maxLength?: number },
): TextField => ({ kind: 'text', label, maxLength: 200, ...options });

/**
 * The form that a text has to have, for the prompt and for the JSON Schema alike: `text('Region', { ...matching(…), … })`.
 * @param fault what to say of a value without it: "must be a region, such as …"
 */
export const matching = (
  pattern: string,
  fault: string,
): { readonly pattern: string; readonly validate: (value: string) => string | undefined } => ({
  pattern,
  validate: (value) => (new RegExp(pattern).test(value) ? undefined : fault),
});

export const integer = (
  label: string,
  options: Options<IntegerField> & { readonly min: number; readonly max: number },
): IntegerField => ({ kind: 'integer', label, ...options });

export const boolean = (label: string, options: Options<BooleanField>): BooleanField => ({
  kind: 'boolean',
  label,
  ...options,
});

export const choice = <const Option extends string>(
  label: string,
  values: readonly Option[],
  options: Options<ChoiceField<Option>>,
): ChoiceField<Option> => ({ kind: 'choice', label, options: values, ...options });

export const set = <const Option extends string>(
  label: string,
  values: readonly Option[],
  options: Options<SetField<Option>>,
): SetField<Option> => ({ kind: 'set', label, options: values, ...options });
