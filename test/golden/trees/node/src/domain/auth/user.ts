/** What a user is, and the rules of a user's life. */
import { AuthError } from './errors.ts';
import { digest } from './tokens.ts';

/**
 * pending: registered, nobody has shown yet that the address is theirs; inactive: given up, without blame;
 * suspended: shut out.
 */
export const USER_STATUSES = ['pending', 'active', 'inactive', 'suspended'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

export const ROLES = ['user', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export type LoginOutcome =
  'success' | 'unknown_user' | 'wrong_password' | 'locked' | 'not_verified' | 'closed';

/** How many wrong passwords in a row lock an account, and for how long. */
export interface LockPolicy {
  readonly failures: number;
  readonly minutes: number;
}

/** A person with an account; the e-mail address, in lower case, is the name to log in with. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly fullName: string;
  readonly passwordHash: string;
  readonly status: UserStatus;
  readonly role: Role;
  readonly createdAt: Date;
  readonly emailVerifiedAt: Date | null;
  readonly verificationHash: Uint8Array<ArrayBuffer> | null;
  readonly verificationExpiresAt: Date | null;
  readonly lastMailAt: Date | null;
  readonly failedLogins: number;
  readonly lockedUntil: Date | null;
}

/** Whoever asks for a mail again within this time gets none: no address is to be flooded from here. */
const MAIL_INTERVAL_MILLISECONDS = 60_000;

export const minutesAfter = (time: Date, minutes: number): Date =>
  new Date(time.getTime() + minutes * 60_000);

/** Whether logging in is refused for a while; time alone unlocks. */
export const isLocked = ({ lockedUntil }: User, now: Date): boolean =>
  lockedUntil !== null && now < lockedUntil;

/** Counts a wrong password; the last one that is allowed locks the account. */
export function afterFailedLogin(user: User, now: Date, policy: LockPolicy): User {
  // A lock that is over leaves nothing behind: the count begins anew.
  const failedLogins = user.lockedUntil === null ? user.failedLogins + 1 : 1;
  const lockedUntil = failedLogins >= policy.failures ? minutesAfter(now, policy.minutes) : null;
  return { ...user, failedLogins, lockedUntil };
}

const OUTCOMES: Readonly<Record<UserStatus, LoginOutcome>> = {
  active: 'success',
  pending: 'not_verified',
  inactive: 'closed',
  suspended: 'closed',
};

/** What comes of a login; while locked, not even the right password is looked at. */
export function attemptLogin(
  user: User,
  now: Date,
  policy: LockPolicy,
  passwordIsRight: boolean,
): { readonly user: User; readonly outcome: LoginOutcome } {
  if (isLocked(user, now)) return { user, outcome: 'locked' };
  if (!passwordIsRight)
    return { user: afterFailedLogin(user, now, policy), outcome: 'wrong_password' };
  return { user: { ...user, failedLogins: 0, lockedUntil: null }, outcome: OUTCOMES[user.status] };
}

/** Whether the last mail that somebody asked for is long enough ago. */
export const mayBeMailed = ({ lastMailAt }: User, now: Date): boolean =>
  lastMailAt === null || now.getTime() - lastMailAt.getTime() >= MAIL_INTERVAL_MILLISECONDS;

/** Awaits this token, and none that was sent before. */
export const withVerification = (user: User, token: string, expiresAt: Date): User => ({
  ...user,
  verificationHash: digest(token),
  verificationExpiresAt: expiresAt,
});

/** Owns the address; the token has done its work. Who is shut out stays so. */
export const verified = (user: User, now: Date): User => ({
  ...user,
  status: user.status === 'pending' ? 'active' : user.status,
  emailVerifiedAt: now,
  verificationHash: null,
  verificationExpiresAt: null,
});

/**
 * Changes the status by an administrator's hand.
 * @throws AuthError
 */
export function withStatus(user: User, status: UserStatus): User {
  if (status === 'pending') throw new AuthError('change-refused', 'Only a registration is pending');
  if (status === 'active' && user.emailVerifiedAt === null)
    throw new AuthError('change-refused', 'The e-mail address is not verified yet');
  return { ...user, status };
}
