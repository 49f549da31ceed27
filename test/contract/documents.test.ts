/** The documents for operators name only what is there, for whatever is chosen; what they say to type runs in test/tools. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseCommandLine } from '../../src/cli/args.ts';
import type { JudgedFile, JudgedTree } from '../../src/verify/check.ts';
import { markdownOf } from '../../src/verify/embedded/markdown-source.ts';
import { commandsOf, documentsOf, unknownPrograms } from '../support/documents.ts';
import type { Row } from '../support/pairwise.ts';
import { catalog } from '../support/render.ts';
import { createdTree, namedRows } from '../support/rows.ts';
import { treeOf } from '../support/tool-trees.ts';

const OPERATIONS = catalog.components.filter(({ category }) => category === 'operations').map(({ id }) => id);

/** Of the pairwise rows so many, spread over all: test/matrix looks for dangling names in each of them. */
const ROWS = 60;

interface Rendered {
  readonly name: string;
  readonly answers: Row;
  readonly tree: JudgedTree;
}

const rendered: Rendered[] = [];

beforeAll(async () => {
  const documented = namedRows().filter(
    ({ answers }) =>
      (answers.operations as readonly string[]).length > 0 ||
      (answers.repository as readonly string[]).includes('project'),
  );
  const step = Math.ceil(documented.length / ROWS);
  const rows = documented.filter((_, index) => index % step === 0);
  for (const { name, answers } of rows) rendered.push({ name, answers, tree: await createdTree(answers) });
  const preset = await createdTree({}, 'fastapi-platform');
  rendered.push({ name: 'fastapi-platform', answers: {}, tree: preset });
}, 180_000);

const presetTree = (): JudgedTree => rendered.at(-1)?.tree ?? treeOf({});

const textAt = (tree: JudgedTree, path: string): string | undefined =>
  [...tree.values()].find((file) => file.path === path)?.content.toString('utf8');

/** Judges every rendered set of documents; what is found is named by its row. */
const judgeAll = (judge: (tree: JudgedTree) => readonly string[]): readonly string[] =>
  rendered.flatMap(({ name, tree }) => judge(tree).map((fault) => `${name}: ${fault}`));

/** The preset's tree with one text in place of another: what a judge must find. */
function twin(path: string, from: string, to: string): JudgedTree {
  const tree = presetTree();
  const text = textAt(tree, path) ?? '';
  expect(text, `${path} of the preset`).toContain(from);
  const files = [...tree.values()].map((file) => [
    file.path,
    file.path === path ? text.replace(from, () => to) : file.content.toString('utf8'),
  ]);
  return treeOf(Object.fromEntries(files) as Record<string, string>);
}

/** Programs that are there only with a component. */
const BROUGHT_BY: readonly (readonly [RegExp, (tree: JudgedTree) => boolean])[] = [
  [/\bdocker compose\b/, (tree) => textAt(tree, 'docker-compose.yml') !== undefined],
  [/\bkubectl\b/, (tree) => [...tree.keys()].some((path) => path.startsWith('kubernetes/'))],
  [/\bredis-cli\b/, (tree) => /^ {2}redis:$/m.test(textAt(tree, 'docker-compose.yml') ?? '')],
  [/\brabbitmqctl\b/, (tree) => /^ {2}rabbitmq:$/m.test(textAt(tree, 'docker-compose.yml') ?? '')],
  [/\bauth_audit_log\b|\buser_sessions\b|login-attack/, hasAccounts],
  [/deploy-blue-green/, (tree) => textAt(tree, 'scripts/deploy-blue-green.sh') !== undefined],
];

function hasAccounts(tree: JudgedTree): boolean {
  return (textAt(tree, 'bulwark.json') ?? '').includes('"auth": "database"');
}

const strangers = (tree: JudgedTree): readonly string[] =>
  documentsOf(tree).flatMap((file) =>
    BROUGHT_BY.filter(
      ([pattern, isThere]) => pattern.test(file.content.toString('utf8')) && !isThere(tree),
    ).map(([pattern]) => `${file.path} names ${String(pattern)}`),
  );

/** Kinds of Kubernetes that commands name, by the word that kubectl takes. */
const KINDS: Readonly<Record<string, string>> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  job: 'Job',
  cronjob: 'CronJob',
  service: 'Service',
  externalsecret: 'ExternalSecret',
};

interface Manifest {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
}

function manifestsOf(tree: JudgedTree): readonly Manifest[] {
  return [...tree.values()]
    .filter(({ path }) => /^kubernetes\/.*\.ya?ml$/.test(path))
    .flatMap(({ content }) =>
      parseAllDocuments(content.toString('utf8')).map((document) => document.toJS() as Manifest | null),
    )
    .filter((manifest) => manifest !== null);
}

