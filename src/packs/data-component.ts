/** Turns a component that is data into one that the engine runs, after everything it names was found to be there. */
import type { Contribution, Opening, View, ViewValue } from '../component/contribution.ts';
import {
  CATEGORIES,
  type AnyComponent,
  type Category,
  type ComponentId,
  type Project,
} from '../component/define.ts';
import {
  boolean,
  choice,
  integer,
  set,
  text,
  type Field,
  type Fields,
  type FieldValue,
  type KnownAnswers,
} from '../component/fields.ts';
import { projectFields } from '../component/project-fields.ts';
import type { Issue } from '../errors.ts';
import { nearest } from '../plan/nearest.ts';
import { parseValue } from '../plan/parse-value.ts';
import { FRAGMENTS, type Template } from '../render/template-store.ts';
import type { ComponentData, Condition, FieldData } from './component-file.ts';

/** What every template may say anyway (plan/plan-run, `viewOfProject`): a view must not mean something else by it. */
export const PROJECT_VIEW = [
  'name',
  'slug',
  'identifier',
  'envPrefix',
  'description',
  'owner',
  'imageRepository',
  'licence',
  'securityContact',
  'domain',
  'mainBranch',
  'composeProduction',
  'kubernetesFolder',
  'stack',
  'needs',
  'has',
  'app',
] as const;
/** What the templates of a README may say besides (render/render-plan). */
export const README_VIEW = ['tree', 'diagram', 'hasDocuments', 'documents'] as const;

const MAX_TEXT = 4096;
/** A text that a pattern judges is kept short, so that judging it stays quick. */
const MAX_MATCHED_TEXT = 200;

/** A component of a pack, and what else is known where it is judged. */
export interface Surroundings {
  /** The file as the user knows it. */
  readonly where: string;
  /** Its templates and fragments. */
  readonly templates: readonly Template[];
  /** Categories of all components that there will be, by id. */
  readonly categories: ReadonlyMap<ComponentId, Category>;
  /** Fields of all components that there will be, by id. */
  readonly fields: ReadonlyMap<ComponentId, Fields>;
  /** What each component requires, by id. */
  readonly requires: ReadonlyMap<ComponentId, readonly ComponentId[]>;
}

/** The fields of a component, as far as they are right. */
export function fieldsOf(data: ComponentData): Fields {
  return Object.fromEntries(
    Object.entries(data.fields ?? {}).map(([name, field]) => [name, fieldOf(field, data)]),
  );
}

function fieldOf(field: FieldData, { id, fields = {} }: ComponentData): Field {
  const { label, help, ask, when } = field;
  const given = {
    help,
    ...(ask !== undefined && { ask }),
    ...(when && {
      when: {
        test: (known: KnownAnswers) =>
          holds(when.is, (key) => known.get(Object.hasOwn(fields, key) ? `${id}.${key}` : key)),
        reason: when.reason,
      },
    }),
  };
  switch (field.kind) {
    case 'text': {
      const { pattern, fault = 'does not have the form that is asked for' } = field;
      const limit = pattern === undefined ? MAX_TEXT : MAX_MATCHED_TEXT;
      return text(label, {
        ...given,
        default: String(field.default),
        maxLength: Math.min(field.maxLength ?? MAX_MATCHED_TEXT, limit),
        ...(pattern !== undefined && {
          pattern,
          validate: (value: string) => (new RegExp(pattern, 'u').test(value) ? undefined : fault),
        }),
      });
    }
    case 'integer':
      return integer(label, {
        ...given,
        default: Number(field.default),
        min: field.min ?? 0,
        max: field.max ?? 0,
      });
    case 'boolean':
      return boolean(label, { ...given, default: field.default === true });
    case 'choice':
      return choice(label, field.options ?? [], { ...given, default: String(field.default) });
    case 'set':
      return set(label, field.options ?? [], {
        ...given,
        default: Array.isArray(field.default) ? (field.default as readonly string[]) : [],
      });
  }
}

