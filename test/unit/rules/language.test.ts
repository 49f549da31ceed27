/** The small languages of rules files: globs, paths into documents, figures, and conditions on a value. */
import { describe, expect, test } from 'vitest';
import { compareFigures } from '../../../src/rules/compare.ts';
import { meets, MISSING, type Condition, type Literal } from '../../../src/rules/condition.ts';
import { isGlob, parseGlob, type GlobKind } from '../../../src/rules/glob.ts';
import { describePlace, parseValuePath, select } from '../../../src/rules/path-language.ts';
import { isPattern, parsePattern } from '../../../src/rules/pattern.ts';

describe('globs', () => {
  const GLOBS: readonly [kind: GlobKind, glob: string, fits: readonly string[], misses: readonly string[]][] = [
    ['path', 'kubernetes/**/*.yaml', ['kubernetes/a.yaml', 'kubernetes/b/c/a.yaml'], ['kubernetes/a.yml', 'x/kubernetes/a.yaml', 'kubernetesx/a.yaml']],
    ['path', '**/Dockerfile', ['Dockerfile', 'a/b/Dockerfile'], ['a/Dockerfile.dev', 'xDockerfile']],
    ['path', 'docs/**', ['docs/a', 'docs/a/b.md'], ['docs', 'docsa/b']],
    ['path', '**', ['a', 'a/b'], []],
    ['path', '*.tf', ['main.tf'], ['modules/main.tf', 'mainxtf']],
    ['path', 'compose{,.*}.y{a,}ml', ['compose.yml', 'compose.prod.yaml'], ['compose.yl', 'xcompose.yml']],
    ['path', 'a?c', ['abc'], ['ac', 'a/c', 'abbc']],
    ['path', 'a[b].(c)+$', ['a[b].(c)+$'], ['ab.c']],
    ['name', 'ghcr.io/acme/*', ['ghcr.io/acme/a', 'ghcr.io/acme/a/b:1'], ['ghcr.io/acme', 'ghcr.io/acme2/a', 'ghcrxio/acme/a']],
    ['name', '*:latest', ['a/b:latest'], ['a/b:1', 'latest']],
    ['name', 'eu-{west,central}-?', ['eu-west-1'], ['eu-north-1', 'eu-west-12']],
  ]; // prettier-ignore

  test.each(GLOBS)('%s %s', (kind, source, fits, misses) => {
    const glob = parseGlob(source, kind);
    if (!isGlob(glob)) throw new Error(glob.fault);
    expect(fits.filter((text) => !glob.test(text))).toEqual([]);
    expect(misses.filter((text) => glob.test(text))).toEqual([]);
  });

  test.each([
    ['/etc/*', /absolute/],
    ['../*', /segment/],
    ['a/./b', /segment/],
    ['a\\b', /backslash/],
    ['a**b', /whole folders/],
    ['{a', /braces/],
    ['a}', /braces/],
    ['', /empty/],
    ['a'.repeat(201), /longer/],
  ])('refuses %s', (source, fault) => {
    const read = parseGlob(source, 'path');
    expect('fault' in read && read.fault).toMatch(fault);
  });

  test('many stars cost no time', () => {
    const glob = parseGlob('*a*a*a*a*a*a*a*a*a*a*b', 'name');
    if (!isGlob(glob)) throw new Error(glob.fault);
    const start = performance.now();
    expect(glob.test('a'.repeat(4000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('paths into documents', () => {
  const document = {
    metadata: { labels: { 'acme.com/owner': 'team-shop', "it's": 1 } },
    spec: { containers: [{ image: 'a' }, { image: 'b' }, {}], empty: [] },
    jobs: { test: { 'timeout-minutes': 5 }, build: {} },
  };
  const found = (source: string): readonly string[] => {
    const path = parseValuePath(source);
    if (!('steps' in path)) throw new Error(path.fault);
    return select(document, path).map((one) =>
      one.found ? `${describePlace(one.place)}=${JSON.stringify(one.value)}` : `${describePlace(one.place)}?`,
    );
  };

  test.each([
    ['metadata.labels["acme.com/owner"]', ['metadata.labels["acme.com/owner"]="team-shop"']],
    ["metadata.labels['acme.com/owner']", ['metadata.labels["acme.com/owner"]="team-shop"']],
    ['metadata.labels["it\'s"]', ['metadata.labels["it\'s"]=1']],
    ['spec.containers[0].image', ['spec.containers[0].image="a"']],
    [
      'spec.containers[*].image',
      ['spec.containers[0].image="a"', 'spec.containers[1].image="b"', 'spec.containers[2]?'],
    ],
    ['spec.containers[7].image', ['spec.containers?']],
    ['spec.empty[*].image', []],
    ['spec.missing[*].image', ['spec?']],
    ['jobs[*].timeout-minutes', ['jobs.test.timeout-minutes=5', 'jobs.build?']],
    ['["jobs"].test["timeout-minutes"]', ['jobs.test.timeout-minutes=5']],
    ['constructor.name', ['?']],
    ['__proto__', ['?']],
    ['metadata.labels.toString', ['metadata.labels?']],
  ])('%s', (source, expected) => {
    expect(found(source)).toEqual(expected);
  });

  test.each([
    ['', 0],
    ['.a', 0],
    ['a.', 2],
    ['a..b', 2],
    ['a[', 2],
    ['a[b]', 2],
    ['a[0', 3],
    ['a["b]', 2],
    ['a[99999]', 7],
    ['a.**', 2],
    ['metadata.labels.acme.com/owner', 24],
    ['a b', 1],
    ['a'.repeat(201), 200],
  ])('refuses %j at %i', (source, offset) => {
    expect(parseValuePath(source)).toMatchObject({ offset });
  });
});

test.each([
  ['2', '10', -1],
  ['3.12', '3.9', 1],
  ['3.12', '3.12.0', 0],
  ['v1.2', '1.3', -1],
  ['512Mi', '1Gi', -1],
  ['1000m', '1', 0],
  ['1Gi', '1G', 1],
  ['-1', '0.5', -1],
  ['1.5', '1.50', -1],
])('%s beside %s', (a, b, sign) => {
  expect(Math.sign(compareFigures(a, b) ?? NaN)).toBe(sign);
});

test.each([
  ['many', '1'],
  ['1', '5 apples'],
  ['', '1'],
  ['1Xi', '1'],
])('%s and %s do not compare', (a, b) => {
  expect(compareFigures(a, b)).toBeUndefined();
});

describe('conditions', () => {
  const scalar = (text: string): Literal => ({ kind: 'scalar', text });
  const list = (...texts: string[]): Literal => ({ kind: 'list', items: texts.map(scalar) });
  const matching = (source: string): Condition => {
    const pattern = parsePattern(source);
    if (!isPattern(pattern)) throw new Error(pattern.message);
    return { kind: 'matches', pattern };
  };
  const not = (condition: Condition): Condition => ({ kind: 'not', condition });

  const CASES: readonly [what: string, condition: Condition, met: readonly unknown[], unmet: readonly unknown[]][] =
    [
      ['exists', { kind: 'exists', wanted: true }, [0, '', null, false, []], [MISSING]],
      ['exists: false', { kind: 'exists', wanted: false }, [MISSING], [null, '']],
      ['equals', { kind: 'equals', value: scalar('8000') }, [8000, '8000'], [8001, '08000', MISSING, [8000], { a: 8000 }]],
      ['equals true', { kind: 'equals', value: scalar('true') }, [true, 'true'], [false, 1, MISSING]],
      ['equals a list', { kind: 'equals', value: list('a', 'b') }, [['b', 'a']], [['a'], ['a', 'a'], ['a', 'b', 'b'], 'a', MISSING]],
      ['in', { kind: 'in', values: [scalar('a'), scalar('b')] }, ['a', ['a', 'b', 'a']], ['c', ['a', 'c'], [], MISSING, {}]],
      ['contains', { kind: 'contains', value: scalar('ALL') }, [['ALL'], ['X', 'ALL'], { ALL: 1 }], [[], ['all'], 'ALL', MISSING]],
      ['matches', matching('^[a-z]+$'), ['abc', ['a', 'b']], ['', 'A', 5, [], ['a', 'B'], MISSING, {}, 'a'.repeat(9000)]],
      ['at-least', { kind: 'at-least', bound: '2' }, [2, 3, '10', [2, 3]], [1, 'many', MISSING, [], [3, 1], true, '']],
      ['at-most', { kind: 'at-most', bound: '4Gi' }, ['512Mi', '4Gi', 5], ['5Gi', '4096.5Mi', 'x', MISSING, '']],
      ['not equals', not({ kind: 'equals', value: scalar('true') }), [false, 'no', MISSING, 'a'.repeat(9000)], [true]],
      ['not matches', not(matching('latest')), ['1.2', MISSING], ['x:latest', 'a'.repeat(9000)]],
      ['all', { kind: 'all', conditions: [{ kind: 'at-least', bound: '2' }, { kind: 'at-most', bound: '4' }] }, [2, 4], [1, 5]],
    ]; // prettier-ignore

  test.each(CASES)('%s', (_, condition, met, unmet) => {
    expect(met.filter((value) => !meets(condition, value))).toEqual([]);
    expect(unmet.filter((value) => meets(condition, value))).toEqual([]);
  });
});
