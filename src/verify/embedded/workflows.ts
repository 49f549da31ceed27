/** Are the GitHub workflows valid, and are they safe to run? */
import type { EmbeddedCheck, JudgedFile, JudgedTree, Rule } from '../check.ts';
import { knownAction } from './action-pins.ts';
import { FindingList } from './finding-list.ts';
import { isRecord, recordOf, scalarText, type PlainRecord } from './plain-data.ts';
import { linesOf, textOf } from './source-text.ts';
import { actionSteps, eventsOf, isAction, isWorkflow, jobsOf, type Job, type Step } from './workflow-jobs.ts';
import { yamlDocuments, type Path, type YamlDocument } from './yaml-source.ts';

const SYNTAX = 'https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax';
const SECURE = 'https://docs.github.com/en/actions/reference/security/secure-use';
const ZIZMOR = 'https://docs.zizmor.sh/audits/';

const rules = [
  {
    id: 'workflows-syntax',
    summary:
      "GitHub's own parser accepts the workflow: keys, events, permissions, expressions and their contexts.",
    source: `@actions/workflow-parser; ${SYNTAX}`,
    fix: 'compare the line with the workflow syntax reference',
  },
  {
    id: 'workflows-needs-unknown',
    summary: 'A job needs only jobs of the same workflow.',
    source: `${SYNTAX}#jobsjob_idneeds`,
    fix: 'correct the name in `needs`',
  },
  {
    id: 'workflows-needs-cycle',
    summary: 'No job waits for itself through the jobs it needs.',
    source: `${SYNTAX}#jobsjob_idneeds`,
    fix: 'take one of the jobs out of `needs`',
  },
  {
    id: 'workflows-needs-context',
    summary: 'An expression reads `needs.<job>` only of jobs that its own job lists in `needs`.',
    source: 'https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context',
    fix: 'add the job to `needs`: without it the value is empty',
  },
  {
    id: 'workflows-step-unknown',
    summary: 'An expression reads `steps.<id>` only of steps of its own job.',
    source: 'https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#steps-context',
    fix: 'give the step that `id`, or correct the name: as it stands the value is empty',
  },
  {
    id: 'workflows-unpinned-action',
    summary: 'Actions and reusable workflows of others are named by a full commit SHA.',
    source: `SPEC 4; ${SECURE}#using-third-party-actions; ${ZIZMOR}#unpinned-uses`,
    fix: 'pin it as `owner/action@<40 hex digits> # vX.Y.Z`; `bulwark pin` resolves tags',
  },
  {
    id: 'workflows-pin-comment',
    summary: 'Behind a pinned commit stands its version as a comment, and it is the right one.',
    source: `SPEC 4; ${ZIZMOR}#ref-version-mismatch; Dependabot updates both`,
    fix: 'write the version behind the SHA, as in `# v7.0.1`',
  },
  {
    id: 'workflows-expression-in-run',
    summary: 'No expression stands inside of a script.',
    source: `SPEC 4; ${SECURE}#use-an-intermediate-environment-variable; ${ZIZMOR}#template-injection`,
    fix: 'pass the value through `env:` and use the variable in the script',
  },
  {
    id: 'workflows-permissions',
    summary: 'The workflow grants nothing at the top (`permissions: {}`); each job asks for what it needs.',
    source: `SPEC 4; ${SECURE}#use-secrets-for-sensitive-information; ${ZIZMOR}#excessive-permissions`,
    fix: 'set `permissions: {}` at the top and the least under each job',
  },
  {
    id: 'workflows-timeout',
    summary: 'A job has a time-out.',
    source: `SPEC 4; ${SYNTAX}#jobsjob_idtimeout-minutes (the default is six hours)`,
    fix: 'set `timeout-minutes`',
  },
  {
    id: 'workflows-persist-credentials',
    summary: 'A checkout does not leave its token in .git/config.',
    source: `SPEC 4; ${ZIZMOR}#artipacked`,
    fix: 'set `persist-credentials: false` under `with`',
  },
  {
    id: 'workflows-runner',
    summary: 'A job runs on a pinned runner image.',
    source:
      'SPEC 4; https://docs.github.com/en/actions/reference/runners/github-hosted-runners (`-latest` moves)',
    fix: 'name the version, as in `ubuntu-24.04`',
  },
  {
    id: 'workflows-concurrency',
    summary: 'A workflow says what happens to a second run of itself.',
    source: `SPEC 4; ${SYNTAX}#concurrency; ${ZIZMOR}#concurrency-limits`,
    fix: 'set `concurrency` with a group by workflow and ref',
  },
  {
    id: 'workflows-unknown-input',
    summary: 'A known action is given only inputs that it has.',
    source: 'action.yml of the pinned commit (component/pins/actions.json)',
    fix: 'compare `with` with the inputs of the action: an unknown one is ignored',
  },
  {
    id: 'workflows-missing-input',
    summary: 'A known action is given every input that it requires.',
    source: 'action.yml of the pinned commit (component/pins/actions.json)',
    fix: 'add the input under `with`',
  },
  {
    id: 'workflows-local-missing',
    summary: 'A local action or reusable workflow exists.',
    source: `${SYNTAX}#jobsjob_idstepsuses`,
    fix: 'correct the path, which starts at the root of the repository',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

export const workflows: EmbeddedCheck = {
  id: 'workflows',
  description: "GitHub workflows pass GitHub's parser and are safe to run",
  rules,
  judges: ({ path }) => isWorkflow(path) || isAction(path),
  run: async (files, tree) => {
    const found: Findings = new FindingList(rules);
    for (const file of files) {
      if (isWorkflow(file.path)) await judgeByParser(file, found);
      const [document] = yamlDocuments(file);
      if (!document || !isRecord(document.value)) continue;
      const source = { file, document, tree, found };
      if (isAction(file.path)) judgeSteps(actionSteps(document.value), source);
      else judgeWorkflow(document.value, source);
    }
    return found.sorted();
  },
};

interface Source {
  readonly file: JudgedFile;
  readonly document: YamlDocument;
  readonly tree: JudgedTree;
  readonly found: Findings;
}

const report = (source: Source, rule: Parameters<Findings['add']>[0], path: Path, message: string): void => {
  source.found.add(rule, source.file.path, source.document.lineOf(path), message);
};

async function judgeByParser(file: JudgedFile, found: Findings): Promise<void> {
  const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } =
    await import('@actions/workflow-parser');
  const { context, value } = parseWorkflow(
    { name: file.path, content: textOf(file) },
    new NoOperationTraceWriter(),
  );
  // Conversion finds what the schema cannot: expressions in `if`, a workflow without a first job.
  if (value) await convertWorkflowTemplate(context, value);
  for (const { rawMessage, range } of context.errors.getErrors()) {
    // Our own rules say this of every job, also when the parser stops before.
    if (/depends on (?:unknown )?job|at least one job with no dependencies/.test(rawMessage)) continue;
    found.add('workflows-syntax', file.path, range?.start.line, rawMessage);
  }
}

function judgeWorkflow(workflow: PlainRecord, source: Source): void {
  const jobs = jobsOf(workflow);
  const permissions = workflow.permissions;
  if (!isRecord(permissions) || Object.keys(permissions).length > 0) {
    report(
      source,
      'workflows-permissions',
      ['permissions'],
      'the workflow grants permissions to all of its jobs',
    );
  }
  const calledOnly = eventsOf(workflow).every((event) => event === 'workflow_call');
  const perJob = jobs.length > 0 && jobs.every(({ data }) => data.concurrency !== undefined);
  if (workflow.concurrency === undefined && !perJob && !calledOnly) {
    report(
      source,
      'workflows-concurrency',
      ['name'],
      'two runs of the workflow get in the way of each other',
    );
  }
  judgeNeeds(jobs, source);
  for (const job of jobs) {
    if (job.uses !== undefined) judgeUses(job.uses, [...job.path, 'uses'], source);
    else {
      if (job.data['timeout-minutes'] === undefined) {
        report(source, 'workflows-timeout', job.path, `the job ${job.id} may hang for six hours`);
      }
      judgeRunner(job, source);
    }
    judgeContexts(job, source);
    judgeSteps(job.steps, source);
  }
}

function judgeNeeds(jobs: readonly Job[], source: Source): void {
  const byId = new Map(jobs.map((job) => [job.id.toLowerCase(), job]));
  for (const job of jobs) {
    for (const need of job.needs) {
      if (byId.has(need.toLowerCase())) continue;
      report(
        source,
        'workflows-needs-unknown',
        [...job.path, 'needs'],
        `${job.id} needs ${need}, which is no job here`,
      );
    }
    const reached = new Set<Job>();
    const walk = (from: Job): void => {
      for (const need of from.needs) {
        const next = byId.get(need.toLowerCase());
        if (next && !reached.has(next)) {
          reached.add(next);
          walk(next);
        }
      }
    };
    walk(job);
    if (reached.has(job)) {
      report(source, 'workflows-needs-cycle', [...job.path, 'needs'], `${job.id} waits for itself`);
    }
  }
}

function judgeRunner(job: Job, source: Source): void {
  const runsOn = job.data['runs-on'];
  const labels = isRecord(runsOn) ? runsOn.labels : runsOn;
  for (const label of Array.isArray(labels) ? (labels as unknown[]) : [labels]) {
    if (/^(?:ubuntu|windows|macos)-latest\b/.test(scalarText(label) ?? '')) {
      report(
        source,
        'workflows-runner',
        [...job.path, 'runs-on'],
        `${job.id} runs on ${String(label)}, which moves`,
      );
    }
  }
  // An expression in `runs-on` takes its labels from the matrix.
  const matrix = recordOf(recordOf(job.data.strategy).matrix);
  for (const [key, values] of Object.entries(matrix)) {
    if (!/\b(?:ubuntu|windows|macos)-latest\b/.test(JSON.stringify(values))) continue;
    report(
      source,
      'workflows-runner',
      [...job.path, 'strategy', 'matrix', key],
      `${job.id} runs on an image that moves`,
    );
  }
}

/** Every text of a value that holds an expression, with its path. */
function* expressionsIn(value: unknown, path: Path): Generator<{ text: string; path: Path }> {
  if (typeof value === 'string') {
    // `if` is an expression without its braces.
    if (value.includes('${{') || path.at(-1) === 'if') yield { text: value, path };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* expressionsIn(item, [...path, index]);
  } else if (isRecord(value)) {
    for (const [key, member] of Object.entries(value)) yield* expressionsIn(member, [...path, key]);
  }
}

function judgeContexts(job: Job, source: Source): void {
  const needs = new Set(job.needs.map((need) => need.toLowerCase()));
  const steps = new Set(job.steps.map(({ data }) => scalarText(data.id)?.toLowerCase()));
  for (const { text, path } of expressionsIn(job.data, job.path)) {
    const expressions = text.includes('${{')
      ? [...text.matchAll(/\$\{\{(.*?)\}\}/gs)].map((match) => match[1] ?? '')
      : [text];
    for (const expression of expressions) {
      const bare = expression.replace(/'(?:[^']|'')*'/g, "''");
      for (const [, context, name = ''] of bare.matchAll(/(?<![\w.-])(needs|steps)\.([A-Za-z_][\w-]*)/g)) {
        const known = context === 'needs' ? needs : steps;
        if (known.has(name.toLowerCase())) continue;
        if (context === 'needs') {
          report(
            source,
            'workflows-needs-context',
            path,
            `${job.id} reads needs.${name} without needing ${name}`,
          );
        } else {
          report(source, 'workflows-step-unknown', path, `${job.id} has no step with the id ${name}`);
        }
      }
    }
  }
}

