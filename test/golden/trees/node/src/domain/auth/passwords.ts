/** The rules for passwords: length counts most, and what everybody tries first is refused. */
import { COMMON_PASSWORDS } from './common-passwords.ts';
import { AuthError } from './errors.ts';

export const MIN_LENGTH = 8;
/** Nobody types more; a limit keeps hashing and memory within bounds. */
export const MAX_LENGTH = 128;

const MIN_DIFFERENT = 4;

/** The one form of what keyboards and systems encode differently. */
export const normalize = (password: string): string => password.normalize('NFKC');

/**
 * Refuses a password that is too easily guessed.
 * @throws AuthError
 */
export function checkPassword(given: string, email: string): void {
  const refuse = (words: string): never => {
    throw new AuthError('weak-password', words);
  };
  const password = normalize(given);
  const characters = Array.from(password);
  if (characters.length < MIN_LENGTH || characters.length > MAX_LENGTH)
    refuse(`The password must have ${MIN_LENGTH} to ${MAX_LENGTH} characters`);
  if (!/\p{L}/u.test(password) || !/\p{Nd}/u.test(password))
    refuse('The password must have a letter and a digit');
  const folded = password.toLowerCase();
  if (COMMON_PASSWORDS.has(folded) || new Set(folded).size < MIN_DIFFERENT)
    refuse('The password is one of those that are tried first');
  if (folded === email || folded === email.split('@', 1)[0])
    refuse('The password must not be the e-mail address');
}
