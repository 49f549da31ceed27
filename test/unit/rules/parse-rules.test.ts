/** Rules files: what they mean, every fault with its place and what was meant, and hostile ones. */
import { describe, expect, test } from 'vitest';
import { loadRules } from '../../../src/rules/enforce-rules.ts';
import { parseRules } from '../../../src/rules/parse-rules.ts';
import { BulwarkError } from '../../../src/errors.ts';
import { catalog } from '../../support/render.ts';
import { ruleOf } from './support.ts';

const faultsOf = (...texts: readonly string[]): readonly string[] =>
  parseRules(
    texts.map((text, index) => ({ name: index === 0 ? 'rules.yaml' : `more${index}.yaml`, text })),
  ).issues.map(({ id, where = '', message, hint = '' }) => `${id} ${where} ${message} | ${hint}`);

const WAIVER = 'waivers:\n  - { rule: the-rule, owner: jane@acme.com, until: 2027-03-31, reason: moving }\n';
const LOCK = ruleOf('lock: { licence: MIT }');

test('every kind of rule is read', () => {
  const kinds = [
    'require: { component: disaster-recovery }',
    'require: { component: [a, b-c] }',
    'require: { option: { key: postgres.version, at-least: 16 } }',
    'require: { file: ["docs/*.md", LICENSE] }',
    'lock: { licence: proprietary, fastapi: { python: "3.13" } }',
    'deny: { component: [flux] }',
    'deny: { option: { key: data, contains: redis } }',
    'deny: { registry: { except: [ghcr.io/acme] } }',
    'deny: { registry: [quay.io] }',
    'deny: { image: { in: ["*:latest"], except: [a] } }',
    'deny: { baseImage: alpine }',
    'deny: { region: ["us-*"] }',
    'deny: { unpinnedImages: true }',
    'deny: { unpinnedImages: digest }',
    'deny: { unpinnedActions: true }\nexclude: [".github/workflows/x.yml"]',
    'assert: { files: "*.yaml", path: a.b, exists: true }\nseverity: warning\nwaivable: false',
    'assert:\n  files: [a.json]\n  must-exist: true\n  where: { kind: [A, B], "x[*]": { at-least: 2 } }\n  path: a\n  not: { matches: "^x" }',
  ]; // prettier-ignore
  for (const kind of kinds) expect(faultsOf(ruleOf(kind)), kind).toEqual([]);
  expect(faultsOf('')).toEqual([]);
  expect(faultsOf('{"rules": [{"id": "a", "reason": "b", "lock": {"licence": "MIT"}}]}')).toEqual([]);
});

test('a file as a platform team writes it is read', () => {
  const text = `
rules:
  - id: production-has-backups            # stable, kebab-case
    require: { component: disaster-recovery }
    reason: Auditors ask for it
    severity: error
  - id: licence
    lock: { licence: proprietary }
  - id: only-our-registry
    deny: { registry: { except: [ghcr.io/acme, docker.io/library] } }
  - id: every-workload-has-an-owner
    assert:
      files: "kubernetes/**/*.yaml"
      where: { kind: [Deployment, StatefulSet] }
      path: metadata.labels["acme.com/owner"]
      matches: "^team-[a-z]+$"
    exclude: ["kubernetes/overlays/dev/**"]
waivers:
  - rule: only-our-registry
    path: docker-compose.yml
    owner: jane@acme.com
    until: 2027-03-31
    reason: Moves with the next release
`;
  expect(faultsOf(text)).toEqual([]);
  const { rules, waivers } = parseRules([{ name: 'rules.yaml', text }]);
  expect(rules.map(({ id, demand, line }) => `${line} ${id}: ${demand.kind}`)).toEqual([
    '3 production-has-backups: require-component',
    '7 licence: lock',
    '9 only-our-registry: deny-registry',
    '11 every-workload-has-an-owner: assert',
  ]);
  expect(waivers.map(({ until, path }) => [until, path?.source])).toEqual([
    ['2027-03-31', 'docker-compose.yml'],
  ]);
});