/** Inputs that are scripts: an expression in them is code like in `run`. */
const SCRIPT_INPUTS: Readonly<Record<string, string>> = { 'actions/github-script': 'script' };

function judgeSteps(steps: readonly Step[], source: Source): void {
  for (const step of steps) {
    if (step.run?.includes('${{')) {
      report(
        source,
        'workflows-expression-in-run',
        [...step.path, 'run'],
        'an expression is pasted into a script',
      );
    }
    if (step.uses === undefined) continue;
    const path = [...step.path, 'uses'];
    judgeUses(step.uses, path, source);
    const name = (step.uses.split('@')[0] ?? '').toLowerCase();
    const given = recordOf(step.data.with);
    if (name === 'actions/checkout' && scalarText(given['persist-credentials']) !== 'false') {
      report(source, 'workflows-persist-credentials', path, 'the checkout leaves its token in .git/config');
    }
    const script = SCRIPT_INPUTS[name];
    if (script !== undefined && scalarText(given[script])?.includes('${{')) {
      report(
        source,
        'workflows-expression-in-run',
        [...step.path, 'with', script],
        'an expression is pasted into a script',
      );
    }
    judgeInputs(step, given, source);
  }
}

function judgeUses(uses: string, path: Path, source: Source): void {
  if (uses.startsWith('./')) {
    const local = uses.slice(2).replace(/\/$/, '');
    const candidates = [local, `${local}/action.yml`, `${local}/action.yaml`];
    if (![...source.tree.keys()].some((file) => candidates.includes(file))) {
      report(source, 'workflows-local-missing', path, `${uses} is not in the repository`);
    }
    return;
  }
  if (uses.startsWith('docker://')) {
    if (!uses.includes('@sha256:')) {
      report(source, 'workflows-unpinned-action', path, `${uses} is not pinned by its digest`);
    }
    return;
  }
  const [name = '', ref = ''] = uses.split('@');
  if (!/^[0-9a-f]{40}$/.test(ref)) {
    report(source, 'workflows-unpinned-action', path, `${uses} is not pinned by a commit SHA`);
    return;
  }
  const line = linesOf(source.file)[source.document.lineOf(path) - 1] ?? '';
  const version = /\s#\s*(?:tag=)?(v?\d+(?:\.\d+)*(?:[-+][\w.]+)?)/.exec(line)?.[1];
  if (version === undefined) {
    report(source, 'workflows-pin-comment', path, `no comment tells which version of ${name} this is`);
    return;
  }
  const known = knownAction(name);
  // `# v7` is right for v7.0.1, whose major tag it is.
  if (
    known?.sha === ref &&
    /^v?\d/.test(known.version) &&
    !`${bare(known.version)}.`.startsWith(`${bare(version)}.`)
  ) {
    report(
      source,
      'workflows-pin-comment',
      path,
      `this commit of ${name} is ${known.version}, not ${version}`,
    );
  }
}

const bare = (version: string): string => version.replace(/^v/, '');

/** Inputs are known for the pinned commit alone: another one may have others, which is not a finding. */
function judgeInputs(step: Step, given: PlainRecord, source: Source): void {
  const [name = '', ref] = (step.uses ?? '').split('@');
  const known = knownAction(name);
  if (known?.inputs === undefined || known.sha !== ref) return;
  const inputs = new Map(
    Object.entries(known.inputs).map(([input, demand]) => [input.toLowerCase(), demand]),
  );
  const names = new Set(Object.keys(given).map((input) => input.toLowerCase()));
  for (const input of Object.keys(given)) {
    if (inputs.has(input.toLowerCase())) continue;
    report(source, 'workflows-unknown-input', [...step.path, 'with', input], `${name} has no input ${input}`);
  }
  for (const [input, demand] of inputs) {
    if (demand !== 'required' || names.has(input)) continue;
    report(source, 'workflows-missing-input', [...step.path, 'uses'], `${name} requires the input ${input}`);
  }
}
