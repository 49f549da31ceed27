/** The use cases of sessions: log in, stay logged in, log out. */
import { randomUUID } from 'node:crypto';
import { AuthError, type Refusal } from './errors.ts';
import {
  fingerprint,
  type AccessTokens,
  type AuditEvent,
  type AuthStore,
  type AuthTransaction,
  type Client,
  type Clock,
  type PasswordHasher,
} from './ports.ts';
import { isOpen, judgeToken, refreshed, type RefreshVerdict, type Session } from './session.ts';
import {
  decodeToken,
  digest,
  encodeToken,
  firstToken,
  nextToken,
  type RefreshToken,
} from './tokens.ts';
import {
  attemptLogin,
  isLocked,
  minutesAfter,
  type LockPolicy,
  type LoginOutcome,
  type User,
} from './user.ts';

/** What somebody logs in with, and what they call the device. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly device: string;
}

/** What a client shows from now on. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** Who makes a request, and by which session. */
export interface Principal {
  readonly user: User;
  readonly sessionId: string;
}

/** The figures of locking and of sessions. */
export interface SessionPolicy {
  readonly lock: LockPolicy;
  readonly days: number;
}

/** Stands in for a user whom nobody knows, so that the same statements run and take the same time. */
const NOBODY: User = {
  id: '00000000-0000-0000-0000-000000000000',
  email: '',
  fullName: '',
  passwordHash: '',
  status: 'inactive',
  role: 'user',
  createdAt: new Date(0),
  emailVerifiedAt: null,
  verificationHash: null,
  verificationExpiresAt: null,
  lastMailAt: null,
  failedLogins: 0,
  lockedUntil: null,
};

const REFUSED: Readonly<Record<Exclude<LoginOutcome, 'success'>, Refusal>> = {
  unknown_user: 'invalid-credentials',
  wrong_password: 'invalid-credentials',
  locked: 'invalid-credentials',
  not_verified: 'not-verified',
  closed: 'account-closed',
};

/** Whether a password is right for a hash and, where that is out of date, a stronger one. */
interface Compared {
  readonly hash: string | undefined;
  readonly right: boolean;
  readonly strongerHash: string | undefined;
}

export class Sessions {
  readonly #store: AuthStore;
  readonly #hasher: PasswordHasher;
  readonly #accessTokens: AccessTokens;
  readonly #policy: SessionPolicy;
  readonly #clock: Clock;

  constructor(
    store: AuthStore,
    hasher: PasswordHasher,
    accessTokens: AccessTokens,
    policy: SessionPolicy,
    clock: Clock,
  ) {
    this.#store = store;
    this.#hasher = hasher;
    this.#accessTokens = accessTokens;
    this.#policy = policy;
    this.#clock = clock;
  }

