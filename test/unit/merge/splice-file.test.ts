/** Our part in files that the user wrote: it finds its place, or he is told what to paste; nothing of his is touched. */
import { describe, expect, it } from 'vitest';
import { exec } from '../../../src/exec.ts';
import { mergeFile } from '../../../src/merge/merge-file.ts';
import { spliceFile, type SpliceKind } from '../../../src/merge/splice-file.ts';
import { repoPath } from '../../../src/tree/repo-path.ts';

const PATHS: Readonly<Record<SpliceKind, string>> = {
  compose: 'docker-compose.yml',
  workflow: '.github/workflows/ci.yml',
  dependabot: '.github/dependabot.yml',
  'pre-commit': '.pre-commit-config.yaml',
  prometheus: 'prometheus.yml',
  'prometheus-rule': 'prometheus-rule.yaml',
  'app-spec': '.do/app.yaml',
  env: '.env.example',
  makefile: 'Makefile',
  readme: 'README.md',
  ignore: '.gitignore',
  attributes: '.gitattributes',
  'package-json': 'package.json',
  values: 'chart/values.yaml',
};

const splice = async (kind: SpliceKind, ours: string, wanted: string, path = PATHS[kind]) =>
  spliceFile(repoPath(path, 'test'), kind, Buffer.from(ours), Buffer.from(wanted));

/** The spliced text; that a second time changes nothing is part of it. */
async function spliced(kind: SpliceKind, ours: string, wanted: string): Promise<string> {
  const result = await splice(kind, ours, wanted);
  if (result.kind !== 'spliced') throw new Error(`${result.kind}: ${JSON.stringify(result)}`);
  const text = result.content.toString();
  expect(await splice(kind, text, wanted)).toEqual({ kind: 'unchanged' });
  return text;
}

/** What the user is to paste. */
async function refused(
  kind: SpliceKind,
  ours: string,
  wanted: string,
  path?: string,
): Promise<{ message: string; hint: string }> {
  const result = await splice(kind, ours, wanted, path);
  if (result.kind !== 'no-place') throw new Error(result.kind);
  expect(result.issue).toMatchObject({ id: 'no-place', where: path ?? PATHS[kind] });
  return { message: result.issue.message, hint: (result.issue.hint ?? '').split('\n').slice(1).join('\n') };
}

const COMPOSE = `# Ours.
name: shop

services:
  redis:
    image: redis:8 # pinned
    volumes:
      - redis:/data

volumes:
  redis: {}
`;

describe('compose files', () => {
  it('get services and volumes in their own style', async () => {
    const ours = `version: "3.8"

x-env: &env
    A: "1"

services:
    # The shop.
    web:
        image: web
        environment: *env

    db:
        image: postgres
`;
    expect(await spliced('compose', ours, COMPOSE)).toBe(
      `${ours}
    redis:
        image: redis:8 # pinned
        volumes:
            - redis:/data

volumes:
    redis: {}
`,
    );
  });

  it('keep their line ends, and a last line without one', async () => {
    const ours = 'services:\r\n  web:\r\n    image: web\r\nvolumes:\r\n  mine:';
    expect(await spliced('compose', ours, COMPOSE)).toBe(
      'services:\r\n  web:\r\n    image: web\r\n  redis:\r\n    image: redis:8 # pinned\r\n    volumes:\r\n      - redis:/data\r\nvolumes:\r\n  mine:\r\n  redis: {}',
    );
  });

  it.each([
    ['volumes:\n', 'volumes:\n  redis: {}\n'],
    ['volumes: {}\n', 'volumes:\n  redis: {}\n'],
  ])('get a section that is empty filled: %j', async (section, filled) => {
    const ours = `services:\n  redis:\n    image: redis:8\n    volumes: [ "redis:/data" ]\n${section}`;
    expect(await spliced('compose', ours, COMPOSE)).toBe(ours.replace(section, filled));
  });

  it('that have all of it, and more, are unchanged', async () => {
    const ours = COMPOSE.replace('    volumes:', '    restart: always\n    volumes:').replace(
      '# Ours.\n',
      '',
    );
    expect(await splice('compose', ours, COMPOSE)).toEqual({ kind: 'unchanged' });
  });

  it('that say something else of one service get nothing, and the exact snippet', async () => {
    const { message, hint } = await refused('compose', 'services:\n  redis:\n    image: redis:6\n', COMPOSE);
    expect(message).toContain('services.redis');
    expect(hint).toBe(
      'services:\n  redis:\n    image: redis:8 # pinned\n    volumes:\n      - redis:/data\nvolumes:\n  redis: {}',
    );
  });

  it.each([
    ['services is a list', 'services:\n  - web\n'],
    ['services is not there', 'web:\n  image: web\n'],
    ['a template', 'services:\n{{ range .Services }}\n  {{ .Name }}:\n    image: x\n{{ end }}\n'],
    ['a key stands twice', 'services:\n  a: {}\n  a: {}\n'],
    ['two documents', 'services:\n  a: {}\n---\nservices:\n  b: {}\n'],
    ['a list', '- services\n'],
    ['a scalar', 'services\n'],
    ['services in one line', 'services: { web: { image: web } }\n'],
    ['a comment where the services would stand', 'services: # none yet\n'],
  ])('get nothing where it has no place: %s', async (_, ours) => {
    expect((await refused('compose', ours, COMPOSE)).hint).toContain(
      '  redis:\n    image: redis:8 # pinned\n',
    );
  });

  it('with markers of git are refused', async () => {
    await expect(
      splice('compose', '<<<<<<< HEAD\nservices: {}\n=======\n>>>>>>> x\n', COMPOSE),
    ).rejects.toMatchObject({
      issues: [{ id: 'unresolved-conflict', where: 'docker-compose.yml:1' }],
    });
  });
});

