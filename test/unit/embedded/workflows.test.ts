/** The check `workflows` on bad twins. */
import { workflows } from '../../../src/verify/embedded/workflows.ts';
import { testTwins } from './twins.ts';

const file = '.github/workflows/ci.yml';
const CHECKOUT = /actions\/checkout@\w{40} # \S+/;

testTwins(
  workflows,
  [
    {
      rule: 'workflows-syntax',
      file,
      from: 'timeout-minutes: 20',
      to: 'timeout-minutes: 20\n    time-out: 1',
      at: 'time-out',
    },
    { rule: 'workflows-syntax', file, from: 'REF: ${{ github.ref }}', to: 'REF: ${{ githb.ref }}' },
    {
      rule: 'workflows-syntax',
      file,
      from: "if: steps.meta.outputs.version != ''",
      to: 'if: steps.meta.outputs.version !=',
      at: 'if: steps',
    },
    { rule: 'workflows-syntax', file, from: 'contents: read', to: 'contents: reading' },
    { rule: 'workflows-needs-unknown', file, from: 'needs: [test]', to: 'needs: [test, tests]' },
    { rule: 'workflows-needs-context', file, from: 'needs: [test]\n    ', to: '', at: 'needs.test' },
    {
      rule: 'workflows-step-unknown',
      file,
      from: 'steps.meta.outputs.version }}',
      to: 'steps.metadata.outputs.version }}',
      at: 'steps.metadata',
    },
    { rule: 'workflows-unpinned-action', file, from: CHECKOUT, to: 'actions/checkout@v7 # v7' },
    { rule: 'workflows-unpinned-action', file, from: './.github/actions/setup', to: 'docker://alpine:3.24' },
    { rule: 'workflows-pin-comment', file, from: ' # v6.0.0', to: '', at: 'docker/metadata-action' },
    { rule: 'workflows-pin-comment', file, from: /(?<=actions\/cache@\w{40}) # \S+/, to: ' # v1.0.0' },
    {
      rule: 'workflows-expression-in-run',
      file,
      from: '          make test\n',
      to: '          make test ${{ github.ref }}\n',
      at: 'run: |',
    },
    {
      rule: 'workflows-expression-in-run',
      file: '.github/actions/setup/action.yml',
      from: 'python3 --version',
      to: 'echo ${{ github.ref }}',
    },
    { rule: 'workflows-permissions', file, from: 'permissions: {}\n', to: 'permissions: read-all\n' },
    { rule: 'workflows-permissions', file, from: 'permissions: {}\n', to: '', at: 'name: CI' },
    { rule: 'workflows-timeout', file, from: '    timeout-minutes: 20\n', to: '', at: '  build:' },
    {
      rule: 'workflows-persist-credentials',
      file,
      from: 'persist-credentials: false',
      to: 'persist-credentials: true',
      at: 'actions/checkout',
    },
    {
      rule: 'workflows-persist-credentials',
      file,
      from: 'persist-credentials: false',
      to: 'fetch-depth: 0',
      at: 'actions/checkout',
    },
    { rule: 'workflows-runner', file, from: 'runs-on: ubuntu-24.04', to: 'runs-on: ubuntu-latest' },
    { rule: 'workflows-runner', file, from: 'runner: [ubuntu-24.04,', to: 'runner: [ubuntu-latest,' },
    { rule: 'workflows-concurrency', file, from: /concurrency:\n.*\n.*\n/, to: '', at: 'name: CI' },
    {
      rule: 'workflows-unknown-input',
      file,
      from: 'key: venv',
      to: 'key: venv\n          keys: venv',
      at: 'keys:',
    },
    { rule: 'workflows-missing-input', file, from: '          path: .venv\n', to: '', at: 'actions/cache@' },
    {
      rule: 'workflows-local-missing',
      file,
      from: './.github/actions/setup',
      to: './.github/actions/set-up',
    },
    {
      rule: 'workflows-needs-cycle',
      file: '.github/workflows/loop.yml',
      to: `on: workflow_call
permissions: {}
jobs:
  first: { runs-on: ubuntu-24.04, timeout-minutes: 1, steps: [{ run: 'true' }] }
  loop: { runs-on: ubuntu-24.04, timeout-minutes: 1, needs: loop, steps: [{ run: 'true' }] }
`,
      at: '  loop:',
    },
  ],
  {
    'inputs of a commit that is not the known one': [
      { file, from: /actions\/cache@\w{40}/, to: `actions/cache@${'1'.repeat(40)}` },
      { file, from: 'key: venv', to: 'keys: venv' },
    ],
    'the major version of the commit as its comment': [
      { file, from: /(?<=actions\/checkout@\w{40} # v\d+)\.\S+/, to: '' },
    ],
    'a reusable workflow without concurrency': [
      { file, from: /on:\n {2}push:\n.*\n {2}workflow_dispatch:\n/, to: 'on:\n  workflow_call:\n' },
      { file, from: /concurrency:\n.*\n.*\n/, to: '' },
    ],
    'a context in a text': [
      {
        file,
        from: "steps.meta.outputs.version != ''",
        to: "steps.meta.outputs.version != 'needs.nothing.result'",
      },
    ],
  },
);
