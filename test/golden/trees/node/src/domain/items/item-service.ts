/** The use cases of items; finding one goes through the cache. */
import type { Item, ItemCache, ItemRepository, Page, Position } from './item.ts';

export class ItemService {
  readonly #repository: ItemRepository;
  readonly #cache: ItemCache;

  constructor(repository: ItemRepository, cache: ItemCache) {
    this.#repository = repository;
    this.#cache = cache;
  }

  create(name: string, description: string): Promise<Item> {
    return this.#repository.add(name, description);
  }

  /** Cache first, then the database, whose answer is remembered. */
  async get(id: string): Promise<Item | undefined> {
    const cached = await this.#cache.get(id);
    if (cached) return cached;
    const item = await this.#repository.get(id);
    if (item) await this.#cache.put(item);
    return item;
  }

  /** The items that follow a position. */
  async page(after: Position | undefined, limit: number): Promise<Page> {
    // One more than asked for tells whether another page follows, without counting.
    const found = await this.#repository.listAfter(after, limit + 1);
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return { items, next: last && { createdAt: last.createdAt, id: last.id } };
  }

  /** False when there is none. A get under way may put it back: then it is seen until its time in the cache is over. */
  async delete(id: string): Promise<boolean> {
    const deleted = await this.#repository.delete(id);
    await this.#cache.forget(id);
    return deleted;
  }
}
