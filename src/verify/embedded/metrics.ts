/** Is every metric that rules and dashboards name exported by something that is read? */
import type { EmbeddedCheck, JudgedFile, JudgedTree, Rule } from '../check.ts';
import { composeFile, isComposeFile } from './compose-stack.ts';
import exporters from './data/exporter-metrics.json' with { type: 'json' };
import { isCode, isTest } from './file-kinds.ts';
import { FindingList } from './finding-list.ts';
import { dig, isRecord, listOf, recordOf, textOr, type PlainRecord } from './plain-data.ts';
import { metricsIn } from './promql.ts';
import { extensionOf, lineAt, textOf } from './source-text.ts';
import { isPlainYaml, yamlDocuments, type YamlDocument } from './yaml-source.ts';

const rules = [
  {
    id: 'metrics-exported',
    summary: 'A metric that a rule or a dashboard names is exported by something that Prometheus reads.',
    source:
      'SPEC 4 (alerts that can fire); an expression over a metric that nobody exports is empty, and never true',
    fix: 'correct the name, or add what exports it to `scrape_configs`',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

interface Exporter {
  readonly source: string;
  readonly port?: number;
  /** Beginnings of names that depend on what is looked at. */
  readonly families: readonly string[];
  readonly names: readonly string[];
}

const EXPORTERS: Readonly<Record<string, Exporter>> = exporters;

/** What Prometheus makes itself of every target and rule. */
const ITS_OWN = /^(?:up|ALERTS(?:_FOR_STATE)?|scrape_\w+)$/;
/** What client libraries add to the metrics of the application. */
const CLIENT_LIBRARY = /^(?:process|nodejs|python|go)_/;

export const metrics: EmbeddedCheck = {
  id: 'metrics',
  description: 'every metric in rules and dashboards is exported by something that is read',
  rules,
  judges: (file, tree) => isRuleFile(file, tree) || isDashboard(file),
  run: (files, tree) => {
    const found: Findings = new FindingList(rules);
    const isKnown = knownMetrics(files, tree);
    // Without a configuration, or with a target that we know nothing of, a name may come from anywhere.
    if (isKnown) {
      for (const file of files) {
        if (isDashboard(file)) judgeDashboard(file, isKnown, found);
        else judgeRules(file, isKnown, found);
      }
    }
    return Promise.resolve(found.sorted());
  },
};

const isRuleFile = (file: JudgedFile, tree: JudgedTree): boolean =>
  isPlainYaml(file, tree) && /^ *(?:- )?(?:alert|record):/m.test(textOf(file)) && groupsOf(file).length > 0;

const isDashboard = (file: JudgedFile): boolean =>
  extensionOf(file.path) === 'json' && /"panels"\s*:/.test(textOf(file)) && dashboardOf(file) !== undefined;

/** The groups of a file of rules, or of a PrometheusRule, each with its place. */
function groupsOf(file: JudgedFile): readonly {
  readonly document: YamlDocument;
  readonly at: readonly string[];
  readonly groups: readonly unknown[];
}[] {
  return yamlDocuments(file).flatMap((document) =>
    [['groups'], ['spec', 'groups']]
      .map((at) => ({ document, at, groups: listOf(dig(document.value, ...at)) }))
      .filter(({ groups }) => groups.some((group) => listOf(recordOf(group).rules).length > 0)),
  );
}

function dashboardOf(file: JudgedFile): PlainRecord | undefined {
  try {
    const value: unknown = JSON.parse(textOf(file));
    return isRecord(value) && Array.isArray(value.panels) ? value : undefined;
  } catch {
    // The check `syntax` tells of it.
    return undefined;
  }
}

interface PlacedRule {
  readonly rule: PlainRecord;
  readonly line: number;
}

const rulesOf = (file: JudgedFile): readonly PlacedRule[] =>
  groupsOf(file).flatMap(({ document, at, groups }) =>
    groups.flatMap((group, index) =>
      listOf(recordOf(group).rules).map((rule, place) => ({
        rule: recordOf(rule),
        line: document.lineOf([...at, index, 'rules', place, 'expr']),
      })),
    ),
  );

type IsKnown = (metric: string) => boolean;

function judgeRules(file: JudgedFile, isKnown: IsKnown, found: Findings): void {
  for (const { rule, line } of rulesOf(file)) {
    const name = textOr(rule.alert, textOr(rule.record, 'a rule'));
    for (const metric of metricsIn(textOr(rule.expr, ''))) {
      if (!isKnown(metric))
        found.add('metrics-exported', file.path, line, `${name} asks for ${metric}, which nothing exports`);
    }
  }
}

function judgeDashboard(file: JudgedFile, isKnown: IsKnown, found: Findings): void {
  const panels = (of: PlainRecord): readonly PlainRecord[] =>
    listOf(of.panels)
      .map(recordOf)
      .flatMap((panel) => [panel, ...panels(panel)]);
  for (const panel of panels(dashboardOf(file) ?? {})) {
    for (const target of listOf(panel.targets).map(recordOf)) {
      const query = textOr(target.expr, '');
      for (const metric of metricsIn(query)) {
        if (isKnown(metric)) continue;
        const line = lineAt(textOf(file), Math.max(0, textOf(file).indexOf(JSON.stringify(query))));
        const title = textOr(panel.title, 'A panel');
        found.add('metrics-exported', file.path, line, `${title} draws ${metric}, which nothing exports`);
      }
    }
  }
}

/** @returns undefined when it cannot be known what is exported */
function knownMetrics(files: readonly JudgedFile[], tree: JudgedTree): IsKnown | undefined {
  const sources = exportersRead(tree);
  if (!sources) return undefined;
  const names = new Set(sources.flatMap(({ names: all }) => all));
  const families = sources.flatMap(({ families: all }) => all);
  const recorded = new Set(
    files
      .filter((file) => !isDashboard(file))
      .flatMap((file) => rulesOf(file).map(({ rule }) => textOr(rule.record, ''))),
  );
  const code = [...tree.values()].filter(
    ({ path }) => (isCode(path) || extensionOf(path) === 'sh') && !isTest(path),
  );
  const inCode = new Map<string, boolean>();
  const isInCode = (metric: string): boolean => {
    let answer = inCode.get(metric);
    if (answer === undefined) {
      // A histogram is read by the names of its parts, and some libraries add `_total` to a counter by themselves.
      const plain = metric.replace(/_(?:bucket|sum|count)$/, '');
      const pattern = new RegExp(`\\b(?:${metric}|${plain}|${metric.replace(/_total$/, '')})\\b`);
      answer = code.some((file) => pattern.test(textOf(file)));
      inCode.set(metric, answer);
    }
    return answer;
  };
  return (metric) =>
    ITS_OWN.test(metric) ||
    recorded.has(metric) ||
    names.has(metric) ||
    families.some((family) => metric.startsWith(family)) ||
    CLIENT_LIBRARY.test(metric) ||
    isInCode(metric);
}

/** The exporters that are read, by the configurations of the repository and by its rules for a cluster. */
function exportersRead(tree: JudgedTree): readonly Exporter[] | undefined {
  const jobs = [...tree.values()]
    .filter((file) => isPlainYaml(file, tree) && /^scrape_configs:/m.test(textOf(file)))
    .flatMap((file) => yamlDocuments(file))
    .flatMap((document) => listOf(dig(document.value, 'scrape_configs')));
  const own = ownServices(tree);
  const read: Exporter[] = [...tree.values()].some(isRuleOfCluster) ? [exporterAt('cluster')] : [];
  for (const job of jobs) {
    const exporter = Object.values(EXPORTERS).find(
      ({ port }) => port !== undefined && new RegExp(`:${port}\\b`).test(JSON.stringify(job)),
    );
    if (exporter) read.push(exporter);
    else if (!hostsOf(job).every((host) => own.has(host))) return undefined;
  }
  return read.length > 0 ? read : undefined;
}

/** A manifest, or a template of a chart that takes the rules of another file into one. */
const isRuleOfCluster = (file: JudgedFile): boolean =>
  /^ya?ml$/.test(extensionOf(file.path)) && /^kind: PrometheusRule$/m.test(textOf(file));

const exporterAt = (name: string): Exporter => EXPORTERS[name] ?? { source: '', families: [], names: [] };

/** Where a job reads; a discovery that we do not follow is a host that nobody has. */
function hostsOf(job: unknown): readonly string[] {
  const targets = listOf(recordOf(job).static_configs).flatMap((one) => listOf(recordOf(one).targets));
  const names = listOf(recordOf(job).dns_sd_configs).flatMap((one) => listOf(recordOf(one).names));
  const hosts = [...targets, ...names].map((host) => textOr(host, '').replace(/:\d+$/, ''));
  return hosts.length > 0 ? hosts : [''];
}

/** The services of compose files that are built here: what they export is said by the code of the repository. */
const ownServices = (tree: JudgedTree): ReadonlySet<string> =>
  new Set(
    [...tree.values()]
      .filter(({ path }) => isComposeFile(path))
      .flatMap((file) => Object.entries(recordOf(composeFile(file)?.data.services)))
      .filter(([, service]) => isRecord(service) && service.build !== undefined)
      .map(([name]) => name),
  );
