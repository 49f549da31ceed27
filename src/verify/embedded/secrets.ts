/** Is no secret in the repository: no key, no token, no password as a literal? */
import type { EmbeddedCheck, JudgedFile, Rule } from '../check.ts';
import { isEnvFile, isMachineWritten, isMarkdown, isTest } from './file-kinds.ts';
import { FindingList } from './finding-list.ts';
import { isReference, isSecretName } from './secret-names.ts';
import { baseName, linesOf, textOf } from './source-text.ts';

const rules = [
  {
    id: 'secrets-private-key',
    summary: 'No private key is in the repository.',
    source: 'SPEC 4; RFC 7468 (its textual form); gitleaks private-key',
    fix: 'take the key out, replace it where it is used (git keeps what was committed) and read it from a secret store',
  },
  {
    id: 'secrets-token',
    summary: "No token of a known service's form is in the repository.",
    source:
      'SPEC 4; https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns',
    fix: 'revoke the token, then read a new one from the environment or a secret store',
  },
  {
    id: 'secrets-url-password',
    summary:
      'No URL holds a literal password; services that tests start on their own machine may have a known one.',
    source: 'SPEC 4; RFC 3986 section 3.2.1',
    fix: 'put the password in from a variable, as in `${DB_PASSWORD}`',
  },
  {
    id: 'secrets-literal',
    summary: 'No variable that is named as a secret has a random-looking literal value.',
    source: 'SPEC 4; CWE-798; gitleaks generic-api-key',
    fix: 'revoke it and read it from the environment or a secret store',
  },
  {
    id: 'secrets-env-example',
    summary: 'In .env.example the values of secrets are empty.',
    source: 'SPEC 4 (no default password); https://12factor.net/config',
    fix: 'leave the value empty and say in a comment how to make one',
  },
  {
    id: 'secrets-env-file',
    summary: 'No .env file with values of secrets is in the repository.',
    source: 'SPEC 4; https://12factor.net/config',
    fix: 'take it out, add it to .gitignore and replace the secrets in it',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

export const secrets: EmbeddedCheck = {
  id: 'secrets',
  description: 'no key, token or literal password is in the repository',
  rules,
  judges: ({ path }) => !isMachineWritten(path),
  run: (files) => {
    const found: Findings = new FindingList(rules);
    for (const file of files) {
      judgePatterns(file, found);
      if (/:\/\/[^\s/@]*:[^\s/@]+@/.test(textOf(file))) judgeUrls(file, found);
      if (isEnvFile(file.path)) judgeEnvFile(file, found);
      // What a test sets for itself opens nothing; the forms of real tokens are judged there too.
      else if (!isTest(file.path)) judgeAssignments(file, found);
    }
    return found.sorted();
  },
};

const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?!["'`)\\])/;

/** Forms that the services themselves document, so that scanners can tell them. */
const TOKENS: readonly (readonly [string, RegExp])[] = [
  ['AWS', /(?<![A-Z0-9])(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z2-7]{16}(?![A-Z0-9])/],
  ['GitHub', /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{82})(?!\w)/],
  ['GitLab', /(?<!\w)glpat-[\w-]{20,}/],
  ['Slack', /(?<!\w)xox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ['Slack', /hooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{20,}/],
  ['Stripe', /(?<!\w)[rs]k_live_[A-Za-z0-9]{20,}/],
  ['Google', /(?<!\w)AIza[\w-]{35}(?![\w-])/],
  ['npm', /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/],
  ['PyPI', /(?<!\w)pypi-AgEIcHlwaS5vcmc[\w-]{50,}/],
  ['SendGrid', /(?<!\w)SG\.[\w-]{22}\.[\w-]{43}/],
  ['DigitalOcean', /(?<!\w)do[opr]_v1_[a-f0-9]{64}/],
  ['Docker', /(?<!\w)dckr_pat_[\w-]{27,}/],
  ['Anthropic or OpenAI', /(?<!\w)sk-(?:ant-|proj-)[\w-]{40,}/],
];

function judgePatterns(file: JudgedFile, found: Findings): void {
  const text = textOf(file);
  const suspects = TOKENS.filter(([, pattern]) => pattern.test(text));
  const key = PRIVATE_KEY.test(text);
  if (suspects.length === 0 && !key) return;
  for (const [index, line] of linesOf(file).entries()) {
    if (key && PRIVATE_KEY.test(line))
      found.add('secrets-private-key', file.path, index + 1, 'a private key');
    for (const [service, pattern] of suspects) {
      if (pattern.test(line)) found.add('secrets-token', file.path, index + 1, `a token of ${service}`);
    }
  }
}

const URL_PASSWORD = /\b[a-z][a-z0-9+.-]*:\/\/([^\s:/@"'`<>]*):([^\s/@"'`]+)@([^\s/"'`:?#]+)/gi;

/** What is put in when the text is used, or stands for anything: `${X}`, `%s`, `{password}`, `<password>`, `***`, `...`. */
const PUT_IN = /[${}<>[\]]|%[sd(]|^\*+$|^x+$|^\.{3}$|…/i;

/** `USER:PASSWORD@HOST`: names of what stands there, in the capitals of a usage text. */
const METAVARIABLE = /^[A-Z][A-Z_]*$/;

/** Words that a document writes where a password would stand. */
const WORD_FOR_PASSWORD = /^(?:pass(?:word)?|pwd|secret|pw)$/i;

/** Hosts of the machine a test runs on, or names without a dot that exist in a network of containers alone. */
const isLocalHost = (host: string): boolean =>
  /^(?:localhost|0\.0\.0\.0|127\.\d+\.\d+\.\d+|\[::1\]|[a-z0-9_-]+)$/i.test(host);

/** RFC 2606: nobody's. */
const RESERVED_HOST = /(?:^|\.)(?:example(?:\.(?:com|org|net))?|test|invalid)$/i;

function judgeUrls(file: JudgedFile, found: Findings): void {
  const lenient = isTest(file.path) || file.path.startsWith('.github/workflows/');
  for (const [index, line] of linesOf(file).entries()) {
    for (const [, , password = '', host = ''] of line.matchAll(URL_PASSWORD)) {
      if (PUT_IN.test(password) || METAVARIABLE.test(password)) continue;
      if (lenient && (isLocalHost(host) || RESERVED_HOST.test(host))) continue;
      if (isMarkdown(file.path) && WORD_FOR_PASSWORD.test(password)) continue;
      found.add('secrets-url-password', file.path, index + 1, `a URL to ${host} holds its password`);
    }
  }
}

const ASSIGNMENT =
  /["']?([A-Za-z_][\w.-]*)["']?\s*(?::\s*(?:str\s*=\s*|string\s*=\s*)?|=>?\s*|\s*:=\s*)(["'`]?)([^\s"'`,;]+)\2/g;

/** What any name of a secret has in it. */
const SECRET_WORD = /pass|secret|token|key|credential|cookie/i;
/** Longer ones are data, written by no hand. */
const MAX_LINE = 2000;

const MIN_LENGTH = 16;
/** Bits per character: words and dashed names stay below it, random base64 and hex strings of 16 and more above. */
const MIN_ENTROPY = 3.3;

function judgeAssignments(file: JudgedFile, found: Findings): void {
  // Names first: most files, and most lines of the others, assign no secret at all.
  if (!SECRET_WORD.test(textOf(file))) return;
  for (const [index, line] of linesOf(file).entries()) {
    if (line.length > MAX_LINE || !SECRET_WORD.test(line)) continue;
    for (const [, name = '', , value = ''] of line.matchAll(ASSIGNMENT)) {
      if (!isSecretName(name) || isReference(value) || !looksRandom(value)) continue;
      found.add('secrets-literal', file.path, index + 1, `${name} has a literal value`);
    }
  }
}

function looksRandom(value: string): boolean {
  if (value.length < MIN_LENGTH || !/^[A-Za-z0-9+/=_~.!@#%^&*-]+$/.test(value)) return false;
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  // Dotted and dashed words are names: kubernetes.io/tls, secrets.DB_PASSWORD_2, my-service-db-1.
  if (value.split(/[._/-]/).every((word) => /^(?:[A-Za-z]*|v?\d{1,4}|[A-Za-z]+\d{1,2})$/.test(word)))
    return false;
  return entropy(value) >= MIN_ENTROPY;
}

/** Shannon's, in bits per character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

function judgeEnvFile(file: JudgedFile, found: Findings): void {
  const example = /example|sample|template|dist/.test(baseName(file.path));
  for (const [index, line] of linesOf(file).entries()) {
    const [, name = '', raw = ''] = /^\s*(?:export\s+)?(\w+)=(.*)$/.exec(line) ?? [];
    const value = raw
      .replace(/\s+#.*$/, '')
      .trim()
      .replace(/^(["'])(.*)\1$/, '$2');
    if (value === '' || value.startsWith('#') || !isSecretName(name) || isReference(value)) continue;
    const rule = example ? 'secrets-env-example' : 'secrets-env-file';
    found.add(rule, file.path, index + 1, `${name} has a value`);
  }
}
