/** What accounts need from the outside, whoever provides it. */
import { createHash } from 'node:crypto';
import type { Session } from './session.ts';
import type { Role, User } from './user.ts';

/** The time of day, as a parameter: tests move it, and the rules never read it themselves. */
export type Clock = () => Date;

/** From where a request comes. */
export interface Client {
  readonly ipAddress: string | null;
  readonly userAgent: string;
}

export type AuditEvent =
  | 'register'
  | 'verify_email'
  | 'login'
  | 'lock'
  | 'refresh'
  | 'refresh_reuse'
  | 'logout'
  | 'revoke_sessions'
  | 'change_status'
  | 'change_role';

/** Something that happened to an account, as it was and not as it was told to the client. */
export interface AuditEntry {
  readonly event: AuditEvent;
  readonly success: boolean;
  readonly client: Client;
  readonly userId?: string | null;
  readonly details?: Readonly<Record<string, string>>;
}

/** What stands for an address where the address itself must not be kept. */
export const fingerprint = (email: string): string =>
  createHash('sha256').update(email).digest('hex').slice(0, 16);

/** Something that happened; it names the user and nothing that should not be passed around. */
export interface AccountEvent {
  readonly kind: 'registered' | 'registered_again' | 'verified' | 'locked' | 'status_changed';
  readonly userId: string;
}

export interface UserRepository {
  /** False when the address is taken. */
  readonly add: (user: User) => Promise<boolean>;
  readonly find: (email: string, options?: { readonly lock: boolean }) => Promise<User | undefined>;
  /** Finds and locks the user who was sent this token. */
  readonly findByVerification: (tokenHash: Uint8Array<ArrayBuffer>) => Promise<User | undefined>;
  readonly get: (id: string, options?: { readonly lock: boolean }) => Promise<User | undefined>;
  /** The users whose addresses follow, in their order. */
  readonly listAfter: (email: string, limit: number) => Promise<readonly User[]>;
  readonly save: (user: User) => Promise<void>;
}

export interface SessionRepository {
  readonly add: (session: Session) => Promise<void>;
  /** A session and whose it is. */
  readonly find: (
    id: string,
    options?: { readonly lock: boolean },
  ) => Promise<{ readonly session: Session; readonly user: User } | undefined>;
  /** A user's open sessions, the last used first. */
  readonly listOpen: (userId: string, now: Date) => Promise<readonly Session[]>;
  readonly save: (session: Session) => Promise<void>;
  /** Revokes a user's open sessions or one of them, and returns which. */
  readonly revoke: (userId: string, now: Date, sessionId?: string) => Promise<readonly string[]>;
}

/** Everything in it happens, or nothing. */
export interface AuthTransaction {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly record: (entry: AuditEntry, now: Date) => Promise<void>;
  /** Tells others, once the transaction is committed. */
  readonly announce: (event: AccountEvent) => void;
}

export interface AuthStore {
  readonly transaction: <Result>(
    work: (transaction: AuthTransaction) => Promise<Result>,
  ) => Promise<Result>;
}

/** Hashes passwords slowly, a bounded number at a time. */
export interface PasswordHasher {
  readonly hash: (password: string) => Promise<string>;
  /** Without a hash it takes as long and the answer is no. */
  readonly verify: (password: string, hash: string | undefined) => Promise<boolean>;
  /** Whether a hash has another cost than today's. */
  readonly needsRehash: (hash: string) => boolean;
}

export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly role: Role;
}

export interface AccessTokens {
  readonly lifetimeSeconds: number;
  readonly issue: (claims: AccessClaims, now: Date) => Promise<string>;
  /** Nothing when it is not ours, or not any more. */
  readonly read: (token: string) => Promise<AccessClaims | undefined>;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A rejection means that nobody has taken the mail. */
export interface Mailer {
  readonly send: (mail: Mail) => Promise<void>;
}
