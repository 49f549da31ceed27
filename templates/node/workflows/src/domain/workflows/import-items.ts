/** The workflow `import-items`: a text with an item on each line becomes items, all of them or none. */
import { z } from 'zod';
import type { RunEvents } from './run.ts';
import { StepRefused, type Step, type Workflow } from './workflow.ts';

const MOST_CHARACTERS = 100_000;
const MOST_ITEMS = 1000;

const input = z.strictObject({
  /** `name; description`, the description may be missing. */
  text: z
    .string()
    .max(MOST_CHARACTERS)
    .refine((value) => !value.includes('\0'), 'must not contain NUL'),
});
const parsed = z.object({
  items: z.array(z.object({ name: z.string(), description: z.string() })),
});
const stored = z.object({ count: z.number() });

const transform: Step = {
  name: 'transform',
  run: async (context) => {
    const lines = input.parse(context.input).text.split(/\r?\n/);
    const items = lines.flatMap((line, index) => {
      if (line.trim() === '') return [];
      const [name = '', ...rest] = line.split(';');
      const item = { name: name.trim(), description: rest.join(';').trim() };
      if (item.name === '') throw new StepRefused(`Line ${index + 1} has no name`);
      if (item.name.length > 200 || item.description.length > 2000)
        throw new StepRefused(`Line ${index + 1} is too long`);
      return [item];
    });
    if (items.length === 0) throw new StepRefused('There is no item in the text');
    if (items.length > MOST_ITEMS) throw new StepRefused(`There are more than ${MOST_ITEMS} items`);
    return Promise.resolve({ state: { items } });
  },
};

const store: Step = {
  name: 'store',
  run: async ({ state }) => {
    const { items } = parsed.parse(state);
    return Promise.resolve({
      state: { count: items.length },
      save: async (stores) => {
        for (const { name, description } of items) await stores.items.add(name, description);
      },
    });
  },
};

const notify = (events: RunEvents): Step => ({
  name: 'notify',
  run: async ({ runId, ownerId, key, state }) => {
    const { count } = stored.parse(state);
    const text = count === 1 ? 'One item was imported' : `${count} items were imported`;
    await events.notice({ key, runId, ownerId, text });
    return { state: { count } };
  },
});

export const importItems = (events: RunEvents): Workflow => ({
  name: 'import-items',
  does: 'makes an item of each line of a text',
  input,
  steps: [transform, store, notify(events)],
});
