/** YAML scalars, and those of formats that read more into a string than YAML does. */
import { quoted } from './quoted-strings.ts';
import { sink, type Refusal } from './sink.ts';

/** Needs no quotes in block or flow context, as key or value: no indicator of YAML 1.1 or 1.2 (section 5.3) in it. */
const PLAIN = /^[A-Za-z/](?:[A-Za-z0-9 _./()+@-]*[A-Za-z0-9_./()+@-])?$/;

/** Words that are no text to a reader of YAML 1.1 (yaml.org/type/bool, null); compared in lower case. */
const RESOLVED = new Set(['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null']);

const scalar = (value: string): string =>
  PLAIN.test(value) && !RESOLVED.has(value.toLowerCase()) ? value : quoted(value);

/** YAML 1.1 and 1.2: plain where every reader takes that for this text, else in double quotes (section 7.3.1). */
export const yaml = sink('yaml', [], scalar);

/** Compose Specification, "Interpolation": `$$` stands for a dollar sign in any value (keys are left alone). */
export const composeYaml = sink('composeYaml', [], (value) => scalar(value.split('$').join('$$')));

/**
 * `${{ '${{' }}` would do where expressions are evaluated, and be wrong in `name:` and other keys where they are not:
 * no spelling means this text everywhere.
 */
const EXPRESSION: Refusal = {
  when: (value) => value.includes('${{'),
  reason: 'contains "${{", which GitHub evaluates as an expression',
  hint: 'leave out "${{"; to use a secret or a variable, edit the workflow itself',
};

/** GitHub Actions, "Evaluate expressions in workflows": only `${{` is special. Not for `run:`, which is a script. */
export const workflowYaml = sink('workflowYaml', [EXPRESSION], scalar);
