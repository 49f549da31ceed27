/** Which commands and options there are; the parser, `--help` and the completion scripts all read this. */
import { ON_CONFLICT } from '../merge/reconcile.ts';

export const COMMANDS = {
  create: { usage: 'create [dir]', summary: 'render a new repository (the default command)' },
  add: { usage: 'add <component>…', summary: 'add components to the repository one stands in' },
  remove: { usage: 'remove <component>…', summary: 'take components back, and keep what was edited' },
  adopt: {
    usage: 'adopt [component]…',
    summary: 'look after a repository that was there before, and overwrite nothing',
  },
  update: {
    usage: 'update',
    summary: 'bring the repository up to the present templates, with all edits kept',
  },
  resolve: { usage: 'resolve [path]…', summary: 'say how the conflicts of an update are resolved' },
  diff: { usage: 'diff [path]…', summary: 'show what was changed since bulwark wrote it' },
  check: { usage: 'check', summary: 'say what has drifted, for continuous integration' },
  eject: { usage: 'eject', summary: 'stop looking after the repository, and keep its files' },
  verify: {
    usage: 'verify [dir]',
    summary: 'judge a repository by embedded checks and every real tool that is installed',
  },
  list: { usage: 'list', summary: 'show stacks, components and presets' },
  info: { usage: 'info <component>', summary: 'show the options and files of one component or preset' },
  pin: {
    usage: 'pin [path]…',
    summary: 'put digests to image tags and commits to action tags, as the registries say',
  },
  doctor: { usage: 'doctor', summary: 'show which real tools are installed and how to get the others' },
  pack: {
    usage: 'pack <init|lint|test> [dir]',
    summary: "start, lint or test a team's own templates",
  },
  fleet: {
    usage: 'fleet <status|update|init|matrix> [repository]…',
    summary: 'look at many repositories, update them, or render the workflow that does',
  },
  completion: {
    usage: 'completion <shell>',
    summary: 'print a completion script for bash, zsh, fish or powershell',
  },
} as const;
export type CommandName = keyof typeof COMMANDS;

export interface OptionSpec {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  /** `flag` takes no value; `list` may be repeated. */
  readonly takes: 'flag' | 'value' | 'list';
  /** Placeholder of the value in help, or its possible values. */
  readonly value?: string;
  readonly values?: readonly string[];
  readonly help: string;
  readonly commands: readonly CommandName[];
}

const ALL = Object.keys(COMMANDS) as CommandName[];
/** They render into the repository that one stands in. */
const RERUNS: readonly CommandName[] = ['add', 'remove', 'adopt', 'update'];
const RENDERING: readonly CommandName[] = ['create', ...RERUNS];
/** They show what there is to choose from, in packs too. */
const SHOWING: readonly CommandName[] = ['list', 'info', 'completion'];
const CREATE: readonly CommandName[] = ['create'];
/** Commands whose questions can be answered by flags. */
export const ANSWERING: readonly CommandName[] = ['create', 'add', 'adopt', 'update'];

