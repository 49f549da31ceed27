/** What an item is, how a list of items is walked, and what the items need from the outside. */

/** A named thing; it is created and deleted, never changed. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: Date;
}

/** A place in the list, newest first; the id tells apart what was created at one moment. */
export interface Position {
  readonly createdAt: Date;
  readonly id: string;
}

/** Some items and, when there are more, the place to go on from. */
export interface Page {
  readonly items: readonly Item[];
  readonly next: Position | undefined;
}

/** Keeps the items; each call is a transaction of its own. */
export interface ItemRepository {
  readonly add: (name: string, description: string) => Promise<Item>;
  readonly get: (id: string) => Promise<Item | undefined>;
  /** Items that follow a position, newest first. */
  readonly listAfter: (position: Position | undefined, limit: number) => Promise<readonly Item[]>;
  /** False when there is none. */
  readonly delete: (id: string) => Promise<boolean>;
}

/** Remembers items for a while; it never fails, it only forgets. */
export interface ItemCache {
  readonly get: (id: string) => Promise<Item | undefined>;
  readonly put: (item: Item) => Promise<void>;
  readonly forget: (id: string) => Promise<void>;
}
