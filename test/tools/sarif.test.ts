/** Is a report as SARIF what the standard and code scanning services ask for? */
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Finding, VerifyReport } from '../../src/verify/check.ts';
import { toSarif } from '../../src/verify/sarif.ts';

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
                            properties: { startLine: { type: 'integer', minimum: 1 } },
                          },
                        },
                      },
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

test('a report of every outcome has the structure of SARIF 2.1.0', () => {
  const ajv = new Ajv({ allErrors: true });
  const log: unknown = JSON.parse(JSON.stringify(toSarif(reportOf(...FINDINGS), { version: '1.2.3' })));
  expect(ajv.validate(LOG, log), ajv.errorsText()).toBe(true);
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
