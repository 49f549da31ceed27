/** Gathers what the command line, files and the environment say about the questions. */
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Issue } from '../errors.ts';
import type { RawAnswers } from '../plan/answers.ts';
import { nearest } from '../plan/nearest.ts';
import { environmentNameOf, type Question } from '../plan/questions.ts';
import type { CommandLine } from './args.ts';
import type { Terminal } from './terminal.ts';

const ENVIRONMENT_PREFIX = 'BULWARK_SET_';

export interface GivenAnswers {
  readonly raw: RawAnswers;
  /** From `--preset`, else from the answers file. */
  readonly preset: string | null;
  /** The folder as it was named; absent: it is named after the project. */
  readonly directory: string | undefined;
  /** Keys of questions whose default a person has accepted, in a run that is resumed. */
  readonly accepted: ReadonlySet<string>;
  readonly issues: readonly Issue[];
}

/** @param readStandardInput reads all of standard input; called only for `--answers -` */
export async function gatherAnswers(
  line: CommandLine,
  questions: readonly Question[],
  terminal: Terminal,
  readStandardInput: () => string,
): Promise<GivenAnswers> {
  const set = parseSet(line.options.get('set'));
  const environment = parseEnvironment(terminal.environment, questions);
  const file = await readAnswers(line.options.get('answers'), terminal.cwd, readStandardInput);
  const presetOption = line.options.get('preset');
  const [directory] = line.positionals;
  return {
    raw: {
      flag: line.flags,
      set: set.values,
      'answers file': file.values,
      environment: environment.values,
      directory: directoryName(directory, terminal.cwd),
    },
    preset: typeof presetOption === 'string' ? presetOption : (file.preset ?? null),
    directory,
    accepted: new Set(),
    issues: [...set.issues, ...file.issues, ...environment.issues],
  };
}

interface Given {
  readonly values: ReadonlyMap<string, unknown>;
  readonly issues: readonly Issue[];
  readonly preset?: string;
}

function parseSet(option: unknown): Given {
  const values = new Map<string, unknown>();
  const issues: Issue[] = [];
  for (const pair of Array.isArray(option) ? (option as readonly string[]) : []) {
    const equals = pair.indexOf('=');
    if (equals > 0) values.set(pair.slice(0, equals), pair.slice(equals + 1));
    else
      issues.push({
        id: 'invalid-set',
        message: `"${pair}" is not KEY=VALUE`,
        where: '--set',
        hint: 'write --set owner=acme',
      });
  }
  return { values, issues };
}

function parseEnvironment(environment: NodeJS.ProcessEnv, questions: readonly Question[]): Given {
  const keys = new Map(questions.map(({ key }) => [environmentNameOf(key), key]));
  const values = new Map<string, unknown>();
  const issues: Issue[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(ENVIRONMENT_PREFIX)) continue;
    const key = keys.get(name);
    if (key !== undefined) {
      values.set(key, value);
      continue;
    }
    const suggestion = nearest(name, keys.keys());
    issues.push({
      id: 'unknown-answer',
      message: `${name} answers no question`,
      where: name,
      hint: suggestion === undefined ? `unset ${name}` : `did you mean ${suggestion}?`,
    });
  }
  return { values, issues };
}

async function readAnswers(option: unknown, cwd: string, readStandardInput: () => string): Promise<Given> {
  if (typeof option !== 'string') return { values: new Map(), issues: [] };
  const name = option === '-' ? 'standard input' : option;
  let text: string;
  try {
    text = option === '-' ? readStandardInput() : readFileSync(resolve(cwd, option), 'utf8');
  } catch (error) {
    return {
      values: new Map(),
      issues: [
        {
          id: 'answers-unreadable',
          message: `the answers file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
          where: `--answers ${option}`,
          hint: `check that the file is there; the path is taken from ${cwd}`,
        },
      ],
    };
  }
  // The YAML parser is large, and most runs have no answers file.
  const { parseAnswersFile } = await import('../plan/answers-file.ts');
  return parseAnswersFile(text, name);
}

/** The folder's name stands in for the project's where nothing else names it. */
export function directoryName(directory: string | undefined, cwd: string): ReadonlyMap<string, unknown> {
  return directory === undefined ? new Map() : new Map([['name', basename(resolve(cwd, directory))]]);
}
