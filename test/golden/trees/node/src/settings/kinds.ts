/** The kinds of setting: how the text of a variable becomes a value, and what is wrong with it if it cannot. */
import { z } from 'zod';

const MIN_SECRET_LENGTH = 32;

/** A whole number within bounds. */
export const integer = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'is not a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is not between ${least} and ${most}`);

/** A number of seconds within bounds; fractions are allowed. */
export const seconds = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,6})?$/, 'is not a number of seconds')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is not between ${least} and ${most}`);

export const flag = () =>
  z.enum(['true', 'false'], 'is neither true nor false').transform((value) => value === 'true');

/** A URL of one of the schemes, with a host. */
export const url = (...schemes: readonly string[]) =>
  z.string().superRefine((value, context) => {
    const begin = schemes.map((scheme) => `${scheme}://`).join(' or ');
    if (!URL.canParse(value)) context.addIssue('is not a URL');
    else if (!schemes.includes(new URL(value).protocol.slice(0, -1)))
      context.addIssue(`does not begin with ${begin}`);
    else if (new URL(value).hostname === '') context.addIssue('names no host');
  });

export const secret = () =>
  z
    .string()
    .refine(
      (value) => value.length >= MIN_SECRET_LENGTH,
      `has fewer than ${MIN_SECRET_LENGTH} characters`,
    );

/** Parts separated by commas; empty ones do not count. */
export const list = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
