/** Judges the files of a tree by one team rule. */
import { isKept } from '../verify/embedded/file-kinds.ts';
import { pinFault } from '../verify/embedded/image-reference.ts';
import { recordOf } from '../verify/embedded/plain-data.ts';
import { textOf } from '../verify/embedded/source-text.ts';
import { actionSteps, isAction, isWorkflow, jobsOf } from '../verify/embedded/workflow-jobs.ts';
import type { JudgedFile, JudgedTree } from '../verify/check.ts';
import { describeCondition, describeValue, meets, MISSING } from './condition.ts';
import { readDocuments, readPlain, type ReadDocument } from './document-reading.ts';
import { isWritten } from './each-entry.ts';
import { imagesOf, type ImageUse } from './images.ts';
import { judgeName } from './name-filter.ts';
import { describePlace, select, type Place, type Selected } from './path-language.ts';
import { regionsOf } from './regions.ts';
import { findingOf, type RuleFinding } from './rule-report.ts';
import type { DemandOf, PathCondition, TeamRule } from './rule.ts';
import { UNKNOWN } from './variables.ts';

export interface TreeJudgement {
  readonly findings: readonly RuleFinding[];
  readonly notices: readonly string[];
}

/** @returns undefined when the rule asks nothing of files */
export async function judgeTree(rule: TeamRule, tree: JudgedTree): Promise<TreeJudgement | undefined> {
  const { demand } = rule;
  const isJudged = (path: string): boolean => !isKept(path) && !rule.exclude.some(({ test }) => test(path));
  switch (demand.kind) {
    case 'require-file':
      return judgeRequiredFiles(rule, demand, tree);
    case 'deny-image':
    case 'deny-base-image':
    case 'deny-registry':
      return judgeImages(
        rule,
        demand,
        imagesOf(tree).filter(({ path }) => isJudged(path)),
      );
    case 'deny-unpinned-images':
      return judgePins(
        rule,
        demand,
        imagesOf(tree).filter(({ path }) => isJudged(path)),
      );
    case 'deny-unpinned-actions':
      return judgeActions(
        rule,
        [...tree.values()].filter(({ path }) => isJudged(path)),
        tree,
      );
    case 'deny-region':
      return judgeRegions(rule, demand, tree, isJudged);
    case 'assert':
      return judgeAssertion(rule, demand, tree, isJudged);
    case 'require-component':
    case 'deny-component':
    case 'require-option':
    case 'deny-option':
    case 'lock':
      return undefined;
  }
}

function judgeRequiredFiles(
  rule: TeamRule,
  { files }: DemandOf<'require-file'>,
  tree: JudgedTree,
): TreeJudgement {
  const findings = files
    .filter(({ test }) => ![...tree.keys()].some((path) => !isKept(path) && test(path)))
    .map(({ source }) =>
      findingOf(rule, { path: source, is: `no file ${source} is in the repository`, must: 'be there' }),
    );
  return { findings, notices: [] };
}

function judgeImages(
  rule: TeamRule,
  { kind, names }: DemandOf<'deny-image'> | DemandOf<'deny-base-image'> | DemandOf<'deny-registry'>,
  images: readonly ImageUse[],
): TreeJudgement {
  const judged = kind === 'deny-base-image' ? images.filter(({ isBase }) => isBase) : images;
  const findings = judged.flatMap((image) => {
    if (image.name === undefined) return [];
    const must = judgeName(names, kind === 'deny-registry' ? registryForms(image.name) : imageForms(image));
    return must === undefined
      ? []
      : [findingOf(rule, { path: image.path, ...image.spot(), is: describeImage(rule, image), must })];
  });
  const unknown = judged.filter(({ name }) => name === undefined);
  return { findings, notices: unknownTold(rule, unknown, 'image') };
}

