/** Keeps users, sessions and the audit log in PostgreSQL. */
import type {
  AccountEvent,
  AuditEntry,
  AuthStore,
  AuthTransaction,
  SessionRepository,
  UserRepository,
} from '../../domain/auth/ports.ts';
import type { Session } from '../../domain/auth/session.ts';
import {
  ROLES,
  USER_STATUSES,
  type Role,
  type User,
  type UserStatus,
} from '../../domain/auth/user.ts';
import { lockouts, logins } from '../observability/auth-metrics.ts';
import type { Database, Queries } from './database.ts';

type UserRow = Omit<User, 'status' | 'role'> & { readonly status: string; readonly role: string };

/** The table has no other values; this is for who adds one there and not here. */
function oneOf<Value extends string>(values: readonly Value[], given: string): Value {
  const found = values.find((value) => value === given);
  if (found === undefined) throw new Error(`the database has the unknown value ${given}`);
  return found;
}

const toUser = (row: UserRow): User => ({
  ...row,
  status: oneOf<UserStatus>(USER_STATUSES, row.status),
  role: oneOf<Role>(ROLES, row.role),
});

class PostgresUsers implements UserRepository {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  async add(user: User): Promise<boolean> {
    const { count } = await this.#queries.user.createMany({ data: user, skipDuplicates: true });
    return count === 1;
  }

  async find(email: string, options?: { readonly lock: boolean }): Promise<User | undefined> {
    if (options?.lock)
      await this.#queries.$queryRaw`SELECT 1 FROM users WHERE email = ${email} FOR UPDATE`;
    const row = await this.#queries.user.findUnique({ where: { email } });
    return row ? toUser(row) : undefined;
  }

  async findByVerification(tokenHash: Uint8Array<ArrayBuffer>): Promise<User | undefined> {
    await this.#queries
      .$queryRaw`SELECT 1 FROM users WHERE verification_hash = ${tokenHash} FOR UPDATE`;
    const row = await this.#queries.user.findUnique({ where: { verificationHash: tokenHash } });
    return row ? toUser(row) : undefined;
  }

  async get(id: string, options?: { readonly lock: boolean }): Promise<User | undefined> {
    if (options?.lock)
      await this.#queries.$queryRaw`SELECT 1 FROM users WHERE id = ${id}::uuid FOR UPDATE`;
    const row = await this.#queries.user.findUnique({ where: { id } });
    return row ? toUser(row) : undefined;
  }

  async listAfter(email: string, limit: number): Promise<readonly User[]> {
    const rows = await this.#queries.user.findMany({
      where: { email: { gt: email } },
      orderBy: { email: 'asc' },
      take: limit,
    });
    return rows.map(toUser);
  }

  async save(user: User): Promise<void> {
    // Of nobody there is no row, and that is no error.
    await this.#queries.user.updateMany({ where: { id: user.id }, data: user });
  }
}

class PostgresSessions implements SessionRepository {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  async add(session: Session): Promise<void> {
    await this.#queries.userSession.create({ data: session });
  }

  async find(
    id: string,
    options?: { readonly lock: boolean },
  ): Promise<{ readonly session: Session; readonly user: User } | undefined> {
    if (options?.lock)
      await this.#queries.$queryRaw`SELECT 1 FROM user_sessions WHERE id = ${id}::uuid FOR UPDATE`;
    const row = await this.#queries.userSession.findUnique({
      where: { id },
      include: { user: true },
    });
    if (!row) return undefined;
    const { user, ...session } = row;
    return { session, user: toUser(user) };
  }

  listOpen(userId: string, now: Date): Promise<readonly Session[]> {
    return this.#queries.userSession.findMany({
      where: { userId, revokedAt: null, expiresAt: { gt: now } },
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'asc' }],
    });
  }

  async save({ id, tokenHash, previousTokenHash, lastUsedAt }: Session): Promise<void> {
    await this.#queries.userSession.update({
      where: { id },
      data: { tokenHash, previousTokenHash, lastUsedAt },
    });
  }

  async revoke(userId: string, now: Date, sessionId?: string): Promise<readonly string[]> {
    const revoked = await this.#queries.userSession.updateManyAndReturn({
      where: {
        userId,
        revokedAt: null,
        expiresAt: { gt: now },
        ...(sessionId !== undefined && { id: sessionId }),
      },
      data: { revokedAt: now },
      select: { id: true },
    });
    return revoked.map(({ id }) => id);
  }
}

async function record(queries: Queries, entry: AuditEntry, now: Date): Promise<void> {
  await queries.authAuditEntry.create({
    data: {
      occurredAt: now,
      event: entry.event,
      success: entry.success,
      userId: entry.userId ?? null,
      ipAddress: entry.client.ipAddress,
      userAgent: entry.client.userAgent,
      details: { ...entry.details },
    },
  });
}

function count({ event, details }: AuditEntry): void {
  if (event === 'login') logins.inc({ outcome: details?.outcome ?? 'unknown' });
  if (event === 'lock') lockouts.inc();
}

export class PostgresAuthStore implements AuthStore {
  readonly #database: Database;
  readonly #tell: (event: AccountEvent) => void;

  /** @param tell who is told of what happened, once it is committed */
  constructor(database: Database, tell: (event: AccountEvent) => void = () => undefined) {
    this.#database = database;
    this.#tell = tell;
  }

  async transaction<Result>(
    work: (transaction: AuthTransaction) => Promise<Result>,
  ): Promise<Result> {
    const entries: AuditEntry[] = [];
    const events: AccountEvent[] = [];
    const result = await this.#database.transaction((queries) =>
      work({
        users: new PostgresUsers(queries),
        sessions: new PostgresSessions(queries),
        record: async (entry, now) => {
          await record(queries, entry, now);
          entries.push(entry);
        },
        announce: (event) => {
          events.push(event);
        },
      }),
    );
    // What was rolled back has not happened.
    entries.forEach(count);
    events.forEach(this.#tell);
    return result;
  }
}
