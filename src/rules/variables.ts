/** What is known of a value that holds variables: their defaults are put in, the others stay unknown. */

/** Stands for a part that nobody knows before it runs; no image and no region has this character. */
export const UNKNOWN = '\u{fffd}';

/** An expression of GitHub's with a default: `${{ vars.AWS_REGION || 'eu-central-1' }}`. */
const WITH_DEFAULT = /\|\|\s*'([^']*)'\s*$/;

/** No image and no region is longer; the pattern below takes time with the square of the length. */
const MAX_LENGTH = 1000;

/** `${X:-a}` of compose and shell becomes `a`; `${{ … || 'a' }}` of workflows too; any other variable is `UNKNOWN`. */
export function withDefaults(text: string): string {
  if (text.length > MAX_LENGTH) return UNKNOWN;
  return text.replace(
    /\$\{\{([^}]*)\}\}|\{\{[^}]*\}\}|\$\{(\w+)(?::?-([^}]*))?[^}]*\}|\$\w+|\$\([^)]*\)|[$%]\{[^}]*\}/g,
    (_, expression?: string, __?: string, fallback?: string) => {
      if (expression !== undefined) return WITH_DEFAULT.exec(expression)?.[1] ?? UNKNOWN;
      return fallback ?? UNKNOWN;
    },
  );
}
