/** A repository has its own name and no other: nothing of the first rendering is left in the second. */
import { describe, expect, it } from 'vitest';
import { deriveNames } from '../../src/component/names.ts';
import { catalog, render } from '../support/render.ts';

const FIRST = { name: 'my-service', owner: 'first-owner', description: 'What the first one does' };
const SECOND = { name: 'OrderDesk 2', owner: 'Acme9', description: 'Takes orders' };

const stacks = catalog.components.filter(({ category }) => category === 'stack').map(({ id }) => id);
const DATA = ['postgres', 'rabbitmq', 'redis'];

describe.each(stacks)('two names for %s', (stack) => {
  it('leave nothing of the one in the other', async () => {
    const { display, slug, identifier, envPrefix } = deriveNames(FIRST.name);
    const traces = [display, slug, identifier, envPrefix, FIRST.owner, FIRST.description].map((text) =>
      text.toLowerCase(),
    );
    const second = await render({ stack, data: DATA, ...SECOND });
    for (const { path, content } of second.tree.values()) {
      const text = `${path}\n${content.toString('utf8')}`.toLowerCase();
      for (const trace of traces) expect(text.includes(trace), `${path} holds "${trace}"`).toBe(false);
    }
  });

  it('give the same files, and each file its own name', async () => {
    const one = await render({ stack, data: DATA, ...FIRST });
    const other = await render({ stack, data: DATA, ...SECOND });
    expect([...other.tree.keys()]).toEqual([...one.tree.keys()]);
    const named = [...one.tree.values()].filter(({ content }) => content.includes(FIRST.name));
    expect(named.length).toBeGreaterThan(3);
    for (const { path } of named) {
      const text = other.tree.get(path)?.content.toString('utf8') ?? '';
      expect(text, path).toMatch(/order-desk-2|OrderDesk 2/);
    }
  });
});
