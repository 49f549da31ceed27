/** `bulwark.json`: the choices of a repository, made to be read and edited by people. */
import { BulwarkError, ExitCode } from '../errors.ts';
import { nearest } from '../plan/nearest.ts';
import { arePins, sortedPins } from '../pin/recorded-pins.ts';
import type { Pins } from '../pin/reference.ts';
import { repoPathFault, type RepoPath } from '../tree/repo-path.ts';
import { badFile, conflictMarkerLine } from './failures.ts';
import { parseJson } from './json-text.ts';

export const SETTINGS_PATH = 'bulwark.json' as RepoPath;

export const MANAGES = ['repository', 'components'] as const;
/** What bulwark answers for: the repository as a whole, or single components of it. */
export type Manages = (typeof MANAGES)[number];

export interface Settings {
  readonly $schema: string;
  readonly preset: string | null;
  /** Judged by the fields of the components, not here. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** `components`: bulwark renders the chosen components alone, into a repository that was there before it. */
  readonly manages?: Manages;
  /** Where the repository keeps a shared file, by the path that it would have. */
  readonly layout?: Readonly<Record<string, string>>;
  /** References, in the order in which they are put over our catalog. */
  readonly packs: readonly string[];
  /** What `bulwark pin` found tags to stand for: every rendering has it put in. */
  readonly pins?: Pins;
}

/** The text of the file: keys in the order of the type, answers in the order given, pins sorted, what is empty left out, two spaces. */
export function serializeSettings({
  $schema,
  preset,
  manages,
  layout,
  answers,
  packs,
  pins,
}: Settings): string {
  const scope = manages === undefined || manages === 'repository' ? {} : { manages };
  const places = layout === undefined || Object.keys(layout).length === 0 ? {} : { layout };
  const some = pins && sortedPins(pins);
  const settings = { $schema, preset, ...scope, ...places, answers, packs, ...(some && { pins: some }) };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/**
 * Reads the file. `$schema`, `preset`, `packs` and `pins` may be left out.
 * @throws BulwarkError: `settings-conflict` (code 3), or code 2 with every issue found: `settings-syntax` with line and column,
 * `settings-key` with the nearest known key, `settings-type`
 */
export function parseSettings(text: string): Settings {
  const marker = conflictMarkerLine(text);
  if (marker !== undefined) {
    throw new BulwarkError(ExitCode.conflicts, [
      {
        id: 'settings-conflict',
        message: `${SETTINGS_PATH} holds an unresolved merge conflict`,
        where: `${SETTINGS_PATH}:${marker}`,
        hint: 'keep the answers you want and take the markers out',
      },
    ]);
  }
  const reading = parseJson(text);
  if ('fault' in reading) {
    const { message, line, column } = reading.fault;
    throw badFile({
      id: 'settings-syntax',
      message: `${SETTINGS_PATH} is no JSON: ${message}`,
      where: `${SETTINGS_PATH}:${line}:${column}`,
      hint: 'mend the line, or restore the file from git',
    });
  }
  const { value } = reading;
  if (!isObject(value)) {
    throw badFile({
      id: 'settings-type',
      message: `${SETTINGS_PATH} is no object`,
      where: SETTINGS_PATH,
      hint: 'it starts with { "preset": …, "answers": { … } }',
    });
  }
  const issues = [...unknownKeys(value), ...wrongTypes(value)];
  const [first, ...rest] = issues;
  if (first) throw new BulwarkError(ExitCode.usage, [first, ...rest]);
  const {
    $schema = '',
    preset = null,
    manages,
    layout,
    answers = {},
    packs = [],
    pins,
  } = value as Partial<Settings>;
  return {
    $schema,
    preset,
    ...(manages && { manages }),
    ...(layout && { layout }),
    answers,
    packs,
    ...(pins && { pins }),
  };
}

const TYPES = {
  $schema: { is: (value) => typeof value === 'string', name: 'a text' },
  preset: { is: (value) => value === null || typeof value === 'string', name: 'a text or null' },
  manages: { is: (value) => MANAGES.some((scope) => scope === value), name: MANAGES.join(' or ') },
  layout: { is: isLayout, name: 'an object of paths' },
  answers: { is: (value) => isObject(value), name: 'an object' },
  packs: {
    is: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    name: 'a list of references',
  },
  pins: { is: arePins, name: 'an object of "images" and "actions", as `bulwark pin` writes it' },
} satisfies Record<keyof Settings, { is: (value: unknown) => boolean; name: string }>;

const KEYS = Object.keys(TYPES) as (keyof Settings)[];

/** Each a path of the repository: nothing else may become one of a plan. */
function isLayout(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.values(value).every((path) => typeof path === 'string' && repoPathFault(path) === undefined)
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unknownKeys = (value: Record<string, unknown>) =>
  Object.keys(value)
    .filter((key) => !Object.hasOwn(TYPES, key))
    .map((key) => {
      const near = nearest(key, KEYS);
      return {
        id: 'settings-key',
        message: `unknown key ${JSON.stringify(key)} in ${SETTINGS_PATH}`,
        where: `${SETTINGS_PATH}#/${key}`,
        hint:
          near === undefined
            ? `the keys are ${KEYS.join(', ')}; the answer to a question stands in "answers"`
            : `did you mean "${near}"?`,
      };
    });

const wrongTypes = (value: Record<string, unknown>) =>
  KEYS.filter((key) => Object.hasOwn(value, key) && !TYPES[key].is(value[key])).map((key) => ({
    id: 'settings-type',
    message: `"${key}" in ${SETTINGS_PATH} must be ${TYPES[key].name}`,
    where: `${SETTINGS_PATH}#/${key}`,
    hint: `now it is ${JSON.stringify(value[key]).slice(0, 60)}`,
  }));
