/** `pack.json`: what a pack says of itself and of the team's standards. */
import type { Issue } from '../errors.ts';
import type { FieldValue } from '../component/fields.ts';
import { readData } from './read-data.ts';
import { isObject, shapeFaults, type Shape } from './shape.ts';
import { isVersion, rangeFault } from './version-range.ts';

export const MANIFEST = 'pack.json';

export interface PackManifest {
  readonly name: string;
  readonly version: string;
  /** The versions of bulwark that it is made for, as a semver range. */
  readonly bulwark: string;
  readonly description?: string;
  /** Reference of the pack that this one lies over. */
  readonly extends?: string;
  /** Answers by key; anything a person says is stronger. */
  readonly defaults?: Answers;
  /** Components that every repository has. */
  readonly required?: readonly string[];
  /** Answers by key that nobody changes. */
  readonly locked?: Answers;
  readonly presets?: Readonly<Record<string, { readonly description: string; readonly answers: Answers }>>;
  /** Ids of the components that it adds; `generators/` must hold exactly these. */
  readonly components?: readonly string[];
  /** New paths of rendered files by their old ones. */
  readonly renames?: Readonly<Record<string, string>>;
  /** Path of the file with the team's rules. */
  readonly rules?: string;
  /** Path of a plop pack: `export default (plop, config)`; code, so loaded after trust only. */
  readonly hooks?: string;
}

type Answers = Readonly<Record<string, FieldValue>>;

/** Kebab-case, as the names of components are. */
export const ID_PATTERN = '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$';
/** `owner`, `fastapi.port`. */
export const ANSWER_KEY = '^[a-z][A-Za-z0-9-]*(?:\\.[a-z][A-Za-z0-9]*)?$';

const id = (says: string): Shape => ({ type: 'text', says, pattern: ID_PATTERN, maxLength: 60 });

/** What an answer may be; whether it fits its question is asked of the question. */
export const answerShape: Shape = {
  type: 'any-of',
  says: 'an answer: a text, a whole number, true, false or a list of texts',
  of: [
    { type: 'text', says: 'a text' },
    { type: 'integer', says: 'a whole number' },
    { type: 'boolean', says: 'true or false' },
    { type: 'list', says: 'a list of texts', of: { type: 'text', says: 'a text' } },
  ],
};

const answers = (says: string): Shape => ({
  type: 'map',
  says,
  key: { says: 'the key of a question, such as "owner" or "fastapi.port"', pattern: ANSWER_KEY },
  of: answerShape,
});

export const manifestShape: Shape = {
  type: 'object',
  says: 'an object with at least "name", "version" and "bulwark"',
  keys: {
    $schema: { shape: { type: 'text', says: 'the address of the schema' } },
    name: { shape: id('a name in kebab-case, such as "acme"'), required: true },
    version: {
      shape: {
        type: 'text',
        says: 'a version, such as "1.0.0"',
        fault: (text) => (isVersion(text) ? undefined : 'is no version'),
      },
      required: true,
    },
    bulwark: {
      shape: {
        type: 'text',
        says: 'a range of versions, such as ">=0.1 <2"',
        fault: rangeFault,
        maxLength: 100,
      },
      required: true,
    },
    description: { shape: { type: 'text', says: 'one line about the pack' } },
    extends: { shape: { type: 'text', says: 'the reference of one pack', maxLength: 2048 } },
    defaults: { shape: answers('answers by key that hold where nobody says otherwise') },
    required: {
      shape: { type: 'list', says: 'a list of components', of: id('the id of a component') },
    },
    locked: { shape: answers('answers by key that nobody changes') },
    presets: {
      shape: {
        type: 'map',
        says: 'presets by name',
        key: { says: 'a name in kebab-case', pattern: ID_PATTERN },
        of: {
          type: 'object',
          says: 'an object with "description" and "answers"',
          keys: {
            description: { shape: { type: 'text', says: 'one line about the preset' }, required: true },
            answers: { shape: answers('answers by key'), required: true },
          },
        },
      },
    },
    components: {
      shape: {
        type: 'list',
        says: 'the ids of the components in generators/',
        of: id('the id of a component'),
      },
    },
    renames: {
      shape: {
        type: 'map',
        says: 'new paths of rendered files by their old ones',
        key: { says: 'the old path of a rendered file', isPath: true },
        of: { type: 'path', says: 'the new path of a rendered file' },
      },
    },
    rules: { shape: { type: 'path', says: 'the path of a file of rules' } },
    hooks: { shape: { type: 'path', says: 'the path of a JavaScript file' } },
  },
};

/**
 * Reads a manifest.
 * @param where the file as the user knows it
 * @returns the manifest, or everything that is wrong: ids `pack-syntax`, `pack-key`, `pack-value`, `pack-missing`
 */
export async function readManifest(
  text: string,
  where: string,
): Promise<{ readonly manifest: PackManifest } | { readonly issues: readonly Issue[] }> {
  const reading = await readData(text, where, 'pack');
  if ('issues' in reading) return reading;
  const issues = shapeFaults(manifestShape, reading.value, where, 'pack');
  if (issues.length > 0 || !isObject(reading.value)) return { issues };
  return { manifest: reading.value as unknown as PackManifest };
}
