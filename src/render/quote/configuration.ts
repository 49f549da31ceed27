/** Literals of the formats with rules of their own: Dockerfile, nginx, SQL, and comments in any of them. */
import { CONTROL_CHARACTER, HIDDEN, LINE_BREAK, NUL, sink, type Refusal } from './sink.ts';

/**
 * The value in `ENV`, `ARG` or `LABEL key="value"`. Dockerfile reference, "Environment replacement", and buildkit's
 * shell/lex.go (processDoubleQuote): between double quotes a backslash makes `"`, `$` and itself literal; no escape
 * stands for a line break. Holds while no `# escape=` directive changes the backslash.
 */
export const dockerArg = sink('dockerArg', [LINE_BREAK, CONTROL_CHARACTER], (value) => {
  const escaped = value.replaceAll(/["$\\]/g, (character) => `\\${character}`);
  return `"${escaped}"`;
});

const NGINX_VARIABLE: Refusal = {
  when: (value) => value.includes('$'),
  reason: 'contains "$", which begins a variable and which nginx cannot escape',
  hint: 'leave out the dollar sign',
};

const nginxString = (value: string): string => {
  const escaped = value
    .replaceAll(/["\\]/g, (character) => `\\${character}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
};

/** NGX_CONF_BUFFER of ngx_conf_file.c, into which a parameter must fit with its quotes. */
const NGINX_BYTES = 4096;

const NGINX_LENGTH: Refusal = {
  when: (value) => Buffer.byteLength(nginxString(value)) > NGINX_BYTES,
  reason: `is longer than the ${NGINX_BYTES} bytes that nginx reads as one parameter`,
  hint: 'shorten the text',
};

/** A quoted parameter: ngx_conf_file.c, ngx_conf_read_token (`\"`, `\\`, `\n`, `\r`, `\t`). */
export const nginx = sink('nginx', [NUL, NGINX_VARIABLE, NGINX_LENGTH], nginxString);

/**
 * SQL-92 5.3, <character string literal>: a quote is doubled and nothing else is special. So in PostgreSQL (with
 * standard_conforming_strings, its default) and SQLite; not in MySQL, which escapes with backslashes.
 */
export const sql = sink('sql', [NUL], (value) => `'${value.replaceAll("'", "''")}'`);

const HIDDEN_IN_COMMENT: Refusal = {
  when: (value) => value.replaceAll('\t', '').search(HIDDEN) !== -1,
  reason: 'contains a character that breaks the line or changes the order in which the line is shown',
  hint: 'remove what does not show, such as marks of text direction',
};
const COMMENT_BACKSLASH_AT_END: Refusal = {
  when: (value) => value.endsWith('\\'),
  reason: 'ends with a backslash, by which a comment in a Makefile goes on in the next line',
  hint: 'remove the backslash at the end',
};

/**
 * Text after `# `, as it is. Refuses every line break of YAML 1.1, Python and ECMAScript, the control characters that
 * TOML forbids, and directions of text, by which a comment could look like code (CVE-2021-42574).
 */
export const comment = sink(
  'comment',
  [LINE_BREAK, CONTROL_CHARACTER, HIDDEN_IN_COMMENT, COMMENT_BACKSLASH_AT_END],
  (value) => value,
);