  /**
   * Opens a session; whatever the reason why not, a stranger gets one answer, in one time.
   * @throws AuthError
   */
  async logIn(given: Credentials, client: Client): Promise<Tokens> {
    const seen = await this.#store.transaction(({ users }) => users.find(given.email));
    // Between two transactions, so that no connection is held while the hash is computed.
    const compared = await this.#compare(given.password, seen);
    const now = this.#clock();
    const token = firstToken(randomUUID());
    const { user, outcome } = await this.#store.transaction(async (transaction) => {
      const known = await transaction.users.find(given.email, { lock: true });
      const judged = this.#judgeLogin(known, compared, now);
      if (judged.outcome === 'wrong_password' && isLocked(judged.user, now))
        await tellOfLock(transaction, judged.user, client, now);
      await transaction.users.save(judged.user);
      const success = judged.outcome === 'success';
      if (success)
        await transaction.sessions.add(this.#open(judged.user, token, given.device, client, now));
      const details = {
        outcome: judged.outcome,
        email: fingerprint(given.email),
        ...(success && { session: token.sessionId }),
      };
      await transaction.record(
        { event: 'login', success, client, userId: known?.id ?? null, details },
        now,
      );
      return judged;
    });
    if (outcome !== 'success') throw new AuthError(REFUSED[outcome]);
    return this.#tokens(user, token, now);
  }

  /**
   * Exchanges a refresh token; one that was exchanged before ends the session it is of.
   * @throws AuthError
   */
  async refresh(text: string, client: Client): Promise<Tokens> {
    const token = decodeToken(text);
    if (!token) throw new AuthError('invalid-refresh-token');
    const now = this.#clock();
    const next = nextToken(token);
    const result = await this.#store.transaction(async (transaction) => {
      const found = await transaction.sessions.find(token.sessionId, { lock: true });
      if (!found) return undefined;
      const { session, user } = found;
      const open = isOpen(session, now) && user.status === 'active';
      const verdict = judgeToken(session, token, now);
      const success = verdict === 'current' && open;
      if (success) await transaction.sessions.save(refreshed(session, next, now));
      // Who of the two is the thief cannot be told: both have to log in again.
      else if (verdict === 'reused') await transaction.sessions.revoke(user.id, now, session.id);
      await transaction.record(
        {
          event: verdict === 'reused' ? 'refresh_reuse' : 'refresh',
          success,
          client,
          userId: user.id,
          details: { session: session.id, token: verdict },
        },
        now,
      );
      return { user, open, verdict, success };
    });
    if (!result?.success) throw new AuthError(refusedRefresh(result));
    return this.#tokens(result.user, next, now);
  }

  /**
   * Tells whose access token it is; what was revoked a moment ago is refused already.
   * @throws AuthError
   */
  async authenticate(accessToken: string): Promise<Principal> {
    const claims = await this.#accessTokens.read(accessToken);
    const found =
      claims && (await this.#store.transaction(({ sessions }) => sessions.find(claims.sessionId)));
    if (
      !found ||
      !isOpen(found.session, this.#clock()) ||
      found.user.status !== 'active' ||
      found.user.id !== claims.userId
    )
      throw new AuthError('invalid-access');
    return { user: found.user, sessionId: found.session.id };
  }

  /** Where a user is logged in. */
  listOpen(userId: string): Promise<readonly Session[]> {
    return this.#store.transaction(({ sessions }) => sessions.listOpen(userId, this.#clock()));
  }

  /** Revokes the session of the request. */
  async logOut({ user, sessionId }: Principal, client: Client): Promise<void> {
    await this.#revoke('logout', user.id, client, sessionId);
  }

  /**
   * Revokes one session of a user.
   * @throws AuthError when there is none
   */
  async revoke(userId: string, sessionId: string, client: Client): Promise<void> {
    const revoked = await this.#revoke('revoke_sessions', userId, client, sessionId);
    if (!revoked) throw new AuthError('session-not-found');
  }

  /** Revokes all sessions of a user, that of the request among them. */
  async revokeAll(userId: string, client: Client): Promise<void> {
    await this.#revoke('revoke_sessions', userId, client);
  }

  #revoke(event: AuditEvent, userId: string, client: Client, sessionId?: string): Promise<boolean> {
    const now = this.#clock();
    return this.#store.transaction(async ({ sessions, record }) => {
      const revoked = await sessions.revoke(userId, now, sessionId);
      const success = revoked.length > 0;
      await record(
        { event, success, client, userId, details: { sessions: revoked.join(' ') } },
        now,
      );
      return success;
    });
  }

  async #compare(password: string, user: User | undefined): Promise<Compared> {
    const hash = user?.passwordHash;
    const right = await this.#hasher.verify(password, hash);
    const outdated = right && hash !== undefined && this.#hasher.needsRehash(hash);
    return { hash, right, strongerHash: outdated ? await this.#hasher.hash(password) : undefined };
  }

  #judgeLogin(
    known: User | undefined,
    { hash, right, strongerHash }: Compared,
    now: Date,
  ): { readonly user: User; readonly outcome: LoginOutcome } {
    if (!known) return { user: NOBODY, outcome: 'unknown_user' };
    // What was compared has to be what is there still.
    const isRight = right && hash === known.passwordHash;
    const { user, outcome } = attemptLogin(known, now, this.#policy.lock, isRight);
    return {
      user: isRight && strongerHash !== undefined ? { ...user, passwordHash: strongerHash } : user,
      outcome,
    };
  }

  #open(user: User, token: RefreshToken, device: string, client: Client, now: Date): Session {
    return {
      id: token.sessionId,
      userId: user.id,
      device,
      userAgent: client.userAgent,
      ipAddress: client.ipAddress,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: minutesAfter(now, this.#policy.days * 24 * 60),
      familyHash: digest(token.family),
      tokenHash: digest(token.secret),
      previousTokenHash: null,
      revokedAt: null,
    };
  }

  async #tokens(user: User, token: RefreshToken, now: Date): Promise<Tokens> {
    const claims = { userId: user.id, sessionId: token.sessionId, role: user.role };
    return { access: await this.#accessTokens.issue(claims, now), refresh: encodeToken(token) };
  }
}

const refusedRefresh = (
  result: { readonly open: boolean; readonly verdict: RefreshVerdict } | undefined,
): Refusal =>
  result?.open && result.verdict === 'just exchanged' ? 'just-exchanged' : 'invalid-refresh-token';

async function tellOfLock(
  { announce, record }: AuthTransaction,
  user: User,
  client: Client,
  now: Date,
): Promise<void> {
  announce({ kind: 'locked', userId: user.id });
  const details = { until: user.lockedUntil?.toISOString() ?? '' };
  await record({ event: 'lock', success: true, client, userId: user.id, details }, now);
}
