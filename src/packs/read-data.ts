/** Reads JSON and YAML of a pack as plain data: no tags, no anchors, no aliases, with caps on size and depth. */
import type { Issue } from '../errors.ts';
import { parseJson } from '../repo/json-text.ts';

const MAX_BYTES = 256 * 1024;

export type DataReading = { readonly value: unknown } | { readonly issues: readonly Issue[] };

/**
 * @param where the file, for messages; its ending says which format it is
 * @returns the data, or `<subject>-syntax` with its line
 */
export async function readData(text: string, where: string, subject: string): Promise<DataReading> {
  const failed = (message: string, line?: number): DataReading => ({
    issues: [
      {
        id: `${subject}-syntax`,
        message,
        where: line === undefined ? where : `${where}:${line}`,
        hint: 'write plain data: maps, lists, texts, numbers, true and false',
      },
    ],
  });
  if (Buffer.byteLength(text) > MAX_BYTES) return failed(`the file is larger than ${MAX_BYTES} bytes`);
  if (text.includes('\uFFFD')) return failed('the file is not UTF-8 text');
  if (where.endsWith('.json')) {
    const reading = parseJson(text);
    return 'value' in reading
      ? reading
      : failed(`this is no JSON: ${reading.fault.message}`, reading.fault.line);
  }
  // The YAML parser is large, and most packs are JSON.
  const { readYaml } = await import('./read-yaml.ts');
  return readYaml(text, failed);
}
