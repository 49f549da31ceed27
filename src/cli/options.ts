/** Which commands and options there are; the parser, `--help` and the completion scripts all read this. */
import { ON_CONFLICT } from '../merge/reconcile.ts';

export const COMMANDS = {
  create: { usage: 'create [dir]', summary: 'render a new repository (the default command)' },
  verify: {
    usage: 'verify [dir]',
    summary: 'judge a repository by embedded checks and every real tool that is installed',
  },
  list: { usage: 'list', summary: 'show stacks, components and presets' },
  info: { usage: 'info <component>', summary: 'show the options and files of one component or preset' },
  pin: {
    usage: 'pin [path...]',
    summary: 'put digests to image tags and commits to action tags, as the registries say',
  },
  doctor: { usage: 'doctor', summary: 'show which real tools are installed and how to get the others' },
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
const RENDERING: readonly CommandName[] = ['create'];

/** Options besides the questions' own flags. */
export const OPTIONS = [
  { name: 'help', short: 'h', takes: 'flag', help: 'show this help', commands: ALL },
  { name: 'version', short: 'V', takes: 'flag', help: 'show the version', commands: ALL },
  {
    name: 'preset',
    takes: 'value',
    value: 'NAME',
    help: 'start from a preset (see "list")',
    commands: RENDERING,
  },
  {
    name: 'answers',
    takes: 'value',
    value: 'FILE|-',
    help: 'take answers from a YAML or JSON file, or from standard input',
    commands: RENDERING,
  },
  {
    name: 'set',
    takes: 'list',
    value: 'KEY=VALUE',
    help: 'answer one question by its key',
    commands: RENDERING,
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
    commands: [...RENDERING, 'pin'],
  },
  { name: 'diff', takes: 'flag', help: 'show the content of every change', commands: [...RENDERING, 'pin'] },
  {
    name: 'on-conflict',
    takes: 'value',
    values: ON_CONFLICT,
    help: 'what to do with a file that is there and differs',
    commands: RENDERING,
  },
  {
    name: 'resume',
    takes: 'flag',
    help: 'start from the answers of the last run that was broken off',
    commands: RENDERING,
  },
  {
    name: 'git',
    takes: 'flag',
    help: 'git init and first commit, also inside another work tree',
    commands: RENDERING,
  },
  { name: 'no-git', takes: 'flag', help: 'no git init and no first commit', commands: RENDERING },
  {
    name: 'verify',
    takes: 'value',
    values: ['embedded', 'full'],
    help: 'judge by the embedded checks (default), or by the installed real tools too',
    commands: RENDERING,
  },
  { name: 'no-verify', takes: 'flag', help: 'write without judging first', commands: RENDERING },
  { name: 'offline', takes: 'flag', help: 'never use the network (only "pin" does)', commands: ALL },
  { name: 'json', takes: 'flag', help: 'print one JSON document', commands: ALL },
  { name: 'sarif', takes: 'flag', help: 'print the findings as SARIF 2.1.0', commands: ['verify'] },
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
