/** Works through a list, several at a time, and holds no more than the results. */

/**
 * @param limit how many are in work at once, at least 1
 * @param signal aborted: nothing new is begun, and what is in work is waited for
 * @returns the results in the order of the items; undefined for those that were never begun
 * @throws what `work` throws first, after those in work have ended
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly (Result | undefined)[]> {
  const results: (Result | undefined)[] = items.map(() => undefined);
  const failures: unknown[] = [];
  // One walk, shared: each worker takes the next item when it is free.
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (signal.aborted || failures.length > 0) return;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
