/** Which names of variables and keys say that their value is a secret. */

/** Words at the end of a name that make it a secret; `TOKEN_URL` or `PASSWORD_MIN_LENGTH` end otherwise. */
const SECRET_NAME =
  /(?:^|[_\-.]|(?<=[a-z])(?=[A-Z]))(?:passwords?|passwd|passphrase|pass|secrets?|tokens?|secret[_-]?key|api[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|access[_-]?key|erlang[_-]?cookie|credentials?)$/i;

/** `DB_PASSWORD`, `jwtSecret`; not `DB_PASSWORD_FILE`. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** A value that only names where the secret comes from: interpolation, a file under /run/secrets, an expression. */
export const isReference = (value: string): boolean =>
  /^\$\{[A-Za-z_]\w*(?::?[?+].*|:?-)?\}$/s.test(value) ||
  /^\$[A-Za-z_]\w*$/.test(value) ||
  /^\$\{\{.*\}\}$/s.test(value) ||
  /^\/(?:run|var|etc|tmp)\//.test(value);