/** Options besides the questions' own flags. */
export const OPTIONS = [
  { name: 'help', short: 'h', takes: 'flag', help: 'show this help', commands: ALL },
  { name: 'version', short: 'V', takes: 'flag', help: 'show the version', commands: ALL },
  {
    name: 'preset',
    takes: 'value',
    value: 'NAME',
    help: 'start from a preset (see "list")',
    commands: CREATE,
  },
  {
    name: 'answers',
    takes: 'value',
    value: 'FILE|-',
    help: 'take answers from a YAML or JSON file, or from standard input',
    commands: ANSWERING,
  },
  {
    name: 'set',
    takes: 'list',
    value: 'KEY=VALUE',
    help: 'answer one question by its key',
    commands: ANSWERING,
  },
  {
    name: 'rules',
    takes: 'list',
    value: 'FILE',
    help: 'hold the repository to the team rules of a YAML or JSON file',
    commands: [...RENDERING, 'check', 'fleet'],
  },
  {
    name: 'yes',
    short: 'y',
    takes: 'flag',
    help: 'take the default for everything that is left',
    commands: RENDERING,
  },
  {
    name: 'dry-run',
    short: 'n',
    takes: 'flag',
    help: 'show what would be done and do nothing',
    commands: [...RENDERING, 'resolve', 'eject', 'pin', 'fleet'],
  },
  { name: 'diff', takes: 'flag', help: 'show the content of every change', commands: [...RENDERING, 'pin'] },
  {
    name: 'force',
    takes: 'flag',
    help: 'write over uncommitted changes too',
    commands: [...RERUNS, 'eject', 'fleet'],
  },
  {
    name: 'abort',
    takes: 'flag',
    help: 'restore everything as it was before the run that left conflicts',
    commands: ['update'],
  },
  {
    name: 'rebuild',
    takes: 'flag',
    help: 'make lock and baseline anew, after a merge of branches has broken them',
    commands: ['update'],
  },
  {
    name: 'refresh',
    takes: 'flag',
    help: 'ask again for what is pinned, and move it where its tag has moved',
    commands: ['pin'],
  },
  { name: 'ours', takes: 'flag', help: 'take the file as it was before', commands: ['resolve'] },
  { name: 'theirs', takes: 'flag', help: 'take the file as the templates have it', commands: ['resolve'] },
  {
    name: 'only',
    takes: 'value',
    value: 'rules,edits,update,pins',
    help: 'look at these kinds of drift alone; pins are looked at only if named, for that asks the network',
    commands: ['check'],
  },
  {
    name: 'on-conflict',
    takes: 'value',
    values: ON_CONFLICT,
    help: 'what to do with a file that is there and differs',
    commands: [...RENDERING, 'fleet'],
  },
  {
    name: 'resume',
    takes: 'flag',
    help: 'start from the answers of the last run that was broken off',
    commands: CREATE,
  },
  {
    name: 'git',
    takes: 'flag',
    help: 'git init and first commit, also inside another work tree',
    commands: CREATE,
  },
  { name: 'no-git', takes: 'flag', help: 'no git init and no first commit', commands: CREATE },
  {
    name: 'verify',
    takes: 'value',
    values: ['embedded', 'full'],
    help: 'judge by the embedded checks (default), or by the installed real tools too',
    commands: RENDERING,
  },
  { name: 'no-verify', takes: 'flag', help: 'write without judging first', commands: RENDERING },
  {
    name: 'pack',
    takes: 'list',
    value: 'REF',
    help: "put a team's pack over the catalog: ./folder, ./pack.tgz, git+https://…, gh:owner/repo, npm:@scope/name",
    commands: [...RENDERING, ...SHOWING],
  },
  {
    name: 'trust',
    takes: 'flag',
    help: 'let the code of the packs run; --yes never does',
    commands: [...RENDERING, ...SHOWING, 'pack', 'fleet'],
  },
  {
    name: 'fleet',
    takes: 'value',
    value: 'FILE',
    help: 'the file that lists the repositories (default: fleet.yaml, fleet.yml or fleet.json here)',
    commands: ['fleet'],
  },
  {
    name: 'concurrency',
    takes: 'value',
    value: 'N',
    help: 'how many repositories are looked at side by side (default: as many as there are processors)',
    commands: ['fleet'],
  },
  {
    name: 'branch',
    takes: 'value',
    value: 'NAME',
    help: 'put each update on this branch, as one commit (remotes: bulwark/update unless said)',
    commands: ['fleet'],
  },
  {
    name: 'push',
    takes: 'flag',
    help: 'push the branches to their remotes; without it nothing leaves this machine',
    commands: ['fleet'],
  },
  {
    name: 'write',
    takes: 'flag',
    help: 'write what the samples render as the golden trees to compare with',
    commands: ['pack'],
  },
  {
    name: 'offline',
    takes: 'flag',
    help: 'never use the network: packs come from the cache, and "pin" cannot work',
    commands: ALL,
  },
  { name: 'json', takes: 'flag', help: 'print one JSON document', commands: ALL },
  { name: 'sarif', takes: 'flag', help: 'print the findings as SARIF 2.1.0', commands: ['verify', 'check'] },
  { name: 'cwd', takes: 'value', value: 'DIR', help: 'stand in this folder', commands: ALL },
  { name: 'color', takes: 'flag', help: 'use colours', commands: ALL },
  { name: 'no-color', takes: 'flag', help: 'use no colours', commands: ALL },
  { name: 'quiet', short: 'q', takes: 'flag', help: 'say only what went wrong', commands: ALL },
  {
    name: 'verbose',
    short: 'v',
    takes: 'flag',
    help: 'say more, and show the stack of an error',
    commands: ALL,
  },
] as const satisfies readonly OptionSpec[];

export type OptionName = (typeof OPTIONS)[number]['name'];
