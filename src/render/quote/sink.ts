/** What a sink is: the rules of one language for writing any text as a literal, or for refusing to. */
import { BulwarkError, ExitCode } from '../../errors.ts';

/** Emits a whole literal, quotes included, that means exactly `value`; throws QuoteRefusal where there is none. */
export type Sink = (value: string) => string;

/** The sinks and what each writes, as told to the user. */
export const LANGUAGES = {
  yaml: 'YAML',
  composeYaml: 'a compose file',
  workflowYaml: 'a GitHub workflow',
  json: 'JSON',
  toml: 'TOML',
  hcl: 'HCL (Terraform)',
  py: 'Python',
  ts: 'TypeScript',
  sh: 'shell',
  env: 'a .env file',
  make: 'a Makefile',
  makeSh: 'a Makefile recipe',
  dockerArg: 'a Dockerfile',
  nginx: 'nginx configuration',
  sql: 'SQL',
  md: 'Markdown',
  comment: 'a comment',
} as const;

export type SinkName = keyof typeof LANGUAGES;

/** One reason for which a language cannot carry a text. */
export interface Refusal {
  readonly when: (value: string) => boolean;
  /** Completes "… cannot be written as …: it ". */
  readonly reason: string;
  readonly hint: string;
}

/** A text that a language cannot carry: the user's to change, exit code 2. */
export class QuoteRefusal extends BulwarkError {
  override readonly name = 'QuoteRefusal';
  readonly sink: SinkName;

  constructor(sink: SinkName, value: string, { reason, hint }: Omit<Refusal, 'when'>) {
    const message = `${shortened(value)} cannot be written in ${LANGUAGES[sink]}: it ${reason}`;
    super(ExitCode.usage, [{ id: 'cannot-quote', message, where: `sink ${sink}`, hint }]);
    this.sink = sink;
  }
}

/**
 * Declares a sink.
 * @param refusals what the language cannot carry, besides text that is no Unicode
 * @param write makes the literal of a text that none of them refuses
 */
export const sink =
  (name: SinkName, refusals: readonly Refusal[], write: Sink): Sink =>
  (value) => {
    for (const refusal of [LONE_SURROGATE, ...refusals]) {
      if (refusal.when(value)) throw new QuoteRefusal(name, value, refusal);
    }
    return write(value);
  };

/**
 * JSON, Python and TypeScript could spell one out as an escape, but no UTF-8 file can hold it and most readers put
 * U+FFFD in its place (RFC 8259 section 8.2 calls the outcome unpredictable): it is refused everywhere.
 */
const LONE_SURROGATE: Refusal = {
  when: (value) => /\p{Surrogate}/u.test(value),
  reason: 'contains half of a surrogate pair, which is no Unicode character',
  hint: 'type the text again; it was cut inside an emoji or another rare character',
};

export const NUL: Refusal = {
  when: (value) => value.includes('\0'),
  reason: 'contains a NUL character',
  hint: 'remove the NUL character',
};

export const LINE_BREAK: Refusal = {
  when: (value) => /[\n\r]/.test(value),
  reason: 'contains a line break',
  hint: 'write the text in one line',
};

export const CONTROL_CHARACTER: Refusal = {
  when: (value) => /\p{Control}/u.test(value.replaceAll('\t', '')),
  reason: 'contains a control character',
  hint: 'remove what does not show, such as escape sequences copied from a terminal',
};

/**
 * What a reader of the source does not see, or sees in another order: control characters, line and paragraph
 * separators, bidirectional controls (CVE-2021-42574), byte order marks and U+FFFE, U+FFFF.
 */
export const HIDDEN = /[\p{Control}\u2028\u2029\p{Bidi_Control}\uFEFF\uFFFE\uFFFF]/gu;

const SHOWN_CHARACTERS = 40;

/** The value as a message may show it: on one line, nothing hidden, not long. */
function shortened(value: string): string {
  const characters = Array.from(value);
  const shown = characters.slice(0, SHOWN_CHARACTERS).join('');
  const rest = characters.length > SHOWN_CHARACTERS ? `… (${characters.length} characters)` : '';
  const visible = JSON.stringify(shown).replaceAll(
    HIDDEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${visible}${rest}`;
}