/** Every name and value in a component that means nothing where it stands. */
export function componentFaults(data: ComponentData, surroundings: Surroundings): Issue[] {
  const { where, templates, categories } = surroundings;
  const issue = (pointer: string, message: string, hint: string): Issue => ({
    id: 'component-value',
    message,
    where: `${where}#/${pointer}`,
    hint,
  });
  const unknownOf = (name: string, pointer: string, names: Iterable<string>, what: string): Issue => {
    const near = nearest(name, names);
    return issue(
      pointer,
      `there is no ${what} "${name}"`,
      near === undefined ? `see "bulwark list"` : `did you mean "${near}"?`,
    );
  };
  const stacks = [...categories].filter(([, category]) => category === 'stack').map(([id]) => id);
  const fragments = new Set(templates.filter(({ layer }) => layer === FRAGMENTS).map(({ path }) => path));
  const layers = new Set(templates.map(({ layer }) => layer).filter((layer) => layer !== FRAGMENTS));
  const named = new Set(['base', ...(data.layers ?? []).map(({ layer }) => layer)]);
  const conditions = conditionsIn(data);
  return [
    ...(data.requires ?? [])
      .filter((id) => !categories.has(id))
      .map((id) => unknownOf(id, 'requires', categories.keys(), 'component')),
    ...(data.stacks ?? [])
      .filter((id) => !stacks.includes(id))
      .map((id) => unknownOf(id, 'stacks', stacks, 'stack')),
    ...Object.entries(data.fields ?? {}).flatMap(([name, field]) => fieldFaults(name, field, issue)),
    ...(Object.hasOwn(data.samples, 'default')
      ? []
      : [issue('samples', 'there is no sample "default"', 'add "default": {}')]),
    ...Object.entries(data.samples).flatMap(([sample, values]) =>
      sampleFaults(sample, values, data, issue, unknownOf),
    ),
    ...Object.entries(data.view ?? {}).flatMap(([name, value]) => [
      ...(PROJECT_VIEW.some((taken) => taken === name)
        ? [
            issue(
              `view/${name}`,
              `"${name}" is what every template may say of the project`,
              'choose another name',
            ),
          ]
        : []),
      ...(typeof value === 'string' ? keyFaults(value, `view/${name}`, data, surroundings, unknownOf) : []),
    ]),
    ...conditions.flatMap(([pointer, condition]) =>
      conditionFaults(condition, pointer, data, surroundings, issue, unknownOf),
    ),
    ...(data.contributes ?? [])
      .filter(({ fragment }) => !fragments.has(fragment))
      .map(({ fragment }) =>
        unknownOf(fragment, 'contributes', fragments, `fragment in templates/${data.id}/_fragments`),
      ),
    ...(data.layers ?? [])
      .filter(({ layer }) => !layers.has(layer))
      .map(({ layer }) => unknownOf(layer, 'layers', layers, `folder in templates/${data.id}`)),
    ...[...layers]
      .filter((layer) => !named.has(layer))
      .map((layer) =>
        issue(
          'layers',
          `nothing picks the folder templates/${data.id}/${layer}`,
          `add { "layer": "${layer}", "when": … }`,
        ),
      ),
    ...[...fragments]
      .filter((fragment) => !(data.contributes ?? []).some((piece) => piece.fragment === fragment))
      .map((fragment) =>
        issue(
          'contributes',
          `nothing uses the fragment ${fragment}`,
          'contribute it to a shared file, or remove it',
        ),
      ),
  ];
}

type MakeIssue = (pointer: string, message: string, hint: string) => Issue;
type UnknownName = (name: string, pointer: string, names: Iterable<string>, what: string) => Issue;

/** Keys that a kind of field has a use for, besides those that all have. */
const KEYS_OF_KIND: Readonly<Record<FieldData['kind'], readonly (keyof FieldData)[]>> = {
  text: ['maxLength', 'pattern', 'fault'],
  integer: ['min', 'max'],
  boolean: [],
  choice: ['options'],
  set: ['options'],
};
const OWN_KEYS = ['options', 'min', 'max', 'maxLength', 'pattern', 'fault'] as const;

