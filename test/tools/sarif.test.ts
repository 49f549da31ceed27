/** Is a report as SARIF what the standard and code scanning services ask for? */
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { checkResultOf, enforceRules, sarifRulesOf } from '../../src/rules/enforce-rules.ts';
import type { Finding, VerifyReport } from '../../src/verify/check.ts';
import { toSarif } from '../../src/verify/sarif.ts';
import { tableLines } from '../../src/verify/table.ts';
import { treeOf } from '../unit/rules/support.ts';

const finding = (differs: Partial<Finding> = {}): Finding => ({
  rule: 'DL3008',
  severity: 'warning',
  path: 'app/Dockerfile',
  line: 3,
  message: 'Pin versions',
  ...differs,
});

const reportOf = (...findings: Finding[]): VerifyReport => ({
  results: [
    { check: 'compose', outcome: 'passed', judged: 2 },
    { check: 'hadolint', outcome: 'findings', judged: 1, findings },
    { check: 'gixy', outcome: 'skipped', reason: 'not installed: pipx install gixy-ng' },
    { check: 'trivy', outcome: 'failed', reason: 'exited with 3' },
  ],
});

const FINDINGS = [
  finding(),
  finding({ rule: 'DL1000', severity: 'error', line: 1, message: 'a "quoted"\nmessage', hint: 'mend it' }),
  { rule: 'whole-file', severity: 'warning', path: 'docs/größe 1%.md', message: 'no line' } as const,
];

const message = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text: { type: 'string', minLength: 1 } },
};

/** What the standard's sections 3.13 to 3.29 ask of the parts that we write, and no property beyond them. */
const LOG = {
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', pattern: '^https://' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool', 'results'],
        additionalProperties: false,
        properties: {
          tool: {
            type: 'object',
            required: ['driver'],
            additionalProperties: false,
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                additionalProperties: false,
                properties: {
                  name: { type: 'string' },
                  version: { type: 'string' },
                  informationUri: { type: 'string', pattern: '^https://' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      additionalProperties: false,
                      properties: {
                        id: { type: 'string' },
                        shortDescription: message,
                        help: message,
                        helpUri: { type: 'string', pattern: '^https://' },
                        defaultConfiguration: {
                          type: 'object',
                          required: ['level'],
                          additionalProperties: false,
                          properties: { level: { enum: ['none', 'note', 'warning', 'error'] } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          automationDetails: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
          originalUriBaseIds: {
            type: 'object',
            additionalProperties: { type: 'object', properties: { description: message } },
          },
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          invocations: {
            type: 'array',
            items: {
              type: 'object',
              required: ['executionSuccessful'],
              additionalProperties: false,
              properties: {
                executionSuccessful: { type: 'boolean' },
                toolExecutionNotifications: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['message'],
                    properties: { level: { enum: ['none', 'note', 'warning', 'error'] }, message },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message', 'ruleId', 'locations', 'partialFingerprints'],
              additionalProperties: false,
              properties: {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: 0 },
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message,
                locations: {
                  type: 'array',
                  minItems: 1,
                  items: {
                    type: 'object',
                    required: ['physicalLocation'],
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation'],
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            required: ['uri'],
                            // RFC 3986: only characters that may stand in a URI.
                            properties: {
                              uri: {
                                type: 'string',
                                pattern: "^(?:[\\w\\-.~!$&'()*+,;=:@/]|%[0-9A-F]{2})+$",
                              },
                            },
                          },
                          region: {
                            type: 'object',
                            additionalProperties: false,
                            properties: {
                              startLine: { type: 'integer', minimum: 1 },
                              startColumn: { type: 'integer', minimum: 1 },
                            },
                          },
                        },
                      },
                    },
                  },
                },
                suppressions: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['kind'],
                    additionalProperties: false,
                    properties: {
                      kind: { enum: ['inSource', 'external'] },
                      status: { enum: ['accepted', 'underReview', 'rejected'] },
                      justification: { type: 'string', minLength: 1 },
                    },
                  },
                },
                partialFingerprints: {
                  type: 'object',
                  additionalProperties: { type: 'string', minLength: 1 },
                },
              },
            },
          },
        },
      },
    },
  },
};

const valid = (log: object): string => {
  const ajv = new Ajv({ allErrors: true });
  return ajv.validate(LOG, JSON.parse(JSON.stringify(log))) ? 'valid' : ajv.errorsText();
};

