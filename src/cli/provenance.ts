/** What the packs of a run bring and settle, as `list` and `info` show it. */
import type { FieldValue } from '../component/fields.ts';
import type { TeamAnswer } from '../plan/standards.ts';
import type { Template } from '../render/template-store.ts';
import type { CommandContext } from './commands/command.ts';

type Looked = Pick<CommandContext, 'catalog' | 'packs'>;

export interface ShownPack {
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
}

/** An answer that a pack has settled, or a component that it wants to be there. */
export interface Settled {
  readonly key: string;
  readonly value: FieldValue;
  readonly how: 'locked' | 'default' | 'required';
  readonly pack: string;
}

export const shownPacks = ({ packs }: Looked): readonly ShownPack[] =>
  (packs?.loaded.packs ?? []).map(({ manifest: { name, version, description = null } }) => ({
    name,
    version,
    description,
  }));

/** The pack that brings a component; null: it is ours. */
export const packOfComponent = ({ packs }: Looked, id: string): string | null =>
  packs?.loaded.packs.find(({ components }) => components.some(({ component }) => component.id === id))
    ?.manifest.name ?? null;

/** The pack that brings a preset; of two the one that lies above. */
export const packOfPreset = ({ packs }: Looked, id: string): string | null =>
  packs?.loaded.packs.findLast(({ manifest: { presets = {} } }) => Object.hasOwn(presets, id))?.manifest
    .name ?? null;

/** The pack that a template comes from; null: it is ours. */
export const packOfTemplate = ({ packs }: Looked, { source }: Template): string | null =>
  packs?.loaded.packs.find(({ manifest }) => source.startsWith(`${manifest.name}: `))?.manifest.name ?? null;

/** What the packs have settled, in the order of the questions; a lock hides a default. */
export function settledBy({ catalog }: Looked): readonly Settled[] {
  const { questions, standards } = catalog;
  if (!standards) return [];
  const settled = (key: string, how: Settled['how'], answer: TeamAnswer | undefined): Settled[] =>
    answer ? [{ key, how, ...answer }] : [];
  return [
    ...questions.flatMap(({ key }) =>
      standards.locked.has(key)
        ? settled(key, 'locked', standards.locked.get(key))
        : settled(key, 'default', standards.defaults.get(key)),
    ),
    ...standards.required.map(({ component, pack }): Settled => ({
      key: component,
      value: true,
      how: 'required',
      pack,
    })),
  ];
}

/** An answer as a person reads it. */
export const shownAnswer = (value: FieldValue): string =>
  typeof value === 'object' ? value.join(', ') || 'none' : String(value);

/** `locked to proprietary by the pack "acme"`. */
export const saysSettled = ({ how, value, pack }: Settled): string =>
  how === 'locked'
    ? `locked to ${shownAnswer(value)} by the pack "${pack}"`
    : how === 'default'
      ? `default of the pack "${pack}": ${shownAnswer(value)}`
      : `wanted in every repository by the pack "${pack}"`;