describe('workflows', () => {
  const WANTED = `name: CI
on: [push]
permissions: {}
jobs:
  # Fast.
  lint:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - run: make lint
`;

  it("get jobs; triggers and permissions stay the user's", async () => {
    const ours =
      'on:\n  push: {}\n\npermissions: write-all\n\njobs:\n  build:\n    runs-on: x\n    steps:\n    - run: make\n';
    expect(await spliced('workflow', ours, WANTED)).toBe(
      `${ours}  # Fast.\n  lint:\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: read\n    steps:\n    - run: make lint\n`,
    );
  });

  it('without jobs get nothing', async () => {
    expect((await refused('workflow', 'runs:\n  using: composite\n', WANTED)).hint).toMatch(
      /^jobs:\n {2}# Fast\./,
    );
  });
});

describe('lists with names', () => {
  it('dependabot gets ecosystems and folders that it does not watch', async () => {
    const update = (ecosystem: string, directory: string) =>
      `  - package-ecosystem: ${ecosystem}\n    directory: ${directory}\n    schedule:\n      interval: weekly\n`;
    const ours = `version: 2\nupdates:\n${update('npm', '/')}\n${update('npm', '/web')}`;
    expect(
      await spliced(
        'dependabot',
        ours,
        `version: 2\nupdates:\n${update('npm', '/')}${update('docker', '/')}`,
      ),
    ).toBe(
      ours.replace(`\n${update('npm', '/web')}`, `\n${update('docker', '/')}\n${update('npm', '/web')}`),
    );
  });

  it('pre-commit gets repositories at the margin where it has them there', async () => {
    const ours = 'repos:\n- repo: https://x\n  rev: v1\n  hooks:\n  - id: a\n';
    const wanted =
      'repos:\n  - repo: https://y\n    rev: v2\n    hooks:\n      - id: b\n        args: [--x]\n';
    expect(await spliced('pre-commit', ours, wanted)).toBe(
      `${ours}- repo: https://y\n  rev: v2\n  hooks:\n  - id: b\n    args: [--x]\n`,
    );
    const other = await refused('pre-commit', ours.replace('https://x', 'https://y'), wanted);
    expect(other.message).toContain('repos.https://y');
  });

  it('Prometheus gets jobs and rule files', async () => {
    const ours = 'global: {}\nscrape_configs:\n  - job_name: mine\n    static_configs: []\n';
    const wanted =
      'rule_files:\n  - rules/*.yml\nscrape_configs:\n  - job_name: app\n    metrics_path: /metrics\n';
    expect(await spliced('prometheus', ours, wanted)).toBe(
      'global: {}\nrule_files:\n  - rules/*.yml\nscrape_configs:\n  - job_name: mine\n    static_configs: []\n  - job_name: app\n    metrics_path: /metrics\n',
    );
  });
});

