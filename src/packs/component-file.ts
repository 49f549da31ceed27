/** A component as data: the file `generators/<id>.json` (or .yaml) of a pack, and the shape that it must have. */
import type { SharedFileKind } from '../component/contribution.ts';
import { CATEGORIES, type Category } from '../component/define.ts';
import type { FieldValue } from '../component/fields.ts';
import type { Issue } from '../errors.ts';
import { ANSWER_KEY, answerShape, ID_PATTERN } from './manifest.ts';
import { readData } from './read-data.ts';
import { isObject, shapeFaults, type Shape } from './shape.ts';

/** Holds when every answer named is one of the values given; of an answer that is a set, one of them must be in it. */
export type Condition = Readonly<Record<string, FieldValue>>;

interface Conditional {
  readonly when?: Condition;
}

export interface FieldData {
  readonly kind: 'text' | 'integer' | 'boolean' | 'choice' | 'set';
  readonly label: string;
  readonly help: string;
  readonly default: FieldValue;
  readonly ask?: boolean;
  readonly when?: { readonly is: Condition; readonly reason: string };
  readonly options?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** What to say of a text that the pattern refuses. */
  readonly fault?: string;
}

export interface ComponentData {
  readonly id: string;
  readonly category: Category;
  readonly description: string;
  readonly chosenByDefault?: boolean;
  readonly requires?: readonly string[];
  readonly stacks?: readonly string[];
  readonly fields?: Readonly<Record<string, FieldData>>;
  readonly layers?: readonly ({ readonly layer: string } & Conditional)[];
  /** What templates may say besides the project: an answer by its key, or whether a condition holds. */
  readonly view?: Readonly<Record<string, string | { readonly when: Condition }>>;
  readonly opens?: readonly ({
    readonly kind: SharedFileKind;
    readonly id: string;
    readonly path: string;
  } & Conditional)[];
  readonly contributes?: readonly ({
    readonly kind: SharedFileKind;
    readonly id: string;
    readonly fragment: string;
    readonly order?: number;
  } & Conditional)[];
  readonly documents?: readonly ({
    readonly path: string;
    readonly title: string;
    readonly tells: string;
  } & Conditional)[];
  readonly nextSteps?: readonly ({ readonly step: string } & Conditional)[];
  readonly seeded?: readonly string[];
  readonly renames?: Readonly<Record<string, string>>;
  readonly samples: Readonly<Record<string, Readonly<Record<string, FieldValue>>>>;
}

export const SHARED_FILE_KINDS = [
  'compose',
  'workflow',
  'dependabot',
  'pre-commit',
  'prometheus',
  'prometheus-rule',
  'app-spec',
  'env',
  'makefile',
  'readme',
  'ignore',
  'attributes',
] as const satisfies readonly SharedFileKind[];

/** Camel case, as a name in a template. */
const NAME_PATTERN = '^[a-z][A-Za-z0-9]*$';

const id = (says: string): Shape => ({ type: 'text', says, pattern: ID_PATTERN, maxLength: 60 });
const line = (says: string, maxLength = 500): Shape => ({ type: 'text', says, maxLength, pattern: '\\S' });
const condition: Shape = {
  type: 'map',
  says: 'answers by key, such as { "tier": "gold" }',
  key: { says: 'a field of the component, or the key of a question', pattern: ANSWER_KEY },
  of: answerShape,
};
const kind: Shape = { type: 'one-of', says: 'a kind of shared file', values: SHARED_FILE_KINDS };
const sharedId: Shape = {
  type: 'text',
  says: 'the id of a shared file, such as "base" or "ci"',
  pattern: ID_PATTERN,
};

const listOf = (says: string, keys: (Shape & { type: 'object' })['keys']): Shape => ({
  type: 'list',
  says,
  of: { type: 'object', says: 'an object', keys: { ...keys, when: { shape: condition } } },
});

const fieldShape: Shape = {
  type: 'object',
  says: 'a field: "kind", "label", "help", "default"',
  keys: {
    kind: {
      shape: {
        type: 'one-of',
        says: 'a kind of field',
        values: ['text', 'integer', 'boolean', 'choice', 'set'],
      },
      required: true,
    },
    label: { shape: line('a noun phrase, such as "Tier"', 60), required: true },
    help: {
      shape: { type: 'text', says: 'one plain sentence', pattern: '^[A-Z].*\\.$', maxLength: 500 },
      required: true,
    },
    default: { shape: answerShape, required: true },
    ask: { shape: { type: 'boolean', says: 'true where a person is asked at once' } },
    when: {
      shape: {
        type: 'object',
        says: 'an object with "is" and "reason"',
        keys: {
          is: { shape: condition, required: true },
          reason: { shape: line('what completes "does not apply: …"'), required: true },
        },
      },
    },
    options: { shape: { type: 'list', says: 'the options', of: line('an option', 100) } },
    min: { shape: { type: 'integer', says: 'the least number' } },
    max: { shape: { type: 'integer', says: 'the greatest number' } },
    maxLength: { shape: { type: 'integer', says: 'the most characters' } },
    pattern: {
      shape: { type: 'text', says: 'a pattern without groups', maxLength: 200, fault: patternFault },
    },
    fault: { shape: line('what to say of a text that the pattern refuses') },
  },
};