/** A registry is denied or allowed with all below it: `ghcr.io`, `ghcr.io/acme`, `ghcr.io/acme/api`. */
function registryForms(name: string): readonly string[] {
  const segments = name.split('/');
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** As it is written and with its registry; each with its version and without. */
function imageForms({ written, name = '' }: ImageUse): readonly string[] {
  const shown = written.includes(UNKNOWN) ? [] : [written];
  const version = /(?::[^:/]+)?(?:@.*)?$/.exec(written)?.[0] ?? '';
  const bare = written.slice(0, written.length - version.length);
  const full = version === '' || version.includes(UNKNOWN) ? [] : [name + version];
  // No tag means "latest".
  const latest = version === '' ? [`${bare}:latest`, `${name}:latest`] : [];
  return [...shown, bare, name, ...full, ...latest];
}

const describeImage = (rule: TeamRule, { text, name = '', isBase }: ImageUse): string => {
  const what = isBase ? 'the base image' : 'the image';
  const shown = text.length > 120 ? `${text.slice(0, 119)}…` : text;
  const from = rule.demand.kind === 'deny-registry' ? ` comes from ${name}` : '';
  return `${what} ${shown}${from === '' ? ' is used' : from}`;
};

function judgePins(
  rule: TeamRule,
  { wantsDigest }: DemandOf<'deny-unpinned-images'>,
  images: readonly ImageUse[],
): TreeJudgement {
  const findings = images.flatMap((image) => {
    const version = /(?::[^:/]+)?(?:@.*)?$/.exec(image.written)?.[0] ?? '';
    if (!image.saysVersion || version.includes(UNKNOWN)) return [];
    const fault = wantsDigest
      ? /@sha256:[0-9a-f]{64}$/.test(image.written)
        ? undefined
        : 'has no digest'
      : pinFault(image.written);
    if (fault === undefined) return [];
    return [
      findingOf(rule, {
        path: image.path,
        ...image.spot(),
        is: `the image ${image.text} ${fault}`,
        must: wantsDigest ? 'name a digest' : 'name one version',
        hint: 'run "bulwark pin"',
      }),
    ];
  });
  return { findings, notices: [] };
}

function judgeActions(rule: TeamRule, files: readonly JudgedFile[], tree: JudgedTree): TreeJudgement {
  const findings = files
    .filter(({ path }) => isWorkflow(path) || isAction(path))
    .flatMap((file) => {
      const reading = readPlain(file, tree);
      if (reading.outcome !== 'read') return [];
      return reading.documents.flatMap((document) =>
        usesOf(document, file).flatMap(({ uses, place }) => {
          if (uses.startsWith('./') || /@[0-9a-f]{40}$/.test(uses) || uses.startsWith('docker://')) return [];
          return [
            findingOf(rule, {
              path: file.path,
              ...document.spotOf(place),
              is: `the action ${uses} is named by what can be moved`,
              must: 'be named by its commit',
              hint: 'run "bulwark pin"',
            }),
          ];
        }),
      );
    });
  return { findings, notices: [] };
}

/** Actions and reusable workflows, with their places. */
function usesOf({ value }: ReadDocument, { path }: JudgedFile): readonly { uses: string; place: Place }[] {
  const data = recordOf(value);
  const jobs = isWorkflow(path) ? jobsOf(data) : [];
  const steps = isWorkflow(path) ? jobs.flatMap((job) => job.steps) : actionSteps(data);
  return [...jobs, ...steps].flatMap(({ uses, path: place }) =>
    uses === undefined ? [] : [{ uses, place: [...place, 'uses'] }],
  );
}

function judgeRegions(
  rule: TeamRule,
  { names }: DemandOf<'deny-region'>,
  tree: JudgedTree,
  isJudged: (path: string) => boolean,
): TreeJudgement {
  const judged = regionsOf(tree).filter(({ path }) => isJudged(path) && path !== 'bulwark.json');
  const findings = judged.flatMap(({ path, spot, region }) => {
    const must = region === undefined ? undefined : judgeName(names, [region]);
    if (must === undefined || region === undefined) return [];
    return [findingOf(rule, { path, ...spot(), is: `the region ${region} is used`, must })];
  });
  const unknown = judged.filter(({ region }) => region === undefined);
  return { findings, notices: unknownTold(rule, unknown, 'region') };
}

/** What comes from a variable is told, so that nobody takes it for judged. */
function unknownTold(
  { id }: TeamRule,
  unknown: readonly { readonly path: string; readonly spot: () => { readonly line: number } }[],
  noun: string,
): readonly string[] {
  const [first] = unknown;
  if (!first) return [];
  const count = unknown.length === 1 ? `one ${noun} comes` : `${unknown.length} ${noun}s come`;
  return [`${id}: ${count} from a variable and cannot be judged (${first.path}:${first.spot().line})`];
}

async function judgeAssertion(
  rule: TeamRule,
  demand: DemandOf<'assert'>,
  tree: JudgedTree,
  isJudged: (path: string) => boolean,
): Promise<TreeJudgement> {
  const findings: RuleFinding[] = [];
  let met = 0;
  for (const file of tree.values()) {
    if (!isJudged(file.path) || !demand.files.some(({ test }) => test(file.path))) continue;
    if (!demand.where.every((one) => canHold(one, file))) continue;
    const pending = readDocuments(file, tree);
    const reading = pending instanceof Promise ? await pending : pending;
    if (reading.outcome === 'other') continue;
    if (reading.outcome === 'unreadable') {
      met += 1;
      findings.push(
        findingOf(rule, {
          path: file.path,
          ...reading.at,
          is: `the file cannot be read (${reading.message})`,
          must: 'be readable to be judged',
        }),
      );
      continue;
    }
    for (const document of reading.documents) {
      if (!demand.where.every((one) => holds(one, document.value))) continue;
      met += 1;
      findings.push(...judgeDocument(rule, demand, document, file.path));
    }
  }
  if (met > 0) return { findings, notices: [] };
  const files = demand.files.map(({ source }) => source).join(', ');
  if (!demand.mustExist) return { findings, notices: [`${rule.id}: no document to judge in ${files}`] };
  const path = demand.files[0]?.source ?? '';
  return {
    findings: [findingOf(rule, { path, is: `there is no document to judge in ${files}`, must: 'be one' })],
    notices: [],
  };
}

/**
 * Whether a file can hold a value that `where` asks for, told from its text: a plain word stands in it as it is. Files that
 * cannot are not parsed, and so not found unreadable.
 */
function canHold({ condition }: PathCondition, file: JudgedFile): boolean {
  if (condition.kind !== 'in') return true;
  const words = condition.values.map((value) => (value.kind === 'scalar' ? value.text : ''));
  if (!words.every((word) => PLAIN_WORD.test(word))) return true;
  return isWritten(textOf(file), (text) => words.some((word) => text.includes(word)));
}

/** No number, date or boolean, which can be written in several ways, and no text that could be folded. */
const PLAIN_WORD = /^(?!(?:true|false|null|infinity|nan)$)[a-z][a-z0-9.-]*$/i;

/** Whether some value at the path meets the condition. */
const holds = ({ path, condition }: PathCondition, document: unknown): boolean =>
  select(document, path).some((selected) => meets(condition, valueOf(selected)));

const valueOf = (selected: Selected): unknown => (selected.found ? selected.value : MISSING);

function judgeDocument(
  rule: TeamRule,
  { path, condition }: DemandOf<'assert'>,
  document: ReadDocument,
  file: string,
): readonly RuleFinding[] {
  return select(document.value, path).flatMap((selected) => {
    const value = valueOf(selected);
    if (meets(condition, value)) return [];
    const where = describePlace(selected.place);
    const is = selected.found
      ? `${where === '' ? 'the document' : where} is ${describeValue(value)}`
      : `${path.source} is not there${where === '' ? '' : ` (${where} lacks it)`}`;
    return [
      findingOf(rule, {
        path: file,
        ...document.spotOf(selected.place),
        is,
        must: describeCondition(condition),
      }),
    ];
  });
}