describe('package.json and values', () => {
  it('package.json gets scripts, in tabs', async () => {
    const ours = '{\n\t"name": "x",\n\t"scripts": {\n\t\t"a": "1"\n\t}\n}\n';
    expect(
      await spliced(
        'package-json',
        ours,
        '{\n  "name": "y",\n  "scripts": {\n    "a": "1",\n    "b": "2"\n  }\n}\n',
      ),
    ).toBe('{\n\t"name": "x",\n\t"scripts": {\n\t\t"a": "1",\n\t\t"b": "2"\n\t}\n}\n');
    const { hint } = await refused('package-json', ours, '{\n  "scripts": {\n    "a": "2"\n  }\n}\n');
    expect(hint).toContain('"a": "2"');
    expect(
      await spliced('package-json', '{\n  "name": "x"\n}\n', '{\n  "scripts": {\n    "b": "2"\n  }\n}\n'),
    ).toBe('{\n  "name": "x",\n  "scripts": {\n    "b": "2"\n  }\n}\n');
  });

  it('values get keys that are missing', async () => {
    expect(await spliced('values', 'a: 1\n# mine\nc: 3\n', 'a: 1\n# ours\nb: 2\n')).toBe(
      'a: 1\n# ours\nb: 2\n# mine\nc: 3\n',
    );
    expect((await refused('values', 'a: 1\n', 'a: 2\n')).hint).toBe('a: 2');
  });

  it('a file whose name does not tell its format gets nothing', async () => {
    expect((await refused('values', 'a: 1\n', 'b: 2\n', 'values')).hint).toBe('b: 2');
  });
});

describe('settings', () => {
  const WANTED =
    '# Settings of Shop.\n\n# --- Redis ---\n\n# Where it is.\n# @required\nREDIS_URL=redis://localhost\n\n# Optional.\n# REDIS_TLS=1\n\n# --- App ---\n\nPORT=8000\n';

  it('get variables that are missing, with their comments and headings', async () => {
    const ours = '# Mine.\nPORT=9000\nDEBUG=1';
    expect(await spliced('env', `${ours}\n`, WANTED)).toBe(
      `${ours}\n\n# --- Redis ---\n\n# Where it is.\n# @required\nREDIS_URL=redis://localhost\n\n# Optional.\n# REDIS_TLS=1\n`,
    );
  });

  it('count a variable that is commented out or exported', async () => {
    const ours = '#PORT=1\nexport REDIS_URL=x\nREDIS_TLS =\n';
    expect(await splice('env', ours, WANTED)).toEqual({ kind: 'unchanged' });
  });

  it('an empty file becomes ours', async () => {
    expect(await splice('env', ' \n', WANTED)).toEqual({ kind: 'spliced', content: Buffer.from(WANTED) });
  });
});

describe('Makefiles', () => {
  const WANTED =
    '# What is done by hand.\n\n.DEFAULT_GOAL := help\n.PHONY: help up lint\n\nhelp: ## List\n\t@grep x\n\nBIN ?= .venv/bin\nFLAGS := a \\\n\tb\n\n# Style.\nlint: .env ## Lint\n\t$(BIN)/ruff $(FLAGS)\n\nup:\n\tdocker compose up\n\n.env:\n\tcp .env.example .env\n';

  it('get targets that are missing with the variables they use, and their names among the phony ones', async () => {
    const ours = '.PHONY: all \\\n  up\nall: up\nup:\n\t./up.sh\n';
    expect(await spliced('makefile', ours, WANTED)).toBe(
      '.PHONY: all \\\n  up help lint\nall: up\nup:\n\t./up.sh\n\nhelp: ## List\n\t@grep x\n\nBIN ?= .venv/bin\nFLAGS := a \\\n\tb\n\n# Style.\nlint: .env ## Lint\n\t$(BIN)/ruff $(FLAGS)\n\n.env:\n\tcp .env.example .env\n',
    );
  });

  it('get a line of phony targets of their own where each of the user’s has one', async () => {
    const ours = '.PHONY: all\nall: up\n\n.PHONY: up\nup:\n\t./up.sh\n';
    const text = await spliced('makefile', ours, WANTED);
    expect(text.startsWith(`${ours}\n.PHONY: help lint\n\nhelp: ## List\n`)).toBe(true);
  });

  it('get nothing where a rule would make a file that is included', async () => {
    const ours = '-include .env local.mk # settings\nall:\n\ttrue\n';
    expect((await refused('makefile', ours, WANTED)).message).toContain('it includes .env');
    expect(await spliced('makefile', ours.replace('.env ', ''), WANTED)).toContain('\n.env:\n');
  });

  it('get a list of phony targets where there is none', async () => {
    const text = await spliced('makefile', 'all:\n\ttrue\n', WANTED);
    expect(text).toContain('\n.PHONY: help lint up\n');
    expect(text.startsWith('all:\n\ttrue\n')).toBe(true);
    expect(text).not.toContain('.DEFAULT_GOAL');
  });

  it('get nothing where a variable that is used means something else', async () => {
    const { message, hint } = await refused('makefile', 'BIN = bin\nall:\n\t$(BIN)/all\n', WANTED);
    expect(message).toContain('BIN is set');
    expect(hint).toContain('lint: .env ## Lint\n\t$(BIN)/ruff');
  });

  it('get nothing where recipes do not begin with a tab', async () => {
    await refused('makefile', '.RECIPEPREFIX = >\nall:\n> true\n', WANTED);
  });
});