/** Objects, namespaces and labels that kubectl is asked for and that no manifest has. */
function missingObjects(tree: JudgedTree): readonly string[] {
  const manifests = manifestsOf(tree);
  const has = (kind: string, name: string): boolean =>
    manifests.some(
      ({ kind: other, metadata }) =>
        other === kind &&
        (metadata?.name === name ||
          // Each version's Job has its tag in place of this word.
          (kind === 'Job' && name.startsWith(metadata?.name?.replace(/version$/, '') ?? name))),
    );
  return commandsOf(documentsOf(tree))
    .filter(({ words: [program] }) => program === 'kubectl')
    .flatMap(({ words, path, line }) => {
      const named = words.flatMap((word, index): readonly string[] => {
        const object = /^([a-z]+)\/([a-z0-9-]+)$/.exec(word ?? '');
        const kind = KINDS[object?.[1] ?? ''];
        if (kind !== undefined && !has(kind, object?.[2] ?? '')) return [word ?? ''];
        if (words[index - 1] === '--namespace' && word !== undefined && !has('Namespace', word))
          return [`the namespace ${word}`];
        const selector = /^--selector=([^=]+)=(.+)$/.exec(word ?? '');
        const [, label = '', value = ''] = selector ?? [];
        const labelled = manifests.some(({ metadata }) => metadata?.labels?.[label] === value);
        return selector && !labelled ? [`the label ${label}=${value}`] : [];
      });
      return named.map((what) => `${path}:${line} names ${what}`);
    });
}

/** Variables and metrics that documents name, in code, and that nothing else in the repository does. */
function unknownNames(tree: JudgedTree): readonly string[] {
  const others = [...tree.values()]
    .filter(({ path }) => !/^(?:README|DEPLOYMENT)\.md$|^docs\/|^\.bulwark\//.test(path))
    .map(({ content }) => content.toString('utf8'))
    .join('\n');
  return documentsOf(tree).flatMap((file) =>
    markdownOf(file)
      .spans.filter(
        ({ text }) =>
          /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text) ||
          /^[a-z]+(?:_[a-z]+)*_(?:total|seconds|size|in_use|pending)$/.test(text),
      )
      .filter(({ text }) => !OPERATORS_OWN.has(text) && !others.includes(text))
      .map(({ text, line }) => `${file.path}:${line} names ${text}, which nothing reads`),
  );
}

/** Modules of the repository's own that are to be run, and that it does not have. */
function unknownModules(tree: JudgedTree): readonly string[] {
  const paths = new Set<string>(tree.keys());
  const exists = (module: string): boolean => {
    const path = module.replaceAll('.', '/');
    return [`${path}.py`, `${path}/__main__.py`].some((file) => paths.has(file));
  };
  return documentsOf(tree).flatMap((file) =>
    [...file.content.toString('utf8').matchAll(/\bpython3? -m ([\w.]+)/g)]
      .map(([, module = '']) => module)
      .filter((module) => !PROGRAMS.has(module) && !exists(module))
      .map((module) => `${file.path} runs ${module}`),
  );
}

/** Modules that Python or the development requirements bring along. */
const PROGRAMS = new Set(['venv', 'pytest', 'pip']);

/** Variables of an operator's own shell, and of what is on the machine. */
const OPERATORS_OWN = new Set(['RESTORED_URL', 'USER_ID', 'ACCESS_TOKEN', 'NAME_FILE']);

/** What of bulwark's own commands it would not take itself. */
const unknownToBulwark = (tree: JudgedTree): readonly string[] =>
  commandsOf(documentsOf(tree)).flatMap(({ words, path, line }) => {
    const at = words.findIndex((word) => /^create-bulwark@(?:latest|\d+\.\d+\.\d+)$/.test(word ?? ''));
    const isOurs = words.some((word) => word?.includes('bulwark'));
    if (at < 0) return isOurs ? [`${path}:${line} starts no version of bulwark`] : [];
    const { issues, command } = parseCommandLine(
      words.slice(at + 1).map((word) => word ?? ''),
      catalog.questions,
      false,
    );
    const misread = command === 'create' ? [`${path}:${line} would make a repository`] : [];
    return [...issues.map(({ message }) => `${path}:${line} ${message}`), ...misread];
  });

