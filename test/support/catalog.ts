/** A catalog of a few small components, made in memory: what the command line asks and writes can be shown without the real ones. */
import { defineComponent, definePreset } from '../../src/component/define.ts';
import { boolean, choice, integer, text } from '../../src/component/fields.ts';
import { catalogOf, type Catalog } from '../../src/plan/catalog.ts';
import type { Template } from '../../src/render/template-store.ts';

const kettle = defineComponent({
  id: 'kettle',
  category: 'stack',
  description: 'boils water',
  chosenByDefault: true,
  requires: ['water'],
  fields: {
    liters: integer('Liters', { help: 'How much it holds.', default: 2, min: 1, max: 9, ask: true }),
    whistle: boolean('Whistle', { help: 'Whether it whistles.', default: true }),
    tune: text('Tune', {
      help: 'What it whistles.',
      default: 'La Paloma',
      when: { test: (known) => known.get('kettle.whistle') === true, reason: 'the kettle does not whistle' },
    }),
  },
  view: ({ liters, whistle, tune }) => ({ liters, whistle, tune: { literal: tune } }),
  samples: { default: {} },
});

const toaster = defineComponent({
  id: 'toaster',
  category: 'stack',
  description: 'toasts bread',
  chosenByDefault: false,
  fields: {
    browning: choice('Browning', ['light', 'dark'], { help: 'How dark.', default: 'light', ask: true }),
  },
  view: ({ browning }) => ({ browning }),
  samples: { default: {} },
});

const water = defineComponent({
  id: 'water',
  category: 'data',
  description: 'fresh water',
  chosenByDefault: false,
  stacks: ['kettle'],
  fields: {},
  samples: { default: {} },
});

const tea = defineComponent({
  id: 'tea',
  category: 'data',
  description: 'tea leaves',
  chosenByDefault: false,
  fields: {},
  samples: { default: {} },
});

const bread = definePreset({
  id: 'bread',
  description: 'toast and tea',
  answers: { stack: 'toaster', data: ['tea'] },
});

const file = (path: string, body: Template['body']): Template => ({
  layer: 'base',
  path,
  source: `templates/${path}`,
  executable: false,
  body,
});

const say =
  (...names: readonly string[]): Template['body'] =>
  (view) =>
    names.map((name) => `${name}: ${String((view as Record<string, unknown>)[name])}\n`).join('');

const TEMPLATES: Readonly<Record<string, readonly Template[]>> = {
  kettle: [file('kettle.txt', say('liters', 'whistle', 'tune')), file('common.txt', Buffer.from('common\n'))],
  toaster: [file('toaster.txt', say('browning')), file('common.txt', Buffer.from('common\n'))],
};

export const smallCatalog: Catalog = catalogOf(
  [kettle, toaster, water, tea],
  [bread],
  async (component) => TEMPLATES[component] ?? [],
);
