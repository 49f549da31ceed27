/** Users, for administrators: list, change status and role. */
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import { ROLES } from '../../domain/auth/user.ts';
import { API_PREFIX } from '../../project.ts';
import type { Accounts } from '../accounts.ts';
import { clientOf, principalOf } from '../auth-guards.ts';
import { read, text } from '../problems.ts';
import { userOut } from './auth.ts';

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: text(254).default(''),
});
const userPath = z.object({ id: z.uuid() });
const change = z
  .strictObject({
    status: z.enum(['active', 'inactive', 'suspended']).optional(),
    role: z.enum(ROLES).optional(),
  })
  .refine(({ status, role }) => status !== undefined || role !== undefined, {
    message: 'status or role is needed',
  });

export function userRoutes(
  app: FastifyInstance,
  { administration }: Accounts,
  { forAdmins }: { readonly forAdmins: onRequestAsyncHookHandler },
): void {
  const path = `${API_PREFIX}/users`;

  // In the order of their addresses; `cursor` is the `next_cursor` before.
  app.get(path, { onRequest: forAdmins }, async (request) => {
    const { limit, cursor } = read(listQuery, request.query, 'query');
    const { users, next } = await administration.page(cursor, limit);
    return { users: users.map(userOut), next_cursor: next ?? null };
  });

  // Whoever is not active any more is logged out at once.
  app.patch(`${path}/:id`, { onRequest: forAdmins }, async (request) => {
    const { id } = read(userPath, request.params, 'path');
    const changes = read(change, request.body, 'body');
    const { user } = principalOf(request);
    return userOut(await administration.change(user, id, clientOf(request), changes));
  });
}
