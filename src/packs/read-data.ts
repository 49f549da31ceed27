/** Reads JSON and YAML of a pack as plain data: no tags, no anchors, no aliases, with caps on size and depth. */
import type { Issue } from '../errors.ts';
import { parseJson } from '../repo/json-text.ts';

const MAX_BYTES = 256 * 1024;
/** Deeper than any shape of ours; YAML's parser recurses. */
const MAX_DEPTH = 40;

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
  return readYaml(text, failed);
}

async function readYaml(
  text: string,
  failed: (message: string, line?: number) => DataReading,
): Promise<DataReading> {
  const tooDeep = depthFault(text);
  if (tooDeep !== undefined) return failed('the data are nested too deeply', tooDeep);
  const { isAlias, isScalar, LineCounter, parseAllDocuments, visit } = await import('yaml');
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    schema: 'core',
    resolveKnownTags: false,
    merge: false,
  });
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  if (!Array.isArray(documents) || documents.length !== 1) return failed('a file holds one document');
  const [document] = documents;
  if (!document) return failed('a file holds one document');
  const [problem] = [...document.errors, ...document.warnings];
  if (problem)
    return failed(`this is no YAML: ${problem.message.split('\n')[0] ?? ''}`, lineOf(problem.pos[0]));
  let refused: { readonly what: string; readonly offset: number } | undefined;
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node) || ('anchor' in node && node.anchor))
        refused = { what: 'an anchor or alias', offset };
      else if (node.tag?.startsWith('tag:yaml.org,2002:') === false) refused = { what: 'a tag', offset };
      else if (isScalar(node) && node.value === '<<') refused = { what: 'a merge key', offset };
      return refused ? visit.BREAK : undefined;
    },
  });
  if (refused) return failed(`${refused.what} has no place in a pack's data`, lineOf(refused.offset));
  return { value: document.toJS({ maxAliasCount: 0 }) as unknown };
}

/** The line where brackets or indentation go deeper than any data of ours: asked before a parser recurses into it. */
function depthFault(text: string): number | undefined {
  let depth = 0;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const indent = /^[ -]*/.exec(line)?.[0] ?? '';
    if (indent.length > 4 * MAX_DEPTH || (indent.match(/-/g) ?? []).length > MAX_DEPTH) return index + 1;
    for (const character of line) {
      if (character === '[' || character === '{') depth += 1;
      else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
      if (depth > MAX_DEPTH) return index + 1;
    }
    if (/(?:[?:]\s+){40}/.test(line)) return index + 1;
  }
  return undefined;
}
