/** What can come of a request on accounts other than what was asked for; the words may be shown to the client. */

export const REFUSALS = {
  'weak-password': 'The password is too easily guessed',
  // Unknown user, wrong password and locked account alike: which of them is in the audit log.
  'invalid-credentials': 'The e-mail address or the password is wrong',
  // The next two are told only to who knows the password.
  'not-verified': 'The e-mail address is not verified yet',
  'account-closed': 'The account is closed; ask the operators of the service',
  'invalid-access': 'A valid access token is needed',
  'invalid-refresh-token': 'The refresh token is not valid; log in again',
  'just-exchanged': 'The refresh token was just exchanged; use the new one',
  'invalid-verification': 'The link is not valid any more; ask for another one',
  'not-allowed': 'This is for administrators',
  'user-not-found': 'There is no such user',
  'session-not-found': 'There is no such session',
  'change-refused': 'The change is not possible',
} as const;

export type Refusal = keyof typeof REFUSALS;

export class AuthError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, words: string = REFUSALS[refusal]) {
    super(words);
    this.refusal = refusal;
  }
}

/** Too many passwords wait to be hashed already. */
export class HasherBusyError extends Error {}
