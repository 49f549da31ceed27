/** The JSON Schema of rules files, for editors; the parser is stricter (patterns, paths, ids that stand twice). */
type Schema = Readonly<Record<string, unknown>>;

const text = (description: string, more: Schema = {}): Schema => ({
  description,
  type: ['string', 'number'],
  ...more,
});
const scalar: Schema = { type: ['string', 'number', 'boolean'] };
const texts = (description: string): Schema => ({
  description,
  anyOf: [
    { type: ['string', 'number'] },
    { type: 'array', minItems: 1, maxItems: 500, items: { type: ['string', 'number'] } },
  ],
});
const object = (properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...more,
});
const value = (description: string): Schema => ({
  description,
  anyOf: [scalar, { type: 'array', items: scalar }],
});

const condition: Readonly<Record<string, Schema>> = {
  exists: {
    description: 'Whether the value must be there (true) or must not be there (false).',
    type: 'boolean',
  },
  equals: value('The value; the order of a list makes no difference.'),
  in: {
    description: 'The values that are allowed; of a list every item must be one of them.',
    type: 'array',
    minItems: 1,
    maxItems: 500,
    items: { anyOf: [scalar, { type: 'array', items: scalar }] },
  },
  contains: value('An item that the list must hold, or a key that the map must have.'),
  matches: text(
    'A regular expression as RE2 knows them: no look-around, no back references. Tie it to the ends with ^ and $.',
    { maxLength: 500 },
  ),
  'at-least': text(
    'A number, a version ("3.12" is above "3.9") or a quantity (512Mi) that the value must reach.',
  ),
  'at-most': text('A number, a version or a quantity that the value must not exceed.'),
  not: {
    description: 'A condition that must not hold; a value that is not there meets it.',
    $ref: '#/definitions/condition',
  },
};
const someCondition: Schema = { anyOf: Object.keys(condition).map((key) => ({ required: [key] })) };

const names = (what: string): Schema => ({
  description: `${what}: patterns in which * stands for any characters. A list of what is denied, or in: and except:.`,
  anyOf: [
    { type: 'string' },
    { type: 'array', minItems: 1, items: { type: 'string' } },
    object(
      {
        in: texts('What is denied; without it everything is.'),
        except: texts('What is allowed all the same.'),
      },
      { minProperties: 1 },
    ),
  ],
});

const components = texts('Components by id, see "bulwark list".');
const option = object(
  { key: text('The key of the answer, such as postgres.version.'), ...condition },
  { required: ['key'], ...someCondition },
);
const files = (description: string): Schema =>
  texts(`${description} Patterns: * stops at a slash, ** stands for any folders, {a,b} is a choice.`);

const exactlyOne = (properties: Readonly<Record<string, Schema>>, description: string): Schema =>
  object(properties, { description, minProperties: 1, maxProperties: 1 });

const rule: Schema = object(
  {
    id: text('A stable name in kebab-case; reports and waivers use it.', {
      type: 'string',
      pattern: '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$',
      maxLength: 80,
    }),
    reason: text('Why the team wants it, for whoever breaks it.'),
    severity: {
      description: 'An error refuses the run (exit code 6), a warning is only shown.',
      enum: ['error', 'warning'],
      default: 'error',
    },
    exclude: files('Files that the rule does not judge.'),
    waivable: {
      description:
        'Whether a waiver of another rules file may lift it; a lock is not waivable unless it says so.',
      type: 'boolean',
    },
    require: exactlyOne(
      {
        component: components,
        option,
        file: files('Files of which at least one must be there, for each pattern.'),
      },
      'What must be in the repository.',
    ),
    lock: {
      description: 'Answers that have this value, whatever flags, files or people say.',
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        anyOf: [
          scalar,
          { type: 'array', items: scalar },
          { type: 'object', additionalProperties: { anyOf: [scalar, { type: 'array', items: scalar }] } },
        ],
      },
    },
    deny: exactlyOne(
      {
        component: components,
        option,
        registry: names('Registries, with all below them (ghcr.io/acme), images come from'),
        image: names('Images, with their tag or without'),
        baseImage: names('Images that Dockerfiles build on'),
        region: names('Regions of clouds, in answers and files'),
        unpinnedImages: {
          description: 'true: images without a tag, or with one that moves; digest: images without a digest.',
          enum: [true, 'digest'],
        },
        unpinnedActions: { description: 'Actions that are not named by their commit.', enum: [true] },
      },
      'What must not be in the repository.',
    ),
    assert: object(
      {
        files: files('YAML, JSON and HCL files that are judged.'),
        'must-exist': {
          description: 'Whether it is a fault that there is no such file.',
          type: 'boolean',
          default: false,
        },
        where: {
          description: 'Only documents in which these paths have these values are judged.',
          type: 'object',
          additionalProperties: {
            anyOf: [
              scalar,
              { type: 'array', minItems: 1, items: scalar },
              { $ref: '#/definitions/condition' },
            ],
          },
        },
        path: text('The value: spec.containers[*].image, metadata.labels["acme.com/owner"], on[0].', {
          maxLength: 200,
        }),
        ...condition,
      },
      { description: 'What a value in files must be.', required: ['files', 'path'], ...someCondition },
    ),
  },
  {
    required: ['id'],
    oneOf: ['require', 'lock', 'deny', 'assert'].map((key) => ({ required: [key] })),
  },
);

const waiver: Schema = object(
  {
    rule: text('The id of the rule.', { type: 'string' }),
    path: text('Only findings in these files; without it all of them.', { type: 'string' }),
    owner: text('Who answers for it: an e-mail address, or a GitHub user or team (@acme/platform).', {
      type: 'string',
    }),
    until: text('The last day on which it holds, in UTC: 2027-03-31.', {
      type: 'string',
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
    }),
    reason: text('Why the rule cannot be kept until then.'),
  },
  { required: ['rule', 'owner', 'until', 'reason'] },
);

/** Schema of `rules.yaml` of a pack and of `bulwark.rules.yaml`. */
export function rulesSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Rules that a team holds its repositories to',
    ...object({
      $schema: { type: 'string' },
      rules: {
        description: 'What every repository must keep to.',
        type: 'array',
        maxItems: 500,
        items: rule,
      },
      waivers: {
        description: 'Departures from rules that somebody answers for.',
        type: 'array',
        maxItems: 500,
        items: waiver,
      },
    }),
    definitions: { condition: object(condition, { minProperties: 1 }) },
  };
}
