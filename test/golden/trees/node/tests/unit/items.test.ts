import { beforeEach, expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/api/pagination.ts';
import { HttpProblem } from '../../src/api/problems.ts';
import { ItemService } from '../../src/domain/items/item-service.ts';
import type { Item, ItemCache, ItemRepository } from '../../src/domain/items/item.ts';

const item = (number: number): Item => ({
  id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  name: `item ${number}`,
  description: '',
  createdAt: new Date(Date.UTC(2026, 0, number)),
});

let stored: Map<string, Item>;
let remembered: Map<string, Item>;
let service: ItemService;

beforeEach(() => {
  stored = new Map([1, 2, 3].map((number) => [item(number).id, item(number)]));
  remembered = new Map();
  const repository: ItemRepository = {
    add: (name, description) => Promise.resolve({ ...item(9), name, description }),
    get: (id) => Promise.resolve(stored.get(id)),
    listAfter: (position, limit) =>
      Promise.resolve(
        [...stored.values()]
          .reverse()
          .filter(({ createdAt }) => !position || createdAt < position.createdAt)
          .slice(0, limit),
      ),
    delete: (id) => Promise.resolve(stored.delete(id)),
  };
  const cache: ItemCache = {
    get: (id) => Promise.resolve(remembered.get(id)),
    put: (found) => Promise.resolve(void remembered.set(found.id, found)),
    forget: (id) => Promise.resolve(void remembered.delete(id)),
  };
  service = new ItemService(repository, cache);
});

test('an item that was found is remembered', async () => {
  expect(await service.get(item(1).id)).toEqual(item(1));
  stored.clear();
  expect(await service.get(item(1).id)).toEqual(item(1));
  expect(await service.get(item(2).id)).toBeUndefined();
});

test('a deleted item is forgotten', async () => {
  await service.get(item(1).id);
  expect(await service.delete(item(1).id)).toBe(true);
  expect(await service.get(item(1).id)).toBeUndefined();
  expect(await service.delete(item(1).id)).toBe(false);
});

test('pages follow each other, and the last one says so', async () => {
  const first = await service.page(undefined, 2);
  expect(first.items).toEqual([item(3), item(2)]);
  const second = await service.page(first.next, 2);
  expect(second).toEqual({ items: [item(1)], next: undefined });
});

test('a page that is just full is not followed by an empty one', async () => {
  expect((await service.page(undefined, 3)).next).toBeUndefined();
});

test('a cursor comes back as what it was', () => {
  const position = { createdAt: item(1).createdAt, id: item(1).id };
  expect(decodeCursor(encodeCursor(position))).toEqual(position);
});

test.each(['', 'nonsense', Buffer.from('2026-01-01 x').toString('base64url')])(
  'the cursor %j is refused',
  (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(HttpProblem);
  },
);
