/** Reads YAML of a pack as plain data: one document of the core schema, no tags, anchors, aliases or merge keys. */
import { isAlias, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { DataReading } from './read-data.ts';

/** Deeper than any shape of ours; YAML's parser recurses. */
const MAX_DEPTH = 40;

/** @param failed makes the refusal, from a message and a line */
export function readYaml(text: string, failed: (message: string, line?: number) => DataReading): DataReading {
  const tooDeep = depthFault(text);
  if (tooDeep !== undefined) return failed('the data are nested too deeply', tooDeep);
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
