/** Adds our patterns to a pattern file that the user has: his lines stay as they are, ours that are missing follow. */

/**
 * @param previous the user's file; its line ending is kept
 * @param wanted ours
 * @returns the user's bytes with our missing lines below; the same bytes when none is missing
 */
export function appendMissingLines(previous: Buffer, wanted: Buffer): Buffer {
  const text = previous.toString('utf8');
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const present = new Set(text.split(/\r?\n/).map((line) => line.trimEnd()));
  const isRule = (line: string): boolean => line.trim() !== '' && !line.startsWith('#');
  const blocks = wanted.toString('utf8').trimEnd().split('\n\n');
  const missing = blocks
    .filter((block) => block.split('\n').some((line) => isRule(line) && !present.has(line)))
    .map((block) => block.split('\n').filter((line) => !isRule(line) || !present.has(line)));
  if (missing.length === 0) return previous;
  const separator = text === '' ? '' : text.endsWith('\n') ? ending : ending + ending;
  const added = missing.map((lines) => lines.map((line) => line + ending).join('')).join(ending);
  return Buffer.concat([previous, Buffer.from(separator + added)]);
}