function fieldFaults(name: string, field: FieldData, issue: MakeIssue): Issue[] {
  const pointer = `fields/${name}`;
  const used = KEYS_OF_KIND[field.kind];
  const useless = OWN_KEYS.filter((key) => field[key] !== undefined && !used.includes(key));
  const needed =
    field.kind === 'integer'
      ? (['min', 'max'] as const)
      : field.kind === 'choice' || field.kind === 'set'
        ? (['options'] as const)
        : [];
  const missing = needed.filter((key) => field[key] === undefined);
  const faults = [
    ...useless.map((key) =>
      issue(pointer, `"${key}" has no meaning for ${field.kind}`, `leave out "${key}"`),
    ),
    ...missing.map((key) =>
      issue(pointer, `a field of the kind ${field.kind} needs "${key}"`, `add "${key}"`),
    ),
    ...(field.options && new Set(field.options).size < field.options.length
      ? [issue(`${pointer}/options`, 'an option stands there twice', 'leave one of them out')]
      : []),
    ...(field.options?.length === 0 ||
    field.options?.some((option) => option.includes(',') || option === 'none')
      ? [issue(`${pointer}/options`, 'an option is missing, is "none" or holds a comma', 'use plain words')]
      : []),
  ];
  if (faults.length > 0) return faults;
  const parsed = parseValue(fieldOf(field, EMPTY), field.default);
  return 'value' in parsed
    ? []
    : [
        issue(
          `${pointer}/default`,
          `the default ${JSON.stringify(field.default)} ${parsed.fault}`,
          parsed.hint,
        ),
      ];
}

/** For a field that is looked at by itself. */
const EMPTY: ComponentData = { id: '', category: 'repository', description: '', samples: {} };

function sampleFaults(
  sample: string,
  values: Readonly<Record<string, FieldValue>>,
  data: ComponentData,
  issue: MakeIssue,
  unknownOf: UnknownName,
): Issue[] {
  const fields = data.fields ?? {};
  return Object.entries(values).flatMap(([name, value]) => {
    const pointer = `samples/${sample}/${name}`;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) return [unknownOf(name, pointer, Object.keys(fields), 'field')];
    const parsed = parseValue(fieldOf(field, EMPTY), value);
    return 'value' in parsed ? [] : [issue(pointer, `${JSON.stringify(value)} ${parsed.fault}`, parsed.hint)];
  });
}

/** The field that a key means: of the component itself, of the project, the choice of components, or of one that it requires. */
function fieldAt(
  key: string,
  data: ComponentData,
  { categories, fields, requires }: Surroundings,
): Field | 'components' | undefined {
  if (data.fields && Object.hasOwn(data.fields, key)) {
    const field = data.fields[key];
    return field && fieldOf(field, data);
  }
  if (Object.hasOwn(projectFields, key)) return projectFields[key as keyof typeof projectFields];
  if (Object.hasOwn(CATEGORIES, key)) return 'components';
  const dot = key.indexOf('.');
  const owner = key.slice(0, Math.max(dot, 0));
  if (dot < 0 || !categories.has(owner) || !neededBy(data, requires).has(owner)) return undefined;
  const theirs = fields.get(owner) ?? {};
  const name = key.slice(dot + 1);
  return Object.hasOwn(theirs, name) ? theirs[name] : undefined;
}

function neededBy(data: ComponentData, requires: Surroundings['requires']): ReadonlySet<string> {
  const needed = new Set(data.requires ?? []);
  // A set grows while it is walked.
  for (const id of needed) for (const more of requires.get(id) ?? []) needed.add(more);
  return needed;
}

function keyFaults(
  key: string,
  pointer: string,
  data: ComponentData,
  surroundings: Surroundings,
  unknownOf: UnknownName,
): Issue[] {
  if (fieldAt(key, data, surroundings) !== undefined) return [];
  const names = [
    ...Object.keys(data.fields ?? {}),
    ...Object.keys(projectFields),
    ...Object.keys(CATEGORIES),
  ];
  return [
    unknownOf(key, pointer, names, 'answer of the component, the project or a component that it requires'),
  ];
}