/** Rows of the scorecard whose check is nothing that can be run or read. */
function rowsWithoutCheck(tree: JudgedTree): readonly string[] {
  const card = [...tree.values()].find(({ path }) => path === 'docs/PRODUCTION_READINESS.md');
  if (!card) return [];
  const workflow = textAt(tree, '.github/workflows/ci.yml') ?? '';
  const exists = (path: string): boolean =>
    [...tree.keys()].some((other) => other === path || (path.endsWith('/') && other.startsWith(path)));
  const lines = card.content.toString('utf8').split('\n');
  const { spans, links } = markdownOf(card);
  return lines.flatMap((text, index) => {
    const cells = text.split(' | ');
    if (!text.startsWith('| ') || cells[0] === '| claim') return [];
    const check = cells.at(-1) ?? '';
    const job = /CI `([a-z-]+)`/.exec(check)?.[1];
    if (job !== undefined && !new RegExp(`^ {2}${job}:$`, 'm').test(workflow))
      return [`line ${index + 1}: CI has no job ${job}`];
    const here = spans.filter(({ line, text: code }) => line === index + 1 && check.includes(code));
    const paths = here.map(({ text: code }) => code).filter((code) => /^[\w./-]+\/[\w./-]*$/.test(code));
    const gone = paths.filter((path) => !exists(path));
    if (gone.length > 0) return [`line ${index + 1}: there is no ${gone.join(', ')}`];
    const shown = here.length > 0 || links.some(({ line }) => line === index + 1);
    return shown ? [] : [`line ${index + 1}: nothing shows "${cells[0] ?? ''}"`];
  });
}

/** The ten items of seed 001, in its order. */
const ITEMS = [
  /administrator/i,
  /test user/i,
  /key/i,
  /https/i,
  /rate limit/i,
  /cors/i,
  /cookie/i,
  /firewall/i,
  /audit log/i,
  /alert/i,
] as const;

