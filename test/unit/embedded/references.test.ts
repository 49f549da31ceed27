/** The check `references` on bad twins. */
import { describe, expect, it } from 'vitest';
import { markdownOf } from '../../../src/verify/embedded/markdown-source.ts';
import { references } from '../../../src/verify/embedded/references.ts';
import { shellCommands } from '../../../src/verify/embedded/shell-commands.ts';
import { testTwins, treeOf } from './twins.ts';

const ci = '.github/workflows/ci.yml';

testTwins(
  references,
  [
    { rule: 'references-link', file: 'README.md', from: '(docs/runbooks/)', to: '(docs/runbook/)' },
    { rule: 'references-link', file: 'docs/HANDBOOK.md', from: '(runbooks/down.md)', to: '(down.md)' },
    { rule: 'references-link', file: 'docs/HANDBOOK.md', from: '(../../../issues)', to: '(../../../shop)' },
    { rule: 'references-heading', file: 'README.md', from: '#handbook', to: '#hand-book' },
    { rule: 'references-heading', file: 'docs/HANDBOOK.md', from: '#start--stop-1', to: '#start--stop-2' },
    {
      rule: 'references-heading',
      file: 'docs/HANDBOOK.md',
      from: '## Start & stop\n',
      to: '## Start and stop\n',
      at: 'A tour',
      in: 'docs/HANDBOOK.md',
    },
    { rule: 'references-path', file: 'README.md', from: '`app/main.py`', to: '`app/mian.py`' },
    { rule: 'references-path', file: 'README.md', from: '`Makefile`', to: '`CONTRIBUTING.md`' },
    {
      rule: 'references-path',
      file: 'README.md',
      from: 'cp .env.example .env',
      to: 'cp env.sample .env',
    },
    {
      rule: 'references-path',
      file: 'README.md',
      from: '-f docker-compose.prod.yml',
      to: '-f docker-compose.production.yml',
      at: 'docker compose -f docker-compose.yml',
    },
    { rule: 'references-path', file: 'README.md', from: '$ ./scripts/wait.sh', to: '$ ./scripts/await.sh' },
    {
      rule: 'references-path',
      file: 'README.md',
      from: '-r requirements.txt',
      to: '-r requirements-dev.txt',
    },
    {
      rule: 'references-path',
      file: 'Makefile',
      from: 'bash scripts/backup.sh',
      to: 'bash scripts/back-up.sh',
    },
    { rule: 'references-path', file: ci, from: './scripts/wait.sh', to: './scripts/await.sh' },
    { rule: 'references-path', file: ci, from: '-f docker-compose.prod.yml', to: '-f compose.prod.yml' },
    { rule: 'references-make-target', file: 'README.md', from: 'make up lock', to: 'make up locks' },
    {
      rule: 'references-make-target',
      file: 'README.md',
      from: '`make backup-today`',
      to: '`make restore-today`',
    },
    { rule: 'references-make-target', file: ci, from: 'make test', to: 'make tests' },
    { rule: 'references-make-target', file: 'Makefile', from: '$(MAKE) help', to: '$(MAKE) halp' },
    { rule: 'references-make-target', file: 'Makefile', from: 'test: lock', to: 'test: locks' },
    {
      rule: 'references-make-size',
      file: 'Makefile',
      from: 'test: lock',
      to: `LONG = ${'a'.repeat(9000)}\ntest: lock`,
      at: 'LONG =',
    },
    { rule: 'references-npm-script', file: 'README.md', from: 'npm run lint', to: 'npm run lints' },
    { rule: 'references-npm-script', file: ci, from: 'run: npm run lint', to: 'run: npm test' },
    { rule: 'references-npm-script', file: 'Makefile', from: 'cd web && npm run lint', to: 'npm run lint' },
    { rule: 'references-python-module', file: ci, from: 'app.db.migrate', to: 'app.db.migrations' },
    {
      rule: 'references-python-module',
      file: 'README.md',
      from: 'python3 -m venv .venv',
      to: 'python3 -m shop_tool',
    },
    { rule: 'references-compose-service', file: 'README.md', from: 'exec api', to: 'exec web' },
    { rule: 'references-compose-service', file: 'Makefile', from: '--detach api', to: '--detach web' },
  ],
  {
    'what earlier commands made': [
      {
        file: 'docs/a.md',
        to: '```sh\ncurl -o tool.sh https://example.com/tool.sh\nbash tool.sh\nmkdir -p certs && cd certs\n```\n',
      },
    ],
    'what is known when it runs alone': [
      {
        file: 'docs/a.md',
        to: '```sh\nmake "$TARGET"\n./scripts/$NAME.sh\npython3 -m "$MODULE"\ndocker compose -f "$FILE" up web\ncd "$HOME"; make nothing\n```\n',
      },
    ],
    'heredocs and comments': [
      {
        file: 'docs/a.md',
        to: '```sh\n# make nothing\ncat <<EOF >a.txt\nmake nothing\nEOF\necho "make nothing"\n```\n',
      },
    ],
    'a module that requirements bring': [{ file: 'docs/a.md', to: '`python -m uvicorn app.main`\n' }],
    'variables of a target, and what make computes': [
      {
        file: 'Makefile',
        from: 'backup-%:',
        to: 'web: export MODE = release\nweb: FLAGS := a b\nweb:\n\tcd $(shell dirname $(abspath $(lastword $(X)))) && make nothing\n\techo $$(cat "$(X)")\n\nbackup-%:',
      },
    ],
    'a document beside what it names': [
      { file: 'web/README.md', to: '```sh\nnpm run lint\ncat tsconfig.json\n```\n' },
    ],
    'what was right in the past': [{ file: 'CHANGELOG.md', to: '`make nothing`, `app/gone.py`\n' }],
    'files of other repositories': [
      { file: 'docs/a.md', to: '`kubectl apply -k github.com/acme/shop//kustomize`\n' },
    ],
    'media types and names of actions': [
      { file: 'docs/a.md', to: '`text/plain`, `actions/checkout`, `docs/api`, `/metrics`, `app/**/*.py`\n' },
    ],
  },
);

describe('anchors', () => {
  it('are those of GitHub', () => {
    const text =
      '# `make up` & _more_ things_here!\n## Ünï — 1.2\n## [Link](x.md) *bold*\nSetext\n------\n## a\n## a\n';
    const [file] = treeOf({ 'a.md': text }).values();
    expect(file && [...markdownOf(file).anchors]).toEqual([
      'make-up--more-things_here',
      'ünï--12',
      'link-bold',
      'setext',
      'a',
      'a-1',
    ]);
  });
});

describe('shellCommands', () => {
  it.each([
    ['a b && c | d; e', [['a', 'b'], ['c'], ['d'], ['e']]],
    ['A=1 B="$x" run "two words" \\\n  more', [['run', 'two words', 'more']]],
    [
      'if test -f x; then make y; fi',
      [
        ['test', '-f', 'x'],
        ['make', 'y'],
      ],
    ],
    ['x "$(make y | z)" $v', [['x', undefined, undefined]]],
    ["cat <<'E' > out\nmake z\nE\nnext", [['cat'], ['next']]],
    ['run 2>&1 >/dev/null', [['run']]],
    ['(cd web && run)', [['cd', 'web'], ['run']]],
  ])('reads %j', (script, words) => {
    expect(shellCommands(script).map((command) => command.words)).toEqual(words);
  });
});
