/** The mails that follow from what happened to accounts, and their words. */
import type { AccountEvent, AuthStore, Clock, Mail, Mailer } from './ports.ts';
import { newVerificationToken } from './tokens.ts';
import { minutesAfter, withVerification, type User } from './user.ts';

export interface MailTexts {
  /** The service's name. */
  readonly service: string;
  readonly verificationUrl: string;
  readonly verificationHours: number;
}

export class AccountMails {
  readonly #store: AuthStore;
  readonly #mailer: Mailer;
  readonly #texts: MailTexts;
  readonly #clock: Clock;

  constructor(store: AuthStore, mailer: Mailer, texts: MailTexts, clock: Clock) {
    this.#store = store;
    this.#mailer = mailer;
    this.#texts = texts;
    this.#clock = clock;
  }

  /** Sends the event's mail, if it has one; when that fails, nothing else has happened. */
  handle({ kind, userId }: AccountEvent): Promise<void> {
    return this.#store.transaction(async ({ users }) => {
      const user = await users.get(userId, { lock: true });
      if (!user) return;
      if (kind === 'registered' && user.status === 'pending') {
        // Drawn here and not at the registration, so that no queue and no log holds it.
        const token = newVerificationToken();
        const expiresAt = minutesAfter(this.#clock(), this.#texts.verificationHours * 60);
        await users.save(withVerification(user, token, expiresAt));
        await this.#mailer.send(verification(this.#texts, user, token));
      } else if (kind === 'registered_again') {
        await this.#mailer.send(alreadyRegistered(this.#texts, user));
      } else if (kind === 'locked') {
        await this.#mailer.send(locked(this.#texts, user));
      }
    });
  }
}

const verification = (texts: MailTexts, user: User, token: string): Mail => ({
  to: user.email,
  subject: `Verify your e-mail address for ${texts.service}`,
  text: `Hello ${user.fullName},

somebody, probably you, registered this address with ${texts.service}.
Open this link to verify it, within ${texts.verificationHours} hours:

${texts.verificationUrl}?${new URLSearchParams({ token }).toString()}

If it was not you, do nothing: without the link nobody can use the account.
`,
});

const alreadyRegistered = ({ service }: MailTexts, user: User): Mail => ({
  to: user.email,
  subject: `You have an account with ${service}`,
  text: `Hello ${user.fullName},

somebody tried to register this address with ${service}. It has an account already: log in
with your password. If it was not you, there is nothing to do, and your account is as it was.
`,
});

const locked = ({ service }: MailTexts, user: User): Mail => ({
  to: user.email,
  subject: `Your account with ${service} is locked for a while`,
  text: `Hello ${user.fullName},

there were too many wrong passwords in a row, so nobody can log in to your account until
${user.lockedUntil ? `${user.lockedUntil.toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'a while'}. Then it unlocks by itself. Where you are logged in, you still are.

If it was not you, somebody is trying to guess your password: see that it is one which you use
nowhere else.
`,
});
