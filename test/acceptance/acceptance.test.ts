/** Does each preset render what the documents that it comes from name, under any name of the project? */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { render } from '../support/render.ts';
import { judgeInventory } from './inventory.ts';

const PRESETS: readonly { readonly preset: string; readonly due: readonly string[] }[] = [
  { preset: 'fastapi-platform', due: [] },
  {
    preset: 'node-platform',
    // Groups whose components do not exist yet.
    due: ['Terraform, due with the terraform component', 'workflows, due with the delivery workflows'],
  },
];
const NAMES = [
  { name: 'my-service', slug: 'my-service' },
  { name: 'OrderDesk 2', slug: 'order-desk-2' },
];

const listOf = (preset: string): string => readFileSync(join(import.meta.dirname, `${preset}.txt`), 'utf8');

describe.each(PRESETS)('preset $preset', ({ preset, due }) => {
  test.each(NAMES)('holds its inventory as "$name"', async ({ name, slug }) => {
    const { tree, plan } = await render({ name }, preset);
    expect(plan.project.names.slug).toBe(slug);
    const lines = judgeInventory(listOf(preset), tree, slug).filter(({ group }) => !due.includes(group));
    expect(lines.length).toBeGreaterThan(80);
    expect(lines.filter((line) => !line.holds).map(({ line }) => line)).toEqual([]);
  });

  test('misses what is taken out', async () => {
    const { tree } = await render({}, preset);
    const without = new Map([...tree].filter(([path]) => path !== '.dockerignore'));
    const missing = judgeInventory(listOf(preset), without, 'my-service').filter(({ holds }) => !holds);
    expect(missing.map(({ line }) => line)).toContain('.dockerignore');
  });

  test('has no group of the inventory wrongly left for later', () => {
    const groups = judgeInventory(listOf(preset), new Map(), '').map(({ group }) => group);
    for (const group of due) expect(groups).toContain(group);
  });
});
