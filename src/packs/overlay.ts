/** Puts packs over our catalog: components, presets, standards, templates; what contradicts is refused, never guessed. */
import type { AnyComponent, ComponentId, PresetDefinition } from '../component/define.ts';
import type { FieldValue } from '../component/fields.ts';
import { usageError, type Issue } from '../errors.ts';
import type { RequiredComponent } from '../plan/answers.ts';
import { catalogOf, type Catalog } from '../plan/catalog.ts';
import { nearest } from '../plan/nearest.ts';
import { parseValue } from '../plan/parse-value.ts';
import { flagOf } from '../plan/questions.ts';
import type { TeamAnswer } from '../plan/standards.ts';
import type { Template } from '../render/template-store.ts';
import { componentFaults } from './data-component.ts';
import { sourceInPack, type LoadedPack, type PackComponent } from './load-pack.ts';
import { MANIFEST } from './manifest.ts';

/** Something that one pack says, and may be said again only by a pack that lies over it. */
interface Said<Value> {
  readonly value: Value;
  readonly pack: LoadedPack;
}

const isOver = (upper: LoadedPack, lower: LoadedPack): boolean => upper.over.includes(lower.sha512);

/**
 * The catalog with the packs in it.
 * @param packs each after what it extends
 * @param options flags that are no question's, with their dashes
 * @throws BulwarkError (code 2) with everything that is wrong: `two-packs` naming both, `pack-override`, `pack-value`,
 * `component-value`
 */
export async function overlayCatalog(
  base: Catalog,
  packs: readonly LoadedPack[],
  options: readonly string[],
): Promise<Catalog> {
  const issues: Issue[] = [];
  const put = <Value>(
    map: Map<string, Said<Value>>,
    key: string,
    said: Said<Value>,
    what: string,
    isSame: (a: Value, b: Value) => boolean = () => false,
  ): void => {
    const other = map.get(key);
    if (
      other &&
      other.pack !== said.pack &&
      !isOver(said.pack, other.pack) &&
      !isSame(other.value, said.value)
    ) {
      issues.push(twoPacks(other.pack, said.pack, what));
      return;
    }
    map.set(key, said);
  };

  const components = new Map<ComponentId, Said<PackComponent>>();
  const presets = new Map<string, Said<PresetDefinition>>();
  const locked = new Map<string, Said<FieldValue>>();
  const defaults = new Map<string, Said<FieldValue>>();
  const required: RequiredComponent[] = [];
  for (const pack of packs) {
    const { manifest } = pack;
    const where = sourceInPack(manifest.name, MANIFEST);
    for (const value of pack.components) {
      const { id } = value.component;
      if (base.components.some((ours) => ours.id === id)) {
        issues.push({
          id: 'pack-override',
          message: `"${id}" is a component of bulwark`,
          where: sourceInPack(manifest.name, value.path),
          hint: `choose another name; a template of ours is overridden by its path: templates/${id}/base/…`,
        });
      } else put(components, id, { value, pack }, `bring the component "${id}"`);
    }
    for (const [id, { description, answers }] of Object.entries(manifest.presets ?? {})) {
      if (base.presets.some((ours) => ours.id === id)) {
        issues.push({
          id: 'pack-override',
          message: `"${id}" is a preset of bulwark`,
          where: `${where}#/presets`,
          hint: 'choose another name',
        });
      } else put(presets, id, { value: { id, description, answers }, pack }, `bring the preset "${id}"`);
    }
    for (const [key, value] of Object.entries(manifest.locked ?? {}))
      put(locked, key, { value, pack }, `lock ${key}`, isSameAnswer);
    // A default is a wish: of two packs the later one has it.
    for (const [key, value] of Object.entries(manifest.defaults ?? {})) defaults.set(key, { value, pack });
    for (const component of manifest.required ?? []) {
      if (!required.some((other) => other.component === component))
        required.push({ component, pack: manifest.name });
    }
  }

  const brought = [...components.values()].map(({ value }) => value.component);
  const templates = await overlayTemplates(base, packs, new Set(brought.map(({ id }) => id)), issues);
  const catalog = {
    ...catalogOf(
      [...base.components, ...brought],
      [...base.presets, ...[...presets.values()].map(({ value }) => value)],
      async (id) => templates.get(id) ?? base.templates(id),
    ),
    standards: { defaults: asTeam(defaults), locked: asTeam(locked), required },
  };
  issues.push(
    ...standardFaults(catalog, packs),
    ...flagFaults(catalog, brought, options),
    ...[...components.values()].flatMap(({ value, pack }) => faultsOf(value, pack, catalog, templates)),
  );
  if (issues.length > 0) throw usageError(issues);
  return catalog;
}

const asTeam = (said: ReadonlyMap<string, Said<FieldValue>>): ReadonlyMap<string, TeamAnswer> =>
  new Map([...said].map(([key, { value, pack }]) => [key, { value, pack: pack.manifest.name }]));

const isSameAnswer = (a: FieldValue, b: FieldValue): boolean => JSON.stringify(a) === JSON.stringify(b);

const twoPacks = (first: LoadedPack, second: LoadedPack, what: string): Issue => ({
  id: 'two-packs',
  message: `the packs "${first.manifest.name}" and "${second.manifest.name}" both ${what}`,
  where: second.manifest.name,
  hint: 'leave out one of the two, or let one extend the other',
});