describe('prose and patterns', () => {
  it('a README gets sections whose headings are missing', async () => {
    const ours = '# Shop\n\n## Run it\n\nMy way.\n\n```sh\n## Test it\n```\n';
    const wanted =
      '# Ours\n\nIntro.\n\n## Run it\n\nOur way.\n\n## Test it\n\n```sh\n## no heading\nmake test\n```\n\n## Deploy\n\nSo.\n';
    expect(await spliced('readme', ours, wanted)).toBe(
      `${ours}\n## Test it\n\n\`\`\`sh\n## no heading\nmake test\n\`\`\`\n\n## Deploy\n\nSo.\n`,
    );
  });

  it.each(['ignore', 'attributes'] as const)('%s gets patterns that are missing', async (kind) => {
    expect(await spliced(kind, 'a\r\nb\r\n', '# Ours\nb\nc\n')).toBe('a\r\nb\r\n\r\n# Ours\r\nc\r\n');
  });

  it('what is no text gets nothing', async () => {
    const result = await spliceFile(
      repoPath('README.md', 'test'),
      'readme',
      Buffer.from('a\0'),
      Buffer.from('## x\n'),
    );
    expect(result).toMatchObject({
      kind: 'no-place',
      issue: { hint: expect.stringContaining('## x') as string },
    });
  });
});

describe('what was spliced in', () => {
  it.each([
    [
      'compose',
      'services:\n  web:\n    image: web\n\n  db:\n    image: db\n',
      COMPOSE,
      'image: web',
      'image: mine',
    ],
    ['env', '# Mine.\nA=1\nB=2\n', '# Ours.\n\n# Where.\nREDIS_URL=x\n', 'A=1', 'A=9'],
    [
      'makefile',
      '.PHONY: all\n\nA := 1\n\nall:\n\ttrue\n',
      '.PHONY: up\n\nup:\n\tdocker compose up\n',
      'A := 1',
      'A := 9',
    ],
    ['readme', '# Shop\n\nMine.\n\nAnd more.\n', '# X\n\n## Run it\n\nSo.\n', 'Mine.', 'Mine!'],
  ] as const)(
    'is taken out again by the merge, with what the user did since left as it is: %s',
    async (kind, original, wanted, from, to) => {
      const path = repoPath(PATHS[kind], 'test');
      const base = Buffer.from(await spliced(kind, original, wanted));
      const theirs = Buffer.from(original);
      const ours = Buffer.from(base.toString().replace(from, to));
      expect(ours.equals(base)).toBe(false);
      const removed = await mergeFile({ path, base, ours, theirs }, exec);
      expect(removed?.content.toString()).toBe(original.replace(from, to));
      expect(removed?.conflicts).toEqual([]);
    },
  );
});

describe('the app of a platform', () => {
  it('is not mixed with another one', async () => {
    const { hint } = await refused('app-spec', 'name: theirs\nservices: []\n', 'name: ours\n');
    expect(hint).toContain('name: ours');
  });
});

describe('rules below an object of Kubernetes', () => {
  it('are for the user to put there', async () => {
    const { hint } = await refused('prometheus-rule', 'kind: PrometheusRule\nspec: {}\n', 'groups: []\n');
    expect(hint).toContain('groups: []');
  });
});