function checklistFaults(tree: JudgedTree): readonly string[] {
  const text = textAt(tree, 'docs/PRODUCTION_CHECKLIST.md');
  if (text === undefined) return [];
  const items = text.split(/^## /m).slice(1);
  return [
    ...(items.length === ITEMS.length ? [] : [`${items.length} items`]),
    ...ITEMS.flatMap((pattern, index) => {
      const item = items[index] ?? '';
      if (!item.startsWith(`${index + 1}. `) || !pattern.test(item.split('\n')[0] ?? ''))
        return [`item ${index + 1} is not about ${String(pattern)}`];
      const checked = /```(?:sh|sql)/.test(item) && item.includes('**Good:**');
      const excused = /^(?:Does not apply|Not done)\b/m.test(item);
      return checked || excused || item.includes('**Good:**') ? [] : [`item ${index + 1} has no check`];
    }),
  ];
}

const minutesOf = (text: string | undefined): number => {
  const [, count = '', unit = ''] = /(\d+) (hour|minute)/.exec(text ?? '') ?? [];
  return Number(count) * (unit === 'hour' ? 60 : 1);
};

describe('the documents of every row', () => {
  it('are there, and are many', () => {
    expect(rendered.length).toBeGreaterThan(20);
    const documents = rendered.flatMap(({ tree }) => documentsOf(tree)).map(({ path }) => path);
    for (const id of OPERATIONS)
      expect(
        rendered.some(({ answers }) => (answers.operations as string[] | undefined)?.includes(id)),
        id,
      ).toBe(true);
    expect(new Set(documents).size).toBeGreaterThanOrEqual(12);
  });

  it.each([
    ['DEPLOYMENT.md'],
    ['docs/PRODUCTION_READINESS.md'],
    ['docs/PRODUCTION_CHECKLIST.md'],
    ['docs/DISASTER_RECOVERY.md'],
    ['docs/ON_CALL.md'],
    ['docs/DEPENDENCIES.md'],
    ['docs/runbooks/deployment.md'],
    ['docs/runbooks/rollback.md'],
    ['docs/runbooks/incident.md'],
    ['docs/runbooks/restore.md'],
    ['docs/runbooks/dependency-down.md'],
    ['docs/runbooks/login-attack.md'],
  ])('the preset has %s, and the README leads to it or to its index', (path) => {
    const tree = presetTree();
    expect(textAt(tree, path)).toMatch(/^# /);
    const index = path.startsWith('docs/runbooks/') ? 'docs/runbooks/README.md' : 'README.md';
    expect(textAt(tree, index)).toContain(`(${path.replace('docs/runbooks/', '')})`);
  });
});

/** Each judge finds nothing in any row, and finds the one fault of its twin. */
const JUDGES: readonly {
  readonly says: string;
  readonly judge: (tree: JudgedTree) => readonly string[];
  readonly twins: readonly (readonly [path: string, from: string, to: string])[];
}[] = [
  {
    says: 'type only programs that are there',
    judge: (tree) => unknownPrograms(documentsOf(tree)),
    twins: [
      ['docs/runbooks/restore.md', 'docker compose stop', 'dockr compose stop'],
      ['docs/DISASTER_RECOVERY.md', '&& rsync', '&& rsnyc'],
    ],
  },
  {
    says: "give bulwark's commands as it takes them",
    judge: unknownToBulwark,
    twins: [
      ['docs/DEPENDENCIES.md', ' pin --refresh', ' pin --renew'],
      ['docs/DEPENDENCIES.md', ' update --abort', ' check --abort'],
      ['docs/DEPENDENCIES.md', ' pin\n', ' pins\n'],
      ['docs/DEPENDENCIES.md', 'create-bulwark@latest', 'bulwark'],
    ],
  },
  {
    says: 'run modules that are there',
    judge: unknownModules,
    twins: [['docs/runbooks/incident.md', 'python -m services.', 'python -m service.']],
  },
  {
    says: 'name nothing of a component that was not chosen',
    judge: strangers,
    twins: [['docker-compose.yml', '\n  rabbitmq:\n', '\n  broker:\n']],
  },
  {
    says: 'name objects of Kubernetes that a manifest has',
    judge: missingObjects,
    twins: [['docs/runbooks/incident.md', 'docker compose ps --all', 'kubectl get deployment/apy']],
  },
  {
    says: 'name variables and metrics that something reads',
    judge: unknownNames,
    twins: [
      ['docs/runbooks/incident.md', '`db_pool_in_use`', '`db_pool_used_total`'],
      ['docs/runbooks/dependency-down.md', '`DATABASE_POOL_SIZE`', '`DATABASE_POOL_MAXIMUM`'],
    ],
  },
  {
    says: 'have a scorecard in which each row names a check that exists',
    judge: rowsWithoutCheck,
    twins: [
      ['docs/PRODUCTION_READINESS.md', 'CI `secrets`', 'CI `leaks`'],
      ['docs/PRODUCTION_READINESS.md', '`tests/unit/test_settings.py`', '`tests/unit/test_setting.py`'],
      ['docs/PRODUCTION_READINESS.md', 'CI `secrets`', 'everybody knows'],
    ],
  },
  {
    says: 'have a checklist with the ten items, each with its check',
    judge: checklistFaults,
    twins: [
      ['docs/PRODUCTION_CHECKLIST.md', '## 7. Flags of cookies', '### Flags of cookies'],
      ['docs/PRODUCTION_CHECKLIST.md', '**Good:** no row', 'No row'],
    ],
  },
];

describe.each(JUDGES)('the documents $says', ({ judge, twins }) => {
  it('in every row', () => {
    expect(judgeAll(judge)).toEqual([]);
  });

  it.each(twins)('or it is found: in %s, %s made %s', (path, from, to) => {
    const before = judge(presetTree());
    expect(judge(twin(path, from, to)).length).toBeGreaterThan(before.length);
  });
});

describe('recovery objectives', () => {
  /** The cells of the objectives' rows: data, RPO, RTO, what they rest on. */
  const objectivesIn = (file: JudgedFile | undefined): readonly (readonly string[])[] =>
    (file?.content.toString('utf8').split('\n') ?? [])
      .filter((line) => /^\| the database (?:in its container|at its provider) /.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()));

  it('are 5 minutes with point-in-time recovery alone, and the interval of the dumps otherwise', () => {
    let seen = 0;
    for (const { name, answers, tree } of rendered) {
      const file = [...tree.values()].find(({ path }) => path === 'docs/DISASTER_RECOVERY.md');
      for (const [, data, rpo, rto, rests = ''] of objectivesIn(file)) {
        seen += 1;
        const outside = data === 'the database at its provider';
        const pointInTime = outside && answers['disaster-recovery.pointInTimeRecovery'] === true;
        const interval = Number(answers['disaster-recovery.backupIntervalHours'] ?? 24);
        expect(minutesOf(rpo), `${name}: RPO of ${data ?? ''}`).toBe(pointInTime ? 5 : 60 * interval);
        expect(rests.includes('dump'), name).toBe(!pointInTime);
        expect(minutesOf(rto), name).toBeGreaterThanOrEqual(
          Number(answers['disaster-recovery.restoreMinutes'] ?? 60),
        );
        // What the objective rests on is written down: a line of cron, or the provider's own.
        const text = file?.content.toString('utf8') ?? '';
        expect(text).toContain(pointInTime ? "provider's point-in-time recovery" : '```crontab');
      }
    }
    expect(seen).toBeGreaterThan(5);
  });
});
