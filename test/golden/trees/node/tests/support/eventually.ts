/** Waits for what becomes so by and by. */

/** Asks again until it is so; it fails after the time. */
export async function eventually<Result>(
  look: () => Promise<Result | undefined> | Result | undefined,
  seconds = 10,
): Promise<Result> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const result = await look();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > end) throw new Error('It did not become so in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
