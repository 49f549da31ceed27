/** Keeps items in PostgreSQL. */
import type { Item, ItemRepository, Position } from '../../domain/items/item.ts';
import type { Queries } from './database.ts';

export class PostgresItemRepository implements ItemRepository {
  readonly #client: Queries;

  constructor(client: Queries) {
    this.#client = client;
  }

  add(name: string, description: string): Promise<Item> {
    return this.#client.item.create({ data: { name, description } });
  }

  async get(id: string): Promise<Item | undefined> {
    return (await this.#client.item.findUnique({ where: { id } })) ?? undefined;
  }

  /** By keyset: a page far down costs no more than the first, and nothing is seen twice. */
  listAfter(position: Position | undefined, limit: number): Promise<readonly Item[]> {
    const after = position && {
      createdAt: { lte: position.createdAt },
      OR: [
        { createdAt: { lt: position.createdAt } },
        { createdAt: position.createdAt, id: { lt: position.id } },
      ],
    };
    return this.#client.item.findMany({
      ...(after && { where: after }),
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
    });
  }

  async delete(id: string): Promise<boolean> {
    const { count } = await this.#client.item.deleteMany({ where: { id } });
    return count > 0;
  }
}