export const componentShape: Shape = {
  type: 'object',
  says: 'a component: at least "id", "category", "description" and "samples"',
  keys: {
    $schema: { shape: { type: 'text', says: 'the address of the schema' } },
    id: { shape: id('the name of the file and of the folder in templates/'), required: true },
    category: {
      shape: { type: 'one-of', says: 'the question by which it is chosen', values: categoriesOfPacks() },
      required: true,
    },
    description: { shape: line('one line for "bulwark list"'), required: true },
    chosenByDefault: {
      shape: { type: 'boolean', says: 'true where it is chosen unless somebody says otherwise' },
    },
    requires: {
      shape: { type: 'list', says: 'components that must be there too', of: id('the id of a component') },
    },
    stacks: { shape: { type: 'list', says: 'the stacks that it is made for', of: id('the id of a stack') } },
    fields: {
      shape: {
        type: 'map',
        says: 'fields by name',
        key: { says: 'a name in camel case', pattern: NAME_PATTERN },
        of: fieldShape,
      },
    },
    layers: {
      shape: listOf('folders of templates that answers pick', {
        layer: { shape: id('the name of a folder beside base/'), required: true },
      }),
    },
    view: {
      shape: {
        type: 'map',
        says: 'what templates may say, by name',
        key: { says: 'a name in camel case', pattern: NAME_PATTERN },
        of: {
          type: 'any-of',
          says: 'the key of an answer, or { "when": … } for whether a condition holds',
          of: [
            { type: 'text', says: 'the key of an answer', pattern: ANSWER_KEY },
            {
              type: 'object',
              says: 'an object with "when"',
              keys: { when: { shape: condition, required: true } },
            },
          ],
        },
      },
    },
    opens: {
      shape: listOf('shared files that it opens', {
        kind: { shape: kind, required: true },
        id: { shape: sharedId, required: true },
        path: { shape: { type: 'path', says: 'the path of the file' }, required: true },
      }),
    },
    contributes: {
      shape: listOf('pieces of shared files', {
        kind: { shape: kind, required: true },
        id: { shape: sharedId, required: true },
        fragment: {
          shape: { type: 'path', says: 'a path below _fragments/, without .hbs' },
          required: true,
        },
        order: {
          shape: { type: 'integer', says: 'the place among the others, ascending; 50 in the middle' },
        },
      }),
    },
    documents: {
      shape: listOf('documents that the README leads to', {
        path: { shape: { type: 'path', says: 'the path of the document' }, required: true },
        title: { shape: line('its title', 100), required: true },
        tells: { shape: line('what stands in it, as half a sentence'), required: true },
      }),
    },
    nextSteps: {
      shape: listOf('what a person does next', {
        step: { shape: line('one command or sentence'), required: true },
      }),
    },
    seeded: {
      shape: {
        type: 'list',
        says: 'files that are the user’s once edited',
        of: { type: 'path', says: 'a path, or a folder with a slash at its end', folders: true },
      },
    },
    renames: {
      shape: {
        type: 'map',
        says: 'new paths of rendered files by their old ones',
        key: { says: 'the old path', isPath: true },
        of: { type: 'path', says: 'the new path' },
      },
    },
    samples: {
      shape: {
        type: 'map',
        says: 'answers to the fields by the name of the sample; "default" is one of them',
        key: { says: 'a name in camel case', pattern: NAME_PATTERN },
        of: {
          type: 'map',
          says: 'answers by field',
          key: { says: 'the name of a field', pattern: NAME_PATTERN },
          of: answerShape,
        },
      },
      required: true,
    },
  },
};

/** A stack tells others its facts, and what is essential cannot be left out: neither can be said in data. */
function categoriesOfPacks(): readonly Category[] {
  return (Object.keys(CATEGORIES) as Category[]).filter(
    (category) => category !== 'stack' && category !== 'essential',
  );
}

/**
 * Why a pattern may not stand in a pack, or undefined. It runs with each key that is typed, so it must be one that no text can
 * make slow: no groups, no alternatives, and few places where a repetition could end.
 */
function patternFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
  } catch {
    return 'is no regular expression';
  }
  const outside = pattern.replace(/\\./gu, 'x').replace(/\[[^\]]*\]/g, 'x');
  if (/[(|]/.test(outside)) return 'has groups or alternatives';
  if (!outside.startsWith('^') || !outside.endsWith('$')) return 'does not stand between ^ and $';
  const open = outside.match(/[*+?]|\{\d*,\d*\}/g) ?? [];
  return open.length > 3 ? 'has more than three repetitions of no fixed length' : undefined;
}

/**
 * Reads one component.
 * @param where the file as the user knows it, with its ending
 * @returns the data, or what is wrong: ids `component-syntax`, `component-key`, `component-value`, `component-missing`
 */
export async function readComponentFile(
  text: string,
  where: string,
): Promise<{ readonly data: ComponentData } | { readonly issues: readonly Issue[] }> {
  const reading = await readData(text, where, 'component');
  if ('issues' in reading) return reading;
  const issues = shapeFaults(componentShape, reading.value, where, 'component');
  if (issues.length > 0 || !isObject(reading.value)) return { issues };
  return { data: reading.value as unknown as ComponentData };
}
