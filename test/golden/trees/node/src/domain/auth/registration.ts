/** The use cases of becoming a user: register, be sent a token, verify the address. */
import { randomUUID } from 'node:crypto';
import { AuthError } from './errors.ts';
import { checkPassword } from './passwords.ts';
import type {
  AccountEvent,
  AuthStore,
  AuthTransaction,
  Client,
  Clock,
  PasswordHasher,
} from './ports.ts';
import { digest } from './tokens.ts';
import { mayBeMailed, verified, type User } from './user.ts';

/** Registers users without telling anybody but the owner of an address whether it is known. */
export class Registration {
  readonly #store: AuthStore;
  readonly #hasher: PasswordHasher;
  readonly #clock: Clock;

  constructor(store: AuthStore, hasher: PasswordHasher, clock: Clock) {
    this.#store = store;
    this.#hasher = hasher;
    this.#clock = clock;
  }

  /**
   * What comes of it is told by mail alone.
   * @throws AuthError where the password is too weak
   */
  async register(email: string, password: string, fullName: string, client: Client): Promise<void> {
    checkPassword(password, email);
    // Also where it will not be needed: the time must not tell which addresses are known.
    const passwordHash = await this.#hasher.hash(password);
    const now = this.#clock();
    const user: User = {
      id: randomUUID(),
      email,
      fullName,
      passwordHash,
      status: 'pending',
      role: 'user',
      createdAt: now,
      emailVerifiedAt: null,
      verificationHash: null,
      verificationExpiresAt: null,
      lastMailAt: now,
      failedLogins: 0,
      lockedUntil: null,
    };
    await this.#store.transaction(async (transaction) => {
      if (await transaction.users.add(user)) {
        transaction.announce({ kind: 'registered', userId: user.id });
        await transaction.record(
          { event: 'register', success: true, client, userId: user.id },
          now,
        );
      } else await registerAgain(transaction, user, client);
    });
  }

  /** Sends another token to an address that waits for one. */
  async resend(email: string): Promise<void> {
    await this.#store.transaction(async (transaction) => {
      const user = await transaction.users.find(email, { lock: true });
      if (user?.status === 'pending')
        await saveAndMail(transaction, user, 'registered', this.#clock());
    });
  }

  /**
   * Takes the token of a mail as the proof that its address is the user's.
   * @throws AuthError where the token is unknown, used or too old
   */
  async verify(token: string, client: Client): Promise<void> {
    const now = this.#clock();
    const success = await this.#store.transaction(async (transaction) => {
      const user = await transaction.users.findByVerification(digest(token));
      const expiresAt = user?.verificationExpiresAt ?? null;
      const good = user !== undefined && expiresAt !== null && now < expiresAt;
      if (good) {
        await transaction.users.save(verified(user, now));
        transaction.announce({ kind: 'verified', userId: user.id });
      }
      await transaction.record(
        {
          event: 'verify_email',
          success: good,
          client,
          userId: user?.id ?? null,
          ...(!good && { details: { reason: user ? 'expired' : 'unknown or used token' } }),
        },
        now,
      );
      return good;
    });
    if (!success) throw new AuthError('invalid-verification');
  }
}

async function registerAgain(
  transaction: AuthTransaction,
  given: User,
  client: Client,
): Promise<void> {
  const now = given.createdAt;
  const known = await transaction.users.find(given.email, { lock: true });
  const entry = { event: 'register', success: false, client } as const;
  // Deleted a moment ago: the client may try again.
  if (!known) return transaction.record(entry, now);
  if (known.status === 'pending') {
    // Until the address is verified nobody owns the account: what was given last counts.
    const { passwordHash, fullName } = given;
    await saveAndMail(transaction, { ...known, passwordHash, fullName }, 'registered', now);
  } else await saveAndMail(transaction, known, 'registered_again', now);
  const reason = `the address belongs to an account that is ${known.status}`;
  return transaction.record({ ...entry, userId: known.id, details: { reason } }, now);
}

async function saveAndMail(
  { users, announce }: AuthTransaction,
  user: User,
  kind: AccountEvent['kind'],
  now: Date,
): Promise<void> {
  const mailed = mayBeMailed(user, now);
  await users.save(mailed ? { ...user, lastMailAt: now } : user);
  if (mailed) announce({ kind, userId: user.id });
}
