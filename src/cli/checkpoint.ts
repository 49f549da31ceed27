/** The answers of a run on its way, kept outside the repository so that `--resume` goes on where it was broken off. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { usageError } from '../errors.ts';
import type { Catalog } from '../plan/catalog.ts';
import { parseValue } from '../plan/parse-value.ts';
import { directoryName, type GivenAnswers } from './raw-answers.ts';

/** What is kept; no field of ours takes a secret, so none is in here. */
export interface AnswersSoFar {
  /** Absolute; absent: the folder is named after the project. */
  readonly directory: string | undefined;
  readonly preset: string | null;
  /** What was answered, by key. */
  readonly answers: ReadonlyMap<string, unknown>;
  /** Keys of the questions whose default was accepted. */
  readonly accepted: ReadonlySet<string>;
}

export interface SavedAnswers {
  /** For messages. */
  readonly file: string;
  /** `absent`: there is none; `broken`: it is not what we wrote. */
  readonly load: () => AnswersSoFar | 'absent' | 'broken';
  /** Replaces what was saved; silent where that cannot be: a run must not fail for its safety net. */
  readonly save: (answers: AnswersSoFar) => void;
  readonly forget: () => void;
}

const FORMAT = 1;

/** The one place of a user's saved answers (XDG Base Directory Specification: state). */
export function savedAnswers(environment: NodeJS.ProcessEnv): SavedAnswers {
  const file = join(stateFolder(environment), 'bulwark', 'last-answers.json');
  return {
    file,
    load: () => {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch {
        return 'absent';
      }
      return parseSaved(text) ?? 'broken';
    },
    save: ({ directory, preset, answers, accepted }) => {
      const content = {
        version: FORMAT,
        directory: directory ?? null,
        preset,
        answers: Object.fromEntries(answers),
        accepted: [...accepted],
      };
      const fresh = `${file}.${process.pid}`;
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        // By a rename, so that a crash leaves the answers before or after, never half of them.
        writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
        renameSync(fresh, file);
      } catch {
        remove(fresh);
      }
    },
    forget: () => {
      remove(file);
    },
  };
}

/**
 * Puts what was saved beneath what the command line says now.
 * @throws BulwarkError (code 2) when there is nothing to go on with
 */
export function resumeAnswers(given: GivenAnswers, saved: SavedAnswers, catalog: Catalog): GivenAnswers {
  const loaded = saved.load();
  if (typeof loaded === 'string') {
    throw usageError([
      {
        id: 'nothing-to-resume',
        message:
          loaded === 'absent'
            ? 'there is no run to resume: no answers were saved'
            : 'the answers of the last run cannot be read',
        where: saved.file,
        hint: 'leave out --resume and start anew',
      },
    ]);
  }
  const { raw } = given;
  const fields = new Map(catalog.questions.map(({ key, field }) => [key, field]));
  const usable = [...loaded.answers].filter(([key, value]) => {
    const field = fields.get(key);
    const isSaidAnew = [raw.flag, raw.set, raw['answers file']].some((source) => source?.has(key));
    // Another version may have saved them: what it no longer asks, or takes, is left out.
    return !isSaidAnew && field !== undefined && 'value' in parseValue(field, value);
  });
  const preset = catalog.presets.some(({ id }) => id === loaded.preset) ? loaded.preset : null;
  const named = given.directory === undefined ? directoryName(loaded.directory, '/') : raw.directory;
  return {
    ...given,
    raw: { ...raw, prompt: new Map(usable), ...(named && { directory: named }) },
    preset: given.preset ?? preset,
    directory: given.directory ?? loaded.directory,
    accepted: loaded.accepted,
  };
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It stays, and the next run replaces it.
  }
}

function stateFolder(environment: NodeJS.ProcessEnv): string {
  const state = environment.XDG_STATE_HOME;
  // The specification has relative paths ignored.
  if (state !== undefined && isAbsolute(state)) return state;
  return join(environment.HOME ?? homedir(), '.local', 'state');
}

function parseSaved(text: string): AnswersSoFar | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(content) || content.version !== FORMAT) return undefined;
  const { directory, preset, answers, accepted } = content;
  if (directory !== null && (typeof directory !== 'string' || !isAbsolute(directory))) return undefined;
  if (preset !== null && typeof preset !== 'string') return undefined;
  if (!isObject(answers) || !isListOfText(accepted)) return undefined;
  return {
    directory: directory ?? undefined,
    preset,
    answers: new Map(Object.entries(answers)),
    accepted: new Set(accepted),
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOfText = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
