/** Items: create, find, list, delete. */
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import type { Item } from '../../domain/items/item.ts';
import type { ItemService } from '../../domain/items/item-service.ts';
import { API_PREFIX } from '../../project.ts';
import { decodeCursor, encodeCursor } from '../pagination.ts';
import { HttpProblem, read, text, words } from '../problems.ts';

const itemIn = z.strictObject({
  name: words(200),
  description: text(2000).default(''),
});
const itemPath = z.object({ id: z.uuid() });
const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});

const itemOut = ({ id, name, description, createdAt }: Item) => ({
  id,
  name,
  description,
  created_at: createdAt,
});

const notFound = (): HttpProblem => new HttpProblem(404, 'There is no such item');

/** Whoever is logged in reads and creates; what cannot be undone is for administrators. */
export interface ItemGuards {
  readonly forUsers: onRequestAsyncHookHandler;
  readonly forAdmins: onRequestAsyncHookHandler;
}

export function itemRoutes(
  app: FastifyInstance,
  items: ItemService,
  { forUsers, forAdmins }: ItemGuards,
): void {
  const path = `${API_PREFIX}/items`;

  app.post(path, { onRequest: forUsers }, async (request, reply) => {
    const { name, description } = read(itemIn, request.body, 'body');
    const item = await items.create(name, description);
    return reply.code(201).header('location', `${path}/${item.id}`).send(itemOut(item));
  });

  app.get(`${path}/:id`, { onRequest: forUsers }, async (request) => {
    const item = await items.get(read(itemPath, request.params, 'path').id);
    if (!item) throw notFound();
    return itemOut(item);
  });

  // Newest first; `cursor` is the `next_cursor` of the page before.
  app.get(path, { onRequest: forUsers }, async (request) => {
    const { limit, cursor } = read(listQuery, request.query, 'query');
    const page = await items.page(cursor === undefined ? undefined : decodeCursor(cursor), limit);
    return {
      items: page.items.map(itemOut),
      next_cursor: page.next ? encodeCursor(page.next) : null,
    };
  });

  app.delete(`${path}/:id`, { onRequest: forAdmins }, async (request, reply) => {
    if (!(await items.delete(read(itemPath, request.params, 'path').id))) throw notFound();
    return reply.code(204).send();
  });
}