describe('team rules', () => {
  const RULES = `rules:
  - { id: only-ours, reason: Others are not scanned, severity: error, deny: { registry: { except: [ghcr.io/acme] } } }
  - { id: named, reason: Costs are shared, severity: warning, assert: { files: "*.yml", path: name, exists: true } }
waivers:
  - { rule: only-ours, path: dev.yml, owner: jane@acme.com, until: 2027-03-31, reason: moving }
`;
  const image = 'services: { a: { image: "quay.io/x/y:1" } }\n';
  const logOf = async (files: Readonly<Record<string, string>>) => {
    const tree = treeOf(files);
    const report = await enforceRules([{ name: 'acme.rules.yaml', text: RULES }], {
      tree,
      today: new Date('2026-11-20T00:00:00Z'),
    });
    return {
      report: { results: [checkResultOf(report)] },
      log: toSarif({ results: [checkResultOf(report)] }, { version: '1.2.3', rules: sarifRulesOf(report) }),
    };
  };

  test('are results with their reason, level and place; what is waived says by whom', async () => {
    const { log, report } = await logOf({ 'dev.yml': image, 'prod.yml': image });
    expect(valid(log)).toBe('valid');
    const [run] = log.runs;
    expect(run?.tool.driver.name).toBe('bulwark/team-rules');
    expect(run?.tool.driver.rules).toEqual([
      {
        id: 'named',
        shortDescription: { text: 'Costs are shared' },
        help: { text: 'Costs are shared' },
        defaultConfiguration: { level: 'warning' },
      },
      {
        id: 'only-ours',
        shortDescription: { text: 'Others are not scanned' },
        help: { text: 'Others are not scanned' },
        defaultConfiguration: { level: 'error' },
      },
    ]);
    expect(
      run?.results.map(({ ruleId, level, locations, suppressions }) => [
        ruleId,
        level,
        locations[0]?.physicalLocation.artifactLocation.uri,
        locations[0]?.physicalLocation.region,
        suppressions?.map(({ status, justification }) => `${status}: ${justification}`),
      ]),
    ).toEqual([
      ['named', 'warning', 'dev.yml', { startLine: 1, startColumn: 1 }, undefined],
      ['named', 'warning', 'prod.yml', { startLine: 1, startColumn: 1 }, undefined],
      ['only-ours', 'error', 'prod.yml', { startLine: 1, startColumn: 25 }, undefined],
      [
        'only-ours',
        'error',
        'dev.yml',
        { startLine: 1, startColumn: 25 },
        ['accepted: waived by jane@acme.com until 2027-03-31 (acme.rules.yaml:5): moving'],
      ],
    ]);
    expect(tableLines(report)[1]).toMatch(/^team-rules {2}findings {2}3 in 2 rules, 1 waived$/);
  });

  test('that are all kept are a run without results', async () => {
    const { log, report } = await logOf({ 'dev.yml': `name: a\n${image}` });
    expect(valid(log)).toBe('valid');
    expect(log.runs[0]?.results.map(({ suppressions }) => suppressions?.length)).toEqual([1]);
    expect(tableLines(report)[1]).toMatch(/^team-rules {2}passed {2,}2 rules, 1 waived$/);
  });
});

test('a report of every outcome has the structure of SARIF 2.1.0', () => {
  expect(valid(toSarif(reportOf(...FINDINGS), { version: '1.2.3' }))).toBe('valid');
});

describe('runs', () => {
  const { runs } = toSarif(reportOf(...FINDINGS), { version: '1.2.3' });

  test('one per check, under names of their own', () => {
    expect(runs.map(({ tool }) => tool.driver.name)).toEqual([
      'bulwark/compose',
      'bulwark/hadolint',
      'bulwark/gixy',
      'bulwark/trivy',
    ]);
    expect(new Set(runs.map(({ automationDetails }) => automationDetails.id)).size).toBe(4);
  });

  test('a check without an answer is no success', () => {
    expect(runs.map(({ invocations }) => invocations[0]?.executionSuccessful)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(runs[3]?.invocations[0]?.toolExecutionNotifications).toEqual([
      { level: 'error', message: { text: 'failed: exited with 3' } },
    ]);
  });

  test('each result points at its rule, its path as a URI and its line', () => {
    const run = runs[1];
    for (const result of run?.results ?? []) {
      expect(run?.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
    }
    expect(run?.results[2]?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'docs/gr%C3%B6%C3%9Fe%201%25.md', uriBaseId: '%SRCROOT%' },
    });
    expect(run?.results[0]?.locations[0]?.physicalLocation.region).toEqual({ startLine: 3 });
  });
});

test('what is known of a rule is told', () => {
  const rule = {
    id: 'DL3008',
    summary: 'Pin.',
    source: 'SPEC 4; https://docs.example/pin, page 2',
    fix: 'pin it',
  };
  const { runs } = toSarif(reportOf(finding()), { version: '1.2.3', rules: [rule] });
  expect(runs[1]?.tool.driver.rules).toEqual([
    {
      id: 'DL3008',
      shortDescription: { text: 'Pin.' },
      help: { text: 'pin it' },
      helpUri: 'https://docs.example/pin',
    },
  ]);
});

describe('fingerprints', () => {
  const fingerprints = (...findings: Finding[]): string[] =>
    toSarif(reportOf(...findings), { version: '1' }).runs[1]?.results.map(
      ({ partialFingerprints }) => partialFingerprints['bulwarkFinding/v1'] ?? '',
    ) ?? [];

  test('stay when lines are moved', () => {
    expect(fingerprints(finding({ line: 30 }))).toEqual(fingerprints(finding({ line: 3 })));
  });

  test('differ between findings, also between those that are alike', () => {
    const all = fingerprints(
      finding(),
      finding({ line: 9 }),
      finding({ path: 'b' }),
      finding({ message: 'c' }),
    );
    expect(new Set(all).size).toBe(4);
  });
});