function conditionFaults(
  condition: Condition,
  pointer: string,
  data: ComponentData,
  surroundings: Surroundings,
  issue: MakeIssue,
  unknownOf: UnknownName,
): Issue[] {
  return Object.entries(condition).flatMap(([key, wanted]) => {
    const field = fieldAt(key, data, surroundings);
    if (field === undefined) return keyFaults(key, pointer, data, surroundings, unknownOf);
    return alternatives(wanted).flatMap((value) => {
      if (field === 'components') {
        const members = [...surroundings.categories]
          .filter(([, category]) => category === key)
          .map(([id]) => id);
        return members.includes(String(value))
          ? []
          : [unknownOf(String(value), pointer, members, `component of ${key}`)];
      }
      const parsed = parseValue(
        field.kind === 'set' ? { ...field, kind: 'choice', default: '' } : field,
        value,
      );
      return 'value' in parsed && typeof value === typeof parsed.value
        ? []
        : [
            issue(
              pointer,
              `${key} is never ${JSON.stringify(value)}`,
              'compare with a value that it can have',
            ),
          ];
    });
  });
}

/** Every condition of a component, with the place where it stands. */
function conditionsIn(data: ComponentData): (readonly [pointer: string, condition: Condition])[] {
  const found: (readonly [string, Condition])[] = [];
  for (const [name, { when }] of Object.entries(data.fields ?? {})) {
    if (when) found.push([`fields/${name}/when/is`, when.is]);
  }
  for (const [name, value] of Object.entries(data.view ?? {})) {
    if (typeof value !== 'string') found.push([`view/${name}/when`, value.when]);
  }
  for (const key of ['layers', 'opens', 'contributes', 'documents', 'nextSteps'] as const) {
    for (const [index, { when }] of (data[key] ?? []).entries()) {
      if (when) found.push([`${key}/${index}/when`, when]);
    }
  }
  return found;
}

const alternatives = (wanted: FieldValue): readonly (string | number | boolean)[] =>
  typeof wanted === 'object' ? wanted : [wanted];

function holds(condition: Condition, answer: (key: string) => unknown): boolean {
  return Object.entries(condition).every(([key, wanted]) => {
    const given = answer(key);
    return alternatives(wanted).some((value) =>
      Array.isArray(given) ? given.includes(value) : given === value,
    );
  });
}

/**
 * The component that the data say; for data without faults.
 * @param templates its own, by which it is known what it may name
 */
export function componentOf(data: ComponentData): AnyComponent {
  type Answered = Readonly<Record<string, FieldValue>>;
  const answerIn =
    (own: Answered, project: Project) =>
    (key: string): unknown =>
      Object.hasOwn(own, key) ? own[key] : answerOf(project, key);
  const applying =
    <Item extends { readonly when?: Condition }>(items: readonly Item[] = []) =>
    (own: Answered, project: Project): readonly Item[] =>
      items.filter(({ when }) => when === undefined || holds(when, answerIn(own, project)));
  const { requires, stacks, seeded } = data;
  return {
    id: data.id,
    category: data.category,
    description: data.description,
    chosenByDefault: data.chosenByDefault === true,
    ...(requires && { requires }),
    ...(stacks && { stacks }),
    ...(seeded && { seeded }),
    fields: fieldsOf(data),
    layers: (own, project) => applying(data.layers)(own, project).map(({ layer }) => layer),
    view: (own, project) => viewOf(data, answerIn(own, project)),
    contributes: (own, project) => [
      ...applying(data.opens)(own, project).map(({ kind, id, path }): Opening => ({
        type: 'open',
        kind,
        id,
        path,
      })),
      ...applying(data.contributes)(own, project).map(({ kind, id, fragment, order = 50 }): Contribution => ({
        type: 'fragment',
        kind,
        id,
        fragment,
        order,
      })),
    ],
    documents: (own, project) =>
      applying(data.documents)(own, project).map(({ path, title, tells }) => ({ path, title, tells })),
    nextSteps: (own, project) => applying(data.nextSteps)(own, project).map(({ step }) => step),
    samples: { default: {}, ...data.samples },
  };
}

function viewOf({ view = {} }: ComponentData, answer: (key: string) => unknown): View {
  return Object.fromEntries(
    Object.entries(view).map(([name, value]) => [
      name,
      typeof value === 'string' ? ((answer(value) ?? '') as ViewValue) : holds(value.when, answer),
    ]),
  );
}

/** An answer of the project or of a required component; undefined where its question does not apply. */
function answerOf(project: Project, key: string): unknown {
  try {
    return project.answer(key);
  } catch {
    return undefined;
  }
}
