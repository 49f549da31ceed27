/** Users for tests that are not about becoming one. */
import { randomUUID } from 'node:crypto';
import type { Resources } from '../../src/api/resources.ts';
import type { Role, UserStatus } from '../../src/domain/auth/user.ts';
import { BcryptHasher } from '../../src/infrastructure/security/bcrypt-hasher.ts';

export const PASSWORD = 'correct horse 7';

const hasher = new BcryptHasher(4, 2);

/** An address that no other test has. */
export const newAddress = (): string => `${randomUUID()}@example.org`;

/** @returns the id and the address of a user with PASSWORD */
export async function addUser(
  { database }: Pick<Resources, 'database'>,
  { role = 'user', status = 'active' }: { role?: Role; status?: UserStatus } = {},
): Promise<{ readonly id: string; readonly email: string }> {
  const now = new Date();
  return database.client.user.create({
    data: {
      id: randomUUID(),
      email: newAddress(),
      fullName: 'Jo Doe',
      passwordHash: await hasher.hash(PASSWORD),
      status,
      role,
      createdAt: now,
      emailVerifiedAt: status === 'pending' ? null : now,
    },
    select: { id: true, email: true },
  });
}

/** The headers of a new user's requests. */
export async function logInAs(
  { resources }: { readonly resources: Resources },
  role: Role,
): Promise<Record<string, string>> {
  const { email } = await addUser(resources, { role });
  const client = { ipAddress: null, userAgent: '' };
  const given = { email, password: PASSWORD, device: '' };
  const { access } = await resources.accounts.sessions.logIn(given, client);
  return { authorization: `Bearer ${access}` };
}
