/** Reads settings from the environment and judges them all at once, before anything starts. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/** Variables by the name of their setting: `databaseUrl` is read from DATABASE_URL or from the file of DATABASE_URL_FILE. */
export type Shape = Readonly<Record<string, z.ZodType>>;

export type SettingsOf<S extends Shape> = { readonly [Key in keyof S]: z.output<S[Key]> };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every fault of the settings at once, each naming its variable and the way to mend it. */
export class SettingsError extends Error {
  constructor(faults: readonly string[]) {
    super(['The settings are not valid:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

/** `databaseUrl` → `DATABASE_URL`. */
export const variableOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/**
 * @param rules what concerns several settings; each returns its fault, or nothing
 * @throws SettingsError
 */
export function loadSettings<S extends Shape>(
  shape: S,
  environment: Environment,
  rules: readonly ((settings: SettingsOf<S>) => string | undefined)[] = [],
): SettingsOf<S> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const variable = variableOf(name);
    const text = read(variable, environment);
    if (text.fault !== undefined) {
      faults.push(`${variable}: ${text.fault}`);
      continue;
    }
    const parsed = schema.safeParse(text.value);
    if (parsed.success) values[name] = parsed.data;
    else faults.push(explain(variable, text.value, parsed.error, schema.description));
  }
  if (faults.length > 0) throw new SettingsError(faults);
  // Sound: each value is what its schema gave.
  const settings = values as SettingsOf<S>;
  const broken = rules.map((rule) => rule(settings)).filter((fault) => fault !== undefined);
  if (broken.length > 0) throw new SettingsError(broken);
  return settings;
}

function read(
  variable: string,
  environment: Environment,
): { readonly value?: string; readonly fault?: string } {
  const value = environment[variable] ?? '';
  const path = environment[`${variable}_FILE`] ?? '';
  if (value !== '' && path !== '')
    return { fault: `${variable}_FILE is set too; keep one of them` };
  if (path === '') return value === '' ? {} : { value };
  try {
    return { value: readFileSync(path, 'utf8').trim() };
  } catch (error) {
    return { fault: `cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}` };
  }
}

/** Never with the value: it may be a secret. */
function explain(
  variable: string,
  value: string | undefined,
  error: z.ZodError,
  expected = 'another value',
): string {
  const message =
    value === undefined
      ? `is missing (as ${variable} or ${variable}_FILE)`
      : (error.issues[0]?.message ?? 'is not valid');
  return `${variable}: ${message}. Expected: ${expected}`;
}
