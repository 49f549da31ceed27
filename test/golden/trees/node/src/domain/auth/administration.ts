/** The use cases of administrators: see who has an account, change status and role. */
import { AuthError } from './errors.ts';
import type { AuthStore, AuthTransaction, Client, Clock } from './ports.ts';
import { withStatus, type Role, type User, type UserStatus } from './user.ts';

export class Administration {
  readonly #store: AuthStore;
  readonly #clock: Clock;

  constructor(store: AuthStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Users in the order of their addresses, and where the next page begins. */
  async page(
    after: string,
    limit: number,
  ): Promise<{ readonly users: readonly User[]; readonly next: string | undefined }> {
    // One more than asked for tells whether another page follows, without counting.
    const found = await this.#store.transaction(({ users }) => users.listAfter(after, limit + 1));
    const users = found.slice(0, limit);
    return { users, next: found.length > limit ? users.at(-1)?.email : undefined };
  }

  /**
   * Changes status or role; whoever is not active any more is logged out at once.
   * @throws AuthError
   */
  change(
    admin: User,
    userId: string,
    client: Client,
    changes: { readonly status?: UserStatus | undefined; readonly role?: Role | undefined },
  ): Promise<User> {
    // Also keeps the last administrator from going.
    if (admin.id === userId)
      throw new AuthError('change-refused', 'Nobody changes their own status or role');
    return this.#store.transaction(async (transaction) => {
      let user = await transaction.users.get(userId, { lock: true });
      if (!user) throw new AuthError('user-not-found');
      const by = admin.id;
      if (changes.status !== undefined && changes.status !== user.status)
        user = await this.#changeStatus(transaction, user, changes.status, client, by);
      if (changes.role !== undefined && changes.role !== user.role)
        user = await this.#changeRole(transaction, user, changes.role, client, by);
      await transaction.users.save(user);
      return user;
    });
  }

  /**
   * Gives a role from the command line, which is how the first administrator is made.
   * @throws AuthError
   */
  grantRole(email: string, role: Role): Promise<User> {
    return this.#store.transaction(async (transaction) => {
      const user = await transaction.users.find(email, { lock: true });
      if (!user) throw new AuthError('user-not-found');
      if (user.role === role) return user;
      const nowhere = { ipAddress: null, userAgent: '' };
      const changed = await this.#changeRole(transaction, user, role, nowhere, 'command line');
      await transaction.users.save(changed);
      return changed;
    });
  }

  async #changeStatus(
    transaction: AuthTransaction,
    user: User,
    status: UserStatus,
    client: Client,
    by: string,
  ): Promise<User> {
    const changed = withStatus(user, status);
    const now = this.#clock();
    if (status !== 'active') await transaction.sessions.revoke(user.id, now);
    transaction.announce({ kind: 'status_changed', userId: user.id });
    const details = { by, from: user.status, to: status };
    await transaction.record(
      { event: 'change_status', success: true, client, userId: user.id, details },
      now,
    );
    return changed;
  }

  async #changeRole(
    transaction: AuthTransaction,
    user: User,
    role: Role,
    client: Client,
    by: string,
  ): Promise<User> {
    const details = { by, from: user.role, to: role };
    const entry = {
      event: 'change_role',
      success: true,
      client,
      userId: user.id,
      details,
    } as const;
    await transaction.record(entry, this.#clock());
    return { ...user, role };
  }
}