/** Templates by component, of those that a pack says something of. */
async function overlayTemplates(
  base: Catalog,
  packs: readonly LoadedPack[],
  brought: ReadonlySet<ComponentId>,
  issues: Issue[],
): Promise<ReadonlyMap<ComponentId, readonly Template[]>> {
  const merged = new Map<
    ComponentId,
    Map<string, { readonly template: Template; readonly pack?: LoadedPack }>
  >();
  const ours = new Set(base.components.map(({ id }) => id));
  for (const pack of packs) {
    for (const [id, templates] of pack.templates) {
      if (!ours.has(id) && !brought.has(id)) {
        const near = nearest(id, [...ours, ...brought]);
        issues.push({
          id: 'pack-override',
          message: `there is no component "${id}" for these templates`,
          where: sourceInPack(pack.manifest.name, `templates/${id}`),
          hint:
            near === undefined ? 'add generators/ for it, or see "bulwark list"' : `did you mean "${near}"?`,
        });
        continue;
      }
      let placed = merged.get(id);
      if (!placed) {
        const own = ours.has(id) ? await base.templates(id) : [];
        placed = new Map(own.map((template) => [placeOf(template), { template }]));
        merged.set(id, placed);
      }
      for (const template of templates) {
        const other = placed.get(placeOf(template));
        if (ours.has(id) && !other) issues.push(nothingToOverride(template, placed.keys(), id, pack));
        else if (other?.pack && !isOver(pack, other.pack))
          issues.push(twoPacks(other.pack, pack, `bring the template templates/${id}/${placeOf(template)}`));
        else placed.set(placeOf(template), { template, pack });
      }
    }
  }
  return new Map(
    [...merged].map(([id, placed]) => [id, [...placed.values()].map(({ template }) => template)]),
  );
}

const placeOf = ({ layer, path }: Template): string => `${layer}/${path}`;

function nothingToOverride(
  template: Template,
  places: Iterable<string>,
  id: ComponentId,
  pack: LoadedPack,
): Issue {
  const near = nearest(placeOf(template), places);
  return {
    id: 'pack-override',
    message: `${id} has no template ${placeOf(template)} that could be overridden`,
    where: template.source,
    hint:
      near === undefined
        ? `see templates/${id}/ of bulwark; a file of your own belongs to a component of "${pack.manifest.name}"`
        : `did you mean ${near}?`,
  };
}

/** Keys that ask nothing, and values that no question takes. */
function standardFaults(catalog: Catalog, packs: readonly LoadedPack[]): Issue[] {
  const questions = new Map(catalog.questions.map((question) => [question.key, question]));
  return packs.flatMap(({ manifest }) => {
    const where = sourceInPack(manifest.name, MANIFEST);
    const faultsIn = (answers: Readonly<Record<string, FieldValue>> = {}, pointer: string): Issue[] =>
      Object.entries(answers).flatMap(([key, value]) => {
        const question = questions.get(key);
        const at = `${where}#/${pointer}/${key}`;
        if (!question) {
          const near = nearest(key, questions.keys());
          return [
            {
              id: 'pack-value',
              message: `there is no question "${key}"`,
              where: at,
              hint: near === undefined ? 'see "bulwark list" and "bulwark info"' : `did you mean "${near}"?`,
            },
          ];
        }
        const parsed = parseValue(question.field, value);
        return 'value' in parsed
          ? []
          : [
              {
                id: 'pack-value',
                message: `${JSON.stringify(value)} ${parsed.fault}`,
                where: at,
                hint: parsed.hint,
              },
            ];
      });
    const ids = catalog.components.map(({ id }) => id);
    return [
      ...faultsIn(manifest.defaults, 'defaults'),
      ...faultsIn(manifest.locked, 'locked'),
      ...Object.entries(manifest.presets ?? {}).flatMap(([id, { answers }]) =>
        faultsIn(answers, `presets/${id}/answers`),
      ),
      ...(manifest.required ?? [])
        .filter((id) => !ids.includes(id))
        .map((id): Issue => {
          const near = nearest(id, ids);
          return {
            id: 'pack-value',
            message: `there is no component "${id}"`,
            where: `${where}#/required`,
            hint: near === undefined ? 'see "bulwark list"' : `did you mean "${near}"?`,
          };
        }),
    ];
  });
}

/** Two questions, or a question and an option, that one flag would answer. */
function flagFaults(catalog: Catalog, brought: readonly AnyComponent[], options: readonly string[]): Issue[] {
  const taken = new Map<string, string>(options.map((name) => [name, 'an option of bulwark']));
  const faults: Issue[] = [];
  for (const { key, field, component } of catalog.questions) {
    const flag = flagOf(key);
    for (const name of field.kind === 'boolean' ? [flag, `--no-${flag.slice(2)}`] : [flag]) {
      const other = taken.get(name);
      if (other !== undefined && brought.some(({ id }) => id === component)) {
        faults.push({
          id: 'component-value',
          message: `${key} would have the flag ${name}, which is ${other}`,
          where: key,
          hint: 'choose another name for the component or the field',
        });
      }
      taken.set(name, `the flag of ${key}`);
    }
  }
  return faults;
}

function faultsOf(
  { data, path }: PackComponent,
  pack: LoadedPack,
  { components }: Catalog,
  templates: ReadonlyMap<ComponentId, readonly Template[]>,
): Issue[] {
  if (!data) return [];
  return componentFaults(data, {
    where: sourceInPack(pack.manifest.name, path),
    templates: templates.get(data.id) ?? [],
    categories: new Map(components.map(({ id, category }) => [id, category])),
    fields: new Map(components.map(({ id, fields }) => [id, fields])),
    requires: new Map(components.map(({ id, requires = [] }) => [id, requires])),
  });
}
