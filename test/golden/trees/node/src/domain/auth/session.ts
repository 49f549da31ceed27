/** A login on a device, with the one refresh token that is good for it. */
import { digest, type RefreshToken } from './tokens.ts';

export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly device: string;
  readonly userAgent: string;
  readonly ipAddress: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly familyHash: Uint8Array<ArrayBuffer>;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly previousTokenHash: Uint8Array<ArrayBuffer> | null;
  readonly revokedAt: Date | null;
}

export type RefreshVerdict = 'current' | 'just exchanged' | 'reused' | 'foreign';

/** Two tabs of a browser may find the access token expired at the same moment. */
export const REFRESH_GRACE_MILLISECONDS = 10_000;

/** Whether it is neither revoked nor too old. */
export const isOpen = ({ revokedAt, expiresAt }: Session, now: Date): boolean =>
  revokedAt === null && now < expiresAt;

const same = (a: Uint8Array, b: Uint8Array | null): boolean =>
  b !== null && Buffer.compare(a, b) === 0;

/** What a token is to its session; one that was exchanged before means that somebody has a copy. */
export function judgeToken(session: Session, token: RefreshToken, now: Date): RefreshVerdict {
  if (!same(digest(token.family), session.familyHash)) return 'foreign';
  const tokenHash = digest(token.secret);
  if (same(tokenHash, session.tokenHash)) return 'current';
  const age = now.getTime() - session.lastUsedAt.getTime();
  return same(tokenHash, session.previousTokenHash) && age < REFRESH_GRACE_MILLISECONDS
    ? 'just exchanged'
    : 'reused';
}

/** Exchanges the token; the one before is remembered for those who come a moment late. */
export const refreshed = (session: Session, token: RefreshToken, now: Date): Session => ({
  ...session,
  tokenHash: digest(token.secret),
  previousTokenHash: session.tokenHash,
  lastUsedAt: now,
});
