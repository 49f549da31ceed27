/** What documents for operators say to type: their blocks, and the commands in their sentences and tables. */
import type { JudgedFile, JudgedTree } from '../../src/verify/check.ts';
import { markdownOf } from '../../src/verify/embedded/markdown-source.ts';
import { shellCommands, type ShellCommand } from '../../src/verify/embedded/shell-commands.ts';

/** The documents that this is about: those that tell how to run the system. */
const DOCUMENT = /^(?:DEPLOYMENT\.md|docs\/.*\.md)$/;

export const documentsOf = (tree: JudgedTree): readonly JudgedFile[] =>
  [...tree.values()].filter(({ path }) => DOCUMENT.test(path));

/** A piece of a document that a program is to read. */
export interface Script {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** The fenced blocks of a language, with the folds of Markdown taken off. */
export const blocksOf = (documents: readonly JudgedFile[], language: string): readonly Script[] =>
  documents.flatMap((file) =>
    markdownOf(file)
      .blocks.filter((block) => block.language === language)
      .map(({ lines, line }) => ({ path: file.path, line, text: lines.join('\n') })),
  );

/** Five fields of time, then what cron gives to a shell. */
const CRON_LINE = /^(?:[\d*/,-]+ ){5}(?<command>.*)$/;

export const cronCommandsOf = (documents: readonly JudgedFile[]): readonly Script[] =>
  blocksOf(documents, 'crontab').flatMap(({ path, line, text }) =>
    text.split('\n').map((entry, index) => {
      const command = CRON_LINE.exec(entry)?.groups?.command;
      if (command === undefined) throw new Error(`${path}:${line + index} is no line of a crontab: ${entry}`);
      return { path, line: line + index, text: command };
    }),
  );

/** Programs that an operator has, or that are in the images of the data services. */
const PROGRAMS = [
  'amtool',
  'aws',
  'az',
  'cd',
  'cosign',
  'crontab',
  'createdb',
  'curl',
  'df',
  'docker',
  'doctl',
  'dropdb',
  'find',
  'gcloud',
  'gh',
  'git',
  'grep',
  'helm',
  'jq',
  'kubectl',
  'make',
  'mv',
  'nginx',
  'node',
  'npm',
  'npx',
  'openssl',
  'pg_dump',
  'pg_isready',
  'pg_restore',
  'pre-commit',
  'ps',
  'psql',
  'python',
  'python3',
  'rabbitmq-diagnostics',
  'rabbitmqctl',
  'redis-cli',
  'rsync',
  'seq',
  'sort',
  'ss',
  'sudo',
  'tail',
  'umask',
  'uniq',
  'xargs',
  // In the image of the backup.
  'backup.sh',
  'restore.sh',
] as const;

const known = new Set<string>(PROGRAMS);

/** `docker compose …`, `kubectl …`: a span that begins with a program and goes on is one that is typed. */
const typed = (text: string): boolean => /^\S+ \S/.test(text) && isProgram(/^\S+/.exec(text)?.[0] ?? '');

const isProgram = (name: string): boolean => known.has(name) || /^(?:\.venv\/bin|scripts)\//.test(name);

/** Everything in the documents that is typed into a shell. */
export const scriptsOf = (documents: readonly JudgedFile[]): readonly Script[] => [
  ...blocksOf(documents, 'sh'),
  ...cronCommandsOf(documents),
  ...documents.flatMap((file) =>
    markdownOf(file)
      .spans.filter(({ text }) => typed(text))
      .map(({ text, line }) => ({ path: file.path, line, text })),
  ),
];

export interface TypedCommand extends Omit<ShellCommand, 'line'> {
  readonly path: string;
  readonly line: number;
}

/** What runs within a container is a command of its own, and no part of the one that starts it. */
function withInner(command: TypedCommand): readonly TypedCommand[] {
  const inner = innerWords(command.words);
  if (inner.length === 0) return [command];
  const words = command.words.slice(0, command.words.length - inner.length);
  return [{ ...command, words }, ...withInner({ ...command, words: inner })];
}

function innerWords(words: TypedCommand['words']): TypedCommand['words'] {
  const [program] = words;
  if (program === 'sudo' || program === 'xargs') {
    const at = words.findIndex((word, index) => index > 0 && known.has(word ?? ''));
    return at < 0 ? [] : words.slice(at);
  }
  // Both start a program in a service's container.
  const exec = words.findIndex((word) => word === 'exec' || word === 'run');
  if (program === 'kubectl') return words.includes('--') ? words.slice(words.indexOf('--') + 1) : [];
  if (program === 'docker' && words[1] === 'compose' && exec > 0) {
    const service = words.findIndex((word, index) => index > exec && !word?.startsWith('-'));
    return words.slice(service + 1);
  }
  if (program?.startsWith('.venv/bin/python') && words[1] === 'scripts/with_env.py') return words.slice(3);
  return [];
}

/** The simple commands of all that is typed, also those that another one starts. */
export const commandsOf = (documents: readonly JudgedFile[]): readonly TypedCommand[] =>
  scriptsOf(documents).flatMap(({ path, line, text }) =>
    shellCommands(text).flatMap((command) => withInner({ ...command, path, line: line + command.line })),
  );

/** What is typed but is no program that anybody has. */
export const unknownPrograms = (documents: readonly JudgedFile[]): readonly string[] =>
  commandsOf(documents)
    .filter(({ words: [program] }) => program === undefined || !isProgram(program))
    // `. FILE` reads a file of variables.
    .filter(({ words: [program] }) => program !== '.')
    .map(({ path, line, words }) => `${path}:${line} ${words[0] ?? '?'}`);
