/** Turns a report into SARIF 2.1.0, as code scanning services take it (docs.oasis-open.org/sarif/sarif/v2.1.0). */
import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CheckResult, Finding, Rule, SuppressedFinding, VerifyReport } from './check.ts';

interface Message {
  readonly text: string;
}

interface SarifRule {
  readonly id: string;
  readonly shortDescription?: Message;
  readonly help?: Message;
  readonly helpUri?: string;
  readonly defaultConfiguration?: { readonly level: Finding['severity'] };
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: 'error' | 'warning';
  readonly message: Message;
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
      readonly region?: { readonly startLine: number; readonly startColumn?: number };
    };
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly {
    readonly kind: 'external';
    readonly status: 'accepted';
    readonly justification: string;
  }[];
}

interface SarifRun {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly version: string;
      readonly informationUri: string;
      readonly rules: readonly SarifRule[];
    };
  };
  readonly automationDetails: { readonly id: string };
  readonly originalUriBaseIds: Readonly<Record<string, { readonly description: Message }>>;
  readonly columnKind: 'utf16CodeUnits';
  readonly invocations: readonly {
    readonly executionSuccessful: boolean;
    readonly toolExecutionNotifications?: readonly {
      readonly level: 'error' | 'note';
      readonly message: Message;
    }[];
  }[];
  readonly results: readonly SarifResult[];
}

/** A whole SARIF document, ready for `JSON.stringify`. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly SarifRun[];
}

export interface SarifOptions {
  /** Bulwark's own. */
  readonly version: string;
  /** What is known of rules beyond their findings: those of the embedded checks. */
  readonly rules?: readonly Rule[];
}

const INFORMATION_URI = 'https://www.npmjs.com/package/create-bulwark';

/** The root of the repository; whoever reads the document knows where it lies. */
const ROOT = '%SRCROOT%';

/** One run per check; a check without an answer is a run that did not succeed, never an empty success. */
export function toSarif({ results }: VerifyReport, options: SarifOptions): SarifLog {
  const known = new Map((options.rules ?? []).map((rule) => [rule.id, rule]));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: results.map((result) => runOf(result, options.version, known)),
  };
}

function runOf(result: CheckResult, version: string, known: ReadonlyMap<string, Rule>): SarifRun {
  const suppressed = 'suppressed' in result ? (result.suppressed ?? []) : [];
  const findings: readonly (Finding | SuppressedFinding)[] = [
    ...(result.outcome === 'findings' ? result.findings : []),
    ...suppressed,
  ];
  const ids = [...new Set(findings.map(({ rule }) => rule))].sort();
  const fingerprints = fingerprintsOf(result.check, findings);
  return {
    tool: {
      driver: {
        name: `bulwark/${result.check}`,
        version,
        informationUri: INFORMATION_URI,
        rules: ids.map((id) => ruleOf(id, known.get(id))),
      },
    },
    // Runs of one upload that share a category replace each other.
    automationDetails: { id: `bulwark/${result.check}/` },
    originalUriBaseIds: { [ROOT]: { description: { text: 'The root of the repository' } } },
    columnKind: 'utf16CodeUnits',
    invocations: [invocationOf(result)],
    results: findings.map((finding, index) => ({
      ruleId: finding.rule,
      ruleIndex: ids.indexOf(finding.rule),
      level: finding.severity,
      message: { text: finding.hint ? `${finding.message}\n${finding.hint}` : finding.message },
      locations: [locationOf(finding)],
      partialFingerprints: { 'bulwarkFinding/v1': fingerprints[index] ?? '' },
      ...('justification' in finding && {
        suppressions: [
          { kind: 'external' as const, status: 'accepted' as const, justification: finding.justification },
        ],
      }),
    })),
  };
}

function invocationOf(result: CheckResult): SarifRun['invocations'][number] {
  if (result.outcome === 'passed' || result.outcome === 'findings') return { executionSuccessful: true };
  const level = result.outcome === 'failed' ? 'error' : 'note';
  const text = `${result.outcome}: ${result.reason}`;
  return { executionSuccessful: false, toolExecutionNotifications: [{ level, message: { text } }] };
}

function ruleOf(id: string, rule: Rule | undefined): SarifRule {
  if (!rule) return { id };
  const helpUri = /https:\/\/[^\s;,)]+/.exec(rule.source)?.[0];
  return {
    id,
    shortDescription: { text: rule.summary },
    help: { text: rule.fix },
    ...(helpUri !== undefined && { helpUri }),
    ...(rule.severity !== undefined && { defaultConfiguration: { level: rule.severity } }),
  };
}

function locationOf({ path, line, column }: Finding): SarifResult['locations'][number] {
  const artifactLocation = isAbsolute(path)
    ? { uri: pathToFileURL(path).href }
    : { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: ROOT };
  return {
    physicalLocation: {
      artifactLocation,
      ...(line !== undefined && {
        region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
      }),
    },
  };
}

/**
 * What makes a finding the same one after lines were moved: everything but its line. Findings that are alike in all
 * of that are counted.
 */
function fingerprintsOf(check: string, findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ rule, path, message }) => {
    const what = JSON.stringify([check, rule, path, message]);
    const count = seen.get(what) ?? 0;
    seen.set(what, count + 1);
    return createHash('sha256').update(`${what}#${count}`).digest('hex').slice(0, 32);
  });
}
