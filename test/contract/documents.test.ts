/** The documents for operators name only what is there, for whatever is chosen; what they say to type runs in test/tools. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseCommandLine } from '../../src/cli/args.ts';
import type { JudgedFile, JudgedTree } from '../../src/verify/check.ts';
import { markdownOf } from '../../src/verify/embedded/markdown-source.ts';
import { commandsOf, documentsOf, unknownPrograms } from '../support/documents.ts';
import type { Row } from '../support/pairwise.ts';
import { catalog } from '../support/render.ts';
import { createdTree, namedRows } from '../support/rows.ts';
import { treeOf } from '../support/tool-trees.ts';

const OPERATIONS = catalog.components.filter(({ category }) => category === 'operations').map(({ id }) => id);

const PRESETS = ['node-platform', 'fastapi-platform'] as const;

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
  for (const preset of PRESETS) {
    const tree = await createdTree({}, preset);
    const { answers } = JSON.parse(textAt(tree, 'bulwark.json') ?? '') as { readonly answers: Row };
    rendered.push({ name: preset, answers: { operations: answers.operations ?? [] }, tree });
  }
}, 180_000);

const presetTree = (preset: string): JudgedTree =>
  rendered.find(({ name }) => name === preset)?.tree ?? treeOf({});

const textAt = (tree: JudgedTree, path: string): string | undefined =>
  [...tree.values()].find((file) => file.path === path)?.content.toString('utf8');

/** Judges every rendered set of documents; what is found is named by its row. */
const judgeAll = (judge: (tree: JudgedTree) => readonly string[]): readonly string[] =>
  rendered.flatMap(({ name, tree }) => judge(tree).map((fault) => `${name}: ${fault}`));

/** A preset's tree, or else that of a row, whose file has the text. */
function treeWith(path: string, text: string): JudgedTree {
  const [found] = [...rendered].reverse().filter(({ tree }) => textAt(tree, path)?.includes(text));
  expect(found, `${path} with ${text}`).toBeDefined();
  return found?.tree ?? treeOf({});
}

/** A tree with one text in place of another: what a judge must find. */
function twin(path: string, from: string, to: string): JudgedTree {
  const tree = treeWith(path, from);
  const text = textAt(tree, path) ?? '';
  const files = [...tree.values()].map((file) => [
    file.path,
    file.path === path ? text.replace(from, () => to) : file.content.toString('utf8'),
  ]);
  return treeOf(Object.fromEntries(files) as Record<string, string>);
}

