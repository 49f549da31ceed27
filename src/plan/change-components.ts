/** The answers that add components to a plan, or take them out of it. */
import type { AnyComponent, ComponentId } from '../component/define.ts';
import { usageError, type Issue } from '../errors.ts';
import type { Catalog } from './catalog.ts';
import { nearest } from './nearest.ts';

/** New values of the questions by which components are chosen, by key. */
export type ChosenSets = ReadonlyMap<string, readonly ComponentId[]>;

export interface Addition {
  readonly sets: ChosenSets;
  /** Components that come along, because those that were asked for need them. */
  readonly required: readonly ComponentId[];
}

/**
 * @param chosen what is in the plan now
 * @throws BulwarkError (code 2): `unknown-component`, `not-addable` (a stack), `already-there` when none of them would be new
 */
export function addComponents(
  catalog: Catalog,
  ids: readonly ComponentId[],
  chosen: readonly ComponentId[],
): Addition {
  const wanted = named(catalog, ids);
  const fixed = wanted.filter(({ category }) => category === 'stack' || category === 'essential');
  if (fixed.length > 0) {
    throw usageError(
      fixed.map(({ id, category }) => ({
        id: 'not-addable',
        message:
          category === 'stack'
            ? `${id} is a stack: a repository has one from its start`
            : `${id} is part of every repository`,
        where: id,
        hint: 'see "bulwark list" for the components that can be added',
      })),
    );
  }
  if (ids.every((id) => chosen.includes(id))) {
    throw usageError(
      ids.map((id) => ({
        id: 'already-there',
        message: `${id} is in this repository already`,
        where: id,
        hint: 'change its options with: bulwark update --set KEY=VALUE',
      })),
    );
  }
  const all = new Set<ComponentId>(ids);
  // Grows while it is walked: what a requirement requires is required too.
  for (const id of all) for (const needed of componentOf(catalog, id)?.requires ?? []) all.add(needed);
  const members = new Set([...chosen, ...all]);
  return {
    sets: setsOf(catalog, members),
    required: [...all].filter((id) => !ids.includes(id) && !chosen.includes(id)),
  };
}

/**
 * @throws BulwarkError (code 2): `unknown-component`, `not-there`, `not-removable` (a stack), `needed` when what stays needs it
 */
export function removeComponents(
  catalog: Catalog,
  ids: readonly ComponentId[],
  chosen: readonly ComponentId[],
): ChosenSets {
  const unwanted = named(catalog, ids);
  const rest = chosen.filter((id) => !ids.includes(id));
  const issues = unwanted.flatMap(({ id, category }): Issue[] => {
    if (category === 'stack' || category === 'essential') {
      return [
        {
          id: 'not-removable',
          message: `${id} is what the repository is built on`,
          where: id,
          hint: 'to let go of all of it, run: bulwark eject',
        },
      ];
    }
    if (!chosen.includes(id)) {
      return [
        {
          id: 'not-there',
          message: `${id} is not in this repository`,
          where: id,
          hint: `there are ${chosen.join(', ')}`,
        },
      ];
    }
    const dependents = rest.filter((other) => componentOf(catalog, other)?.requires?.includes(id) === true);
    return dependents.length === 0
      ? []
      : [
          {
            id: 'needed',
            message: `${dependents.join(' and ')} need${dependents.length === 1 ? 's' : ''} ${id}`,
            where: id,
            hint: `remove ${dependents.length === 1 ? 'it' : 'them'} too: bulwark remove ${[...ids, ...dependents].join(' ')}`,
          },
        ];
  });
  if (issues.length > 0) throw usageError(issues);
  return setsOf(catalog, new Set(rest));
}

const componentOf = ({ components }: Catalog, id: ComponentId): AnyComponent | undefined =>
  components.find((component) => component.id === id);

function named(catalog: Catalog, ids: readonly ComponentId[]): readonly AnyComponent[] {
  const found = ids.map((id) => [id, componentOf(catalog, id)] as const);
  const names = catalog.components.map(({ id }) => id);
  const unknown = found.flatMap(([id, component]) => (component ? [] : [id]));
  if (unknown.length > 0) {
    throw usageError(
      unknown.map((id) => {
        const suggestion = nearest(id, names);
        return {
          id: 'unknown-component',
          message: `there is no component "${id}"`,
          where: id,
          hint: suggestion === undefined ? 'see "bulwark list"' : `did you mean ${suggestion}?`,
        };
      }),
    );
  }
  return found.flatMap(([, component]) => component ?? []);
}

const setsOf = ({ questions }: Catalog, members: ReadonlySet<ComponentId>): ChosenSets =>
  new Map(
    questions.flatMap(({ key, field, category }) =>
      category !== undefined && field.kind === 'set'
        ? [[key, field.options.filter((option) => members.has(option))] as const]
        : [],
    ),
  );