test('a rule is what the file says', () => {
  const text = ruleOf('lock: { licence: MIT, fastapi: { python: 3.10 } }\nseverity: warning') + WAIVER;
  const { rules, waivers } = parseRules([{ name: 'rules.yaml', text }]);
  expect(rules).toEqual([
    {
      id: 'the-rule',
      reason: 'because',
      severity: 'warning',
      exclude: [],
      waivable: false,
      source: 'rules.yaml',
      line: 2,
      demand: {
        kind: 'lock',
        answers: new Map([
          ['licence', { kind: 'scalar', text: 'MIT' }],
          ['fastapi.python', { kind: 'scalar', text: '3.10' }],
        ]),
      },
    },
  ]);
  expect(waivers).toEqual([
    { rule: 'the-rule', owner: 'jane@acme.com', until: '2027-03-31', reason: 'moving', source: 'rules.yaml', line: 7 },
  ]); // prettier-ignore
});

describe('faults', () => {
  const FAULTS: readonly [text: string, fault: RegExp][] = [
    ['rules: [', /^rules-syntax rules\.yaml:1:\d+ .*no plain YAML/],
    ['- a', /^rules-shape rules\.yaml:1:1 a rules file is a map/],
    ['ruls: []', /^rules-key rules\.yaml:1:1 .*"ruls" \| did you mean rules\?/],
    ['rules: {}', /^rules-shape rules\.yaml:1:8 rules is a list/],
    ['rules:\n  - 5', /^rules-shape rules\.yaml:2:5 a rule is a map/],
    ['rules:\n  - lock: { licence: MIT }\n    reason: x', /^rules-shape rules\.yaml:2:5 a rule needs the key id/],
    ['rules:\n  - lock: { licence: MIT }\n    reason: []\n    id: x', /^rules-shape rules\.yaml:3:13 reason is a text/],
    [ruleOf('requires: { component: a }'), /^rules-key rules\.yaml:4:5 .*"requires" \| did you mean require\?/],
    [ruleOf('severity: eror\nlock: { licence: MIT }'), /^rules-value rules\.yaml:4:15 .*"eror" \| did you mean error\?/],
    [ruleOf('severity: error'), /^rules-shape rules\.yaml:2:5 the rule demands nothing/],
    [ruleOf('lock: { licence: MIT }\ndeny: { component: a }'), /^rules-shape rules\.yaml:2:5 the rule has lock and deny/],
    [ruleOf('require: { component: a, file: b }'), /^rules-shape rules\.yaml:4:14 require names exactly one/],
    [ruleOf('require: { componet: a }'), /^rules-key rules\.yaml:4:16 .*did you mean component\?/],
    [ruleOf('require: { component: A_b }'), /^rules-value rules\.yaml:4:27 "A_b" is no name of a component/],
    [ruleOf('require: { component: [] }'), /^rules-value rules\.yaml:4:27 component is an empty list/],
    [ruleOf('require: { option: { at-least: 2 } }'), /^rules-shape rules\.yaml:4:24 option needs the key key/],
    [ruleOf('require: { option: { key: a.b } }'), /^rules-shape rules\.yaml:4:24 there is no condition/],
    [ruleOf('require: { option: { key: "a b", equals: 1 } }'), /^rules-value rules\.yaml:4:31 "a b" is no key/],
    [ruleOf('require: { option: { key: a, at-least: lots } }'), /^rules-value rules\.yaml:4:44 at-least "lots" is no number/],
    [ruleOf('require: { option: { key: a, atleast: 2 } }'), /^rules-key rules\.yaml:4:34 .*did you mean at-least\?/],
    [ruleOf('require: { option: { key: a, in: [] } }'), /^rules-value rules\.yaml:4:38 in is an empty list/],
    [ruleOf('require: { option: { key: a, matches: "(a" } }'), /^rules-value rules\.yaml:4:43 .*"\(a" has a "\(" that is not closed \(character 1\)/],
    [ruleOf('require: { option: { key: a, equals: { b: 1 } } }'), /^rules-shape rules\.yaml:4:42 a value is/],
    [ruleOf('require: { file: /etc/passwd }'), /^rules-value rules\.yaml:4:22 file: .* is absolute/],
    [ruleOf('lock: { __proto__: x }'), /^rules-value rules\.yaml:4:13 "__proto__" is no key/],
    [ruleOf('lock: []'), /^rules-shape rules\.yaml:4:11 lock is a map/],
    [ruleOf('deny: { registry: { only: [a] } }'), /^rules-key rules\.yaml:4:25 .*"only"/],
    [ruleOf('deny: { registry: {} }'), /^rules-shape rules\.yaml:4:23 nothing is named here/],
    [ruleOf('deny: { unpinnedActions: false }'), /^rules-value rules\.yaml:4:30 unpinnedActions is one of true, not "false"/],
    [ruleOf('deny: { image: true }'), /^rules-shape rules\.yaml:4:20 deny is a text/],
    [ruleOf('assert: { path: a, exists: true }'), /^rules-shape rules\.yaml:4:13 assert needs the key files/],
    [ruleOf('assert: { files: a, exists: true }'), /^rules-shape rules\.yaml:4:13 assert needs the key path/],
    [ruleOf('assert: { files: a, path: "a..b", exists: true }'), /^rules-value rules\.yaml:4:31 the path "a\.\.b" wants a name here.*\(character 3\)/],
    [ruleOf('assert: { files: a, path: a, exists: 1 }'), /^rules-shape rules\.yaml:4:42 exists is true or false/],
    [ruleOf('assert: { files: a, path: a, where: { "a[": b }, exists: true }'), /^rules-value rules\.yaml:4:43 the path "a\["/],
    [ruleOf('assert: { files: a, path: a, where: { a: { equal: b } }, exists: true }'), /^rules-key .*did you mean equals\?/],
    [ruleOf('assert: { files: a, path: a, not: { not: { not: { not: { equals: 1 } } } } }'), /^rules-depth /],
    [ruleOf('lock: { licence: MIT }\nexclude: [a]'), /^rules-key rules\.yaml:5:5 lock judges no files/],
    [LOCK.replace('the-rule', 'The Rule'), /^rules-value rules\.yaml:2:9 "The Rule" is no id/],
    [LOCK.replace('the-rule', 'waiver-expired'), /^rules-value rules\.yaml:2:9 .*bulwark's own/],
    [LOCK + LOCK.replace('rules:\n', ''), /^rules-duplicate rules\.yaml:5:1 the id the-rule stands twice: here and in rules\.yaml:2/],
    [LOCK + WAIVER.replace('the-rule', 'the-rul'), /^rules-waiver rules\.yaml:6:1 .*"the-rul".* \| did you mean the-rule\?/],
    [LOCK + WAIVER.replace('owner: jane@acme.com, ', ''), /^rules-shape rules\.yaml:6:5 a waiver needs the key owner/],
    [LOCK + WAIVER.replace('until: 2027-03-31, ', ''), /^rules-shape .*needs the key until/],
    [LOCK + WAIVER.replace(', reason: moving', ''), /^rules-shape .*needs the key reason/],
    [LOCK + WAIVER.replace('jane@acme.com', 'jane'), /^rules-waiver rules\.yaml:6:30 "jane" is nobody who can be asked/],
    [LOCK + WAIVER.replace('2027-03-31', '2027-02-30'), /^rules-waiver rules\.yaml:6:\d+ "2027-02-30" is no day/],
    [LOCK + WAIVER.replace('2027-03-31', 'never'), /^rules-waiver .*"never" is no day/],
    [LOCK + WAIVER.replace('reason: moving', 'reason: moving, path: ../x'), /^rules-value .*path: the pattern "\.\.\/x"/],
  ]; // prettier-ignore

  test.each(FAULTS)('%s', (text, fault) => {
    const faults = faultsOf(text);
    expect(
      faults.some((one) => fault.test(one)),
      faults.join('\n'),
    ).toBe(true);
    for (const one of faults) expect(one).toMatch(/^rules-[a-z]+ rules\.yaml:\d+:\d+ \S.* \| \S/);
  });

  test('a faulty rule is not followed by faults of its own waivers', () => {
    expect(faultsOf(ruleOf('lock: {}') + WAIVER)).toHaveLength(1);
  });

  test('all faults are told at once', () => {
    expect(
      faultsOf('ruls: 1\nrules:\n  - { id: A, reason: x }\n  - { id: b, deny: { image: "{" } }'),
    ).toHaveLength(4);
  });
});

describe('several files', () => {
  const other = LOCK.replace('lock: { licence: MIT }', 'deny: { component: flux }');

  test('an id stands once among them', () => {
    expect(faultsOf(LOCK, LOCK)).toEqual([
      expect.stringMatching(/^rules-duplicate more1\.yaml:2:1 .*rules\.yaml:2/),
    ]);
  });

  test('a waiver may lift a rule of another file', () => {
    expect(faultsOf(other, WAIVER)).toEqual([]);
  });

  test('but no lock, and no rule that says so', () => {
    expect(faultsOf(LOCK, WAIVER)).toEqual([
      expect.stringMatching(/^rules-waiver more1\.yaml:2:1 .*cannot be waived/),
    ]);
    expect(faultsOf(`${other}    waivable: false\n`, WAIVER)).toHaveLength(1);
    expect(faultsOf(`${LOCK}    waivable: true\n`, WAIVER)).toEqual([]);
  });

  test('those who keep a lock may waive it', () => {
    expect(faultsOf(LOCK + WAIVER)).toEqual([]);
  });
});

describe('hostile files', () => {
  const bomb = ['a: &a [x]', ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'.charAt(index)}`).join(', ')}]`)].join('\n'); // prettier-ignore
  test.each([
    ['an alias bomb', bomb, /^rules-reference/],
    ['an anchor', 'rules: &a []', /^rules-reference rules\.yaml:1/],
    ['a merge key', 'rules:\n  - <<: { id: a }\n', /^rules-reference rules\.yaml:2:5/],
    ['a tag', 'rules: !!js/function "x"', /^rules-syntax rules\.yaml:1/],
    ['a set', 'rules: !!set { a }', /^rules-syntax/],
    ['a key that is a map', '? { a: b }\n: c', /^rules-syntax/],
    ['a key twice', 'rules: []\nrules: []', /^rules-syntax rules\.yaml:2/],
    ['two documents', 'rules: []\n---\nrules: []', /^rules-syntax/],
    ['size', `# ${'x'.repeat(600 * 1024)}`, /^rules-size/],
    ['brackets', `rules: ${'['.repeat(100_000)}`, /^rules-depth/],
    ['dashes', `rules: \n${'- '.repeat(100_000)}a`, /^rules-depth/],
    ['depth', `rules: ${'['.repeat(50)}${']'.repeat(50)}`, /^rules-depth/],
    ['binary', '\u0000\u0001\ufffd', /^rules-/],
    ['a prototype', '__proto__: { rules: [] }', /^rules-key/],
    ['too many rules', `rules: [${'a,'.repeat(600)}]`, /^rules-size/],
    [
      'a long text',
      ruleOf(`lock: { licence: ${'x'.repeat(100)} }`).replace('because', 'x'.repeat(3000)),
      /^rules-value/,
    ],
  ])('%s', (_, text, fault) => {
    const start = performance.now();
    expect(faultsOf(text)[0]).toMatch(fault);
    expect(performance.now() - start).toBeLessThan(3000);
    expect(({} as Record<string, unknown>).rules).toBeUndefined();
  });
});

describe('names are looked up', () => {
  const known = { components: catalog.components.map(({ id }) => id), questions: catalog.questions };
  const load = (text: string) => loadRules([{ name: 'rules.yaml', text: ruleOf(text) }], known);
  const refusal = (text: string): string => {
    try {
      load(text);
    } catch (error) {
      if (error instanceof BulwarkError)
        return `${error.exitCode} ${error.message} ${error.issues[0]?.hint ?? ''}`;
      throw error;
    }
    return 'nothing';
  };

  test('known ones pass', () => {
    expect(load('lock: { licence: proprietary, fastapi: { python: "3.13" } }').notices).toEqual([]);
    expect(load('lock: { data: [redis, postgres] }').notices).toEqual([]);
    expect(load('deny: { component: redis }').notices).toEqual([]);
  });

  test('an answer that is not there would never be locked', () => {
    expect(refusal('lock: { licens: MIT }')).toMatch(/^2 .*"licens".*did you mean licence\?/);
    expect(refusal('require: { option: { key: fastapi.pyton, equals: 1 } }')).toMatch(/^2 .*fastapi\.python/);
  });

  test('a lock that nobody could keep to is a fault of the lock', () => {
    expect(refusal('lock: { licence: GPL }')).toMatch(/^2 .*cannot have.*Apache-2\.0/);
    expect(refusal('lock: { data: [mongo] }')).toMatch(/^2 .*mongo/);
  });

  test('a component of a pack that is not here is a notice', () => {
    expect(load('deny: { component: reddis }').notices).toEqual([
      'the-rule: there is no component reddis here; did you mean redis?',
    ]);
    expect(load('lock: { acme-mesh: { version: "2" } }').notices).toEqual([
      'the-rule: there is no component acme-mesh here',
    ]);
  });
});