/** Programs that are there only with a component. */
const BROUGHT_BY: readonly (readonly [RegExp, (tree: JudgedTree) => boolean])[] = [
  [/\bdocker compose\b/, (tree) => textAt(tree, 'docker-compose.prod.yml') !== undefined],
  [/\bkubectl\b/, (tree) => [...tree.keys()].some((path) => /^(?:kubernetes|k8s|helm)\//.test(path))],
  [
    /\bhelm (?:test|upgrade|rollback|lint)\b/,
    (tree) => [...tree.keys()].some((path) => path.startsWith('helm/')),
  ],
  [/\bredis-cli\b/, (tree) => hasService(tree, 'redis')],
  [/\brabbitmqctl\b/, (tree) => hasService(tree, 'rabbitmq')],
  [/\bauth_audit_log\b|\buser_sessions\b|login-attack/, hasAccounts],
  [/deploy-blue-green/, (tree) => textAt(tree, 'scripts/deploy-blue-green.sh') !== undefined],
];

const hasService = (tree: JudgedTree, name: string): boolean =>
  servicesIn(tree, ['docker-compose.yml', 'docker-compose.dev.yml']).has(name);

/** The services of compose files; those that are not there have none. */
const servicesIn = (tree: JudgedTree, paths: readonly string[]): ReadonlySet<string> =>
  new Set(
    paths.flatMap((path) =>
      Object.entries(composeFile(tree, path)?.services ?? {}).flatMap(([name, service]) =>
        // An overlay takes out what it resets.
        service === null ? [] : [name],
      ),
    ),
  );

const composeFiles = new WeakMap<JudgedFile, ComposeFile>();

function composeFile(tree: JudgedTree, path: string): ComposeFile | undefined {
  const file = [...tree.values()].find((one) => one.path === path);
  if (!file) return undefined;
  // Tags of compose such as `!reset` are none of YAML's own.
  const read =
    composeFiles.get(file) ?? (parse(file.content.toString('utf8'), { logLevel: 'error' }) as ComposeFile);
  composeFiles.set(file, read);
  return read;
}

interface ComposeFile {
  readonly include?: readonly string[];
  readonly services?: Readonly<Record<string, unknown>>;
}

/** What a command of compose without a file reads. */
const filesByDefault = (tree: JudgedTree): readonly string[] =>
  composeFile(tree, 'compose.yaml')?.include ?? ['docker-compose.yml'];

/** Subcommands of compose whose words are services. */
const ON_SERVICES = new Set(['images', 'logs', 'pull', 'restart', 'stop', 'up']);

/** Services that a command of compose names, and that the files which it reads do not have. */
function unknownServices(tree: JudgedTree): readonly string[] {
  return commandsOf(documentsOf(tree)).flatMap(({ words: typed, path, line }) => {
    const [program, compose, ...words] = typed.map((word) => word ?? '');
    if (program !== 'docker' || compose !== 'compose') return [];
    const files = words.filter((_, index) => words[index - 1] === '-f');
    const services = servicesIn(tree, files.length > 0 ? files : filesByDefault(tree));
    const own = words.filter(
      (word, index) => !word.startsWith('-') && !['-f', '--profile'].includes(words[index - 1] ?? ''),
    );
    const [action = '', ...named] = own;
    const meant = ON_SERVICES.has(action) ? named : ['exec', 'run'].includes(action) ? named.slice(0, 1) : [];
    return meant
      .filter((service) => !services.has(service))
      .map((service) => `${path}:${line} names the service ${service}, which is not in what it reads`);
  });
}

/** Targets of make that documents name and the Makefile does not have. */
function unknownTargets(tree: JudgedTree): readonly string[] {
  const targets = new Set(
    [...(textAt(tree, 'Makefile') ?? '').matchAll(/^([a-z][a-z0-9-]*):/gm)].map(([, target]) => target),
  );
  return commandsOf(documentsOf(tree)).flatMap(({ words: [program, target], path, line }) =>
    program === 'make' && !targets.has(target) ? [`${path}:${line} makes ${target ?? 'nothing'}`] : [],
  );
}

/** Pictures whose arrows begin or end at nothing that is drawn. */
function danglingArrows(tree: JudgedTree): readonly string[] {
  const ends = /^ *([\w-]+)(?:\["[^"]*"\])? (?:-->|-\.->)(?:\|[^|]*\|)? ([\w-]+)/;
  return documentsOf(tree).flatMap((file) =>
    markdownOf(file)
      .blocks.filter(({ language }) => language === 'mermaid')
      .flatMap(({ lines, line }) => {
        const drawn = new Set(
          lines.flatMap((text) => [...text.matchAll(/([\w-]+)(?:\[\(?")/g)].map(([, node]) => node)),
        );
        const arrows = lines.filter((text) => /-->|-\.->/.test(text)).map((text) => ends.exec(text));
        const loose = arrows.flatMap((arrow) =>
          arrow ? arrow.slice(1, 3).filter((end) => !drawn.has(end)) : ['an arrow that cannot be read'],
        );
        return loose.map((end) => `${file.path}:${line} draws no ${end}`);
      }),
  );
}

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
  /** Of a kustomization. */
  readonly namespace?: string;
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
}

/** The values of a chart, as far as they name objects. */
interface ChartValues {
  readonly processes: Readonly<Record<string, unknown>>;
  readonly jobs?: Readonly<Record<string, unknown>>;
  readonly migrations?: unknown;
  readonly backup?: unknown;
}

/** What a release by the chart's own name has, by its values: test/tools looks at what is really there. */
function objectsOfChart(tree: JudgedTree): readonly Manifest[] {
  return [...tree.values()].flatMap(({ path, content }): readonly Manifest[] => {
    const chart = /^helm\/([^/]+)\/values\.yaml$/.exec(path)?.[1];
    if (chart === undefined) return [];
    const { processes, jobs = {}, migrations, backup } = parse(content.toString('utf8')) as ChartValues;
    const named = (kind: string, name: string): Manifest => ({
      kind,
      metadata: { name: `${chart}-${name}`, labels: { 'app.kubernetes.io/component': name } },
    });
    return [
      ...Object.keys(processes).map((name) => named('Deployment', name)),
      ...Object.keys(jobs).map((name) => named('CronJob', name)),
      ...(migrations === undefined ? [] : [named('Job', 'migrate')]),
      ...(backup === undefined ? [] : [named('CronJob', 'backup')]),
    ];
  });
}

function manifestsOf(tree: JudgedTree): readonly Manifest[] {
  return [...tree.values()]
    .filter(({ path }) => /^(?:kubernetes|k8s|helm\/namespaces)\/.*\.ya?ml$/.test(path))
    .flatMap(({ content }) =>
      parseAllDocuments(content.toString('utf8')).map((document) => document.toJS() as Manifest | null),
    )
    .filter((manifest) => manifest !== null)
    .concat(objectsOfChart(tree));
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
  // An overlay names its own; the base has one to be renamed.
  const isNamespace = (name: string): boolean =>
    has('Namespace', name) ||
    manifests.some(({ kind, namespace }) => kind === 'Kustomization' && namespace === name);
  return commandsOf(documentsOf(tree))
    .filter(({ words: [program] }) => program === 'kubectl')
    .flatMap(({ words, path, line }) => {
      const named = words.flatMap((word, index): readonly string[] => {
        const object = /^([a-z]+)\/([a-z0-9-]+)$/.exec(word ?? '');
        const kind = KINDS[object?.[1] ?? ''];
        if (kind !== undefined && !has(kind, object?.[2] ?? '')) return [word ?? ''];
        if (words[index - 1] === '--namespace' && word !== undefined && !isNamespace(word))
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

/** Variables of `.env.example` that nothing reads; code spells them in its own way, and OpenTelemetry's SDKs read theirs unasked. */
function unreadVariables(tree: JudgedTree): readonly string[] {
  const settings = textAt(tree, '.env.example') ?? '';
  const spelt = (name: string): string => name.toLowerCase().replaceAll('_', '');
  const others = [...tree.values()]
    .filter(({ path }) => !/^\.env\.example$|\.md$|^\.bulwark\/|^tests\//.test(path))
    .map(({ content }) => spelt(content.toString('utf8')))
    .join('\n');
  return [...settings.matchAll(/^([A-Z][A-Z0-9_]*)=/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('OTEL_') && !settings.includes(`\${${name}}`))
    .filter((name) => !others.includes(spelt(name)))
    .map((name) => `.env.example has ${name}, which nothing reads`);
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

/** Scripts that npm is to run, and that the manifest does not have. */
function unknownScripts(tree: JudgedTree): readonly string[] {
  const { scripts } = JSON.parse(textAt(tree, 'package.json') ?? '{"scripts":{}}') as { scripts: object };
  return commandsOf(documentsOf(tree))
    .filter(({ words: [program, verb] }) => program === 'npm' && verb === 'run')
    .map(({ words, path, line }) => ({ name: words[2] ?? '', path, line }))
    .filter(({ name }) => !(name in scripts))
    .map(({ name, path, line }) => `${path}:${line} runs the script ${name}`);
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
    ['docs/ARCHITECTURE.md'],
    ['docs/DEPLOYMENT_GUIDE.md'],
    ['docs/PERFORMANCE.md'],
    ['docs/DISASTER_RECOVERY.md'],
    ['docs/runbooks/alerts/README.md'],
    ['docs/runbooks/incident.md'],
    ['docs/runbooks/restore.md'],
  ])('the preset node-platform has %s, and the README leads to it or to its index', (path) => {
    expectToLeadTo(path, presetTree('node-platform'));
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
  ])('the preset fastapi-platform has %s, and the README leads to it or to its index', (path) => {
    expectToLeadTo(path, presetTree('fastapi-platform'));
  });

  it.each([
    ...[/^## Local development$/m, /^## Docker Compose$/m, /^## Kubernetes$/m, /^## Cloud$/m],
    ...[/^## Continuous integration$/m, /^## Monitoring$/m, /^## Troubleshooting$/m],
  ])('the deployment guide of node-platform has the section %s', (section) => {
    expect(textAt(presetTree('node-platform'), 'docs/DEPLOYMENT_GUIDE.md')).toMatch(section);
  });

  const expectToLeadTo = (path: string, tree: JudgedTree): void => {
    expect(textAt(tree, path)).toMatch(/^# /);
    const index = path.startsWith('docs/runbooks/') ? 'docs/runbooks/README.md' : 'README.md';
    expect(textAt(tree, index)).toContain(`(${path.replace('docs/runbooks/', '')})`);
  };
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
    says: 'run scripts of npm that are there',
    judge: unknownScripts,
    twins: [['docs/runbooks/incident.md', 'docker compose ps --all', 'npm run migrations']],
  },
  {
    says: 'name nothing of a component that was not chosen',
    judge: strangers,
    twins: [['docker-compose.yml', '\n  rabbitmq:\n', '\n  broker:\n']],
  },
  {
    says: 'name services that are in the compose files they read',
    judge: unknownServices,
    twins: [
      ['docs/runbooks/alerts/proxy-down.md', 'logs --since=15m proxy', 'logs --since=15m proxi'],
      [
        'docs/runbooks/alerts/backup-too-old.md',
        'docker compose -f docker-compose.prod.yml logs',
        'docker compose logs',
      ],
      ['docs/runbooks/incident.md', 'exec api', 'exec app'],
    ],
  },
  {
    says: 'make targets that the Makefile has',
    judge: unknownTargets,
    twins: [['docs/DEPLOYMENT_GUIDE.md', 'make deploy', 'make deployment']],
  },
  {
    says: 'have pictures whose arrows lead from one thing to another',
    judge: danglingArrows,
    twins: [['docs/ARCHITECTURE.md', '  worker -->|5432| postgres', '  worker -->|5432| postgre']],
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
    says: 'and .env.example name no variable that nothing reads',
    judge: unreadVariables,
    twins: [
      ['.env.example', '\nLOG_LEVEL=', '\nVERBOSITY=high\nLOG_LEVEL='],
      ['.env.example', '\nHTTPS_PORT=', '\nAPI_PORTS=\nHTTPS_PORT='],
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
    const before = judge(treeWith(path, from));
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
        const scripts = (answers.operations as readonly string[] | undefined)?.includes('backup') === true;
        const hours = answers[scripts ? 'backup.intervalHours' : 'disaster-recovery.backupIntervalHours'];
        const interval = Number(hours ?? 24);
        expect(minutesOf(rpo), `${name}: RPO of ${data ?? ''}`).toBe(pointInTime ? 5 : 60 * interval);
        expect(rests.includes('dump'), name).toBe(!pointInTime);
        expect(minutesOf(rto), name).toBeGreaterThanOrEqual(
          Number(answers['disaster-recovery.restoreMinutes'] ?? 60),
        );
        // What the objective rests on is written down: a line of cron, the backup's scripts, or the provider's own.
        const text = file?.content.toString('utf8') ?? '';
        const dumps = scripts ? '/backup.sh`' : '```crontab';
        expect(text).toContain(pointInTime ? "provider's point-in-time recovery" : dumps);
      }
    }
    expect(seen).toBeGreaterThan(5);
  });
});
