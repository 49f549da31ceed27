/** Reads answers from YAML or JSON text, with the line of every fault. */
import { isAlias, isMap, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { Issue } from '../errors.ts';
import { flattenAnswers } from './answers-document.ts';

/** Larger than any honest set of answers; keeps a hostile file from filling the memory. */
const MAX_BYTES = 1024 * 1024;

export interface AnswersFile {
  /** Raw answers by key: `{fastapi: {python: "3.13"}}` and `{"fastapi.python": "3.13"}` are the same. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly preset?: string;
  /** References of packs, as the file has them: relative ones start from its folder. */
  readonly packs?: readonly string[];
  readonly issues: readonly Issue[];
}

const MAX_PACKS = 20;

/** Top-level keys that `bulwark.json` has besides answers; an answers file may be such a file. */
const ENVELOPE = new Set(['$schema', 'preset', 'answers', 'packs']);

/**
 * Parses answers; JSON is read as the YAML that it is.
 * @param name of the file, for messages; tags, anchors and aliases are refused: the file is untrusted input
 */
export function parseAnswersFile(text: string, name: string): AnswersFile {
  const failed = (issue: Issue): AnswersFile => ({ values: new Map(), issues: [issue] });
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return failed({
      id: 'answers-too-large',
      message: 'the answers file is larger than 1 MiB',
      where: name,
      hint: 'leave in it what answers a question',
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    schema: 'core',
    resolveKnownTags: false,
  });
  const at = (offset: number): string => `${name}:${lines.linePos(offset).line}`;
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    return failed({
      id: 'answers-syntax',
      message: `the answers file cannot be read: ${problem.message.split('\n')[0] ?? ''}`,
      where: at(problem.pos[0]),
      hint: 'write YAML or JSON: one "key: value" per line',
    });
  }
  const reference = firstReference(document);
  if (reference !== undefined) {
    return failed({
      id: 'answers-reference',
      message: 'an answers file holds plain values, no anchors, aliases or merge keys',
      where: at(reference),
      hint: 'write the value out',
    });
  }
  if (document.contents === null) return { values: new Map(), issues: [] };
  if (!isMap(document.contents)) {
    return failed({
      id: 'answers-shape',
      message: 'an answers file is a map of keys to values',
      where: at(0),
      hint: 'write "key: value" lines, such as "stack: fastapi"',
    });
  }
  return flatten(document.contents.toJSON() as Readonly<Record<string, unknown>>, name);
}

function firstReference(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Node: (_, node) => {
      const isMergeKey = isScalar(node) && node.value === '<<';
      if (!isAlias(node) && !('anchor' in node && node.anchor) && !isMergeKey) return undefined;
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function flatten(content: Readonly<Record<string, unknown>>, name: string): AnswersFile {
  const preset = content.preset;
  const { answers } = content;
  const isEnvelope = isObject(answers);
  const source = isEnvelope ? answers : content;
  const issues: Issue[] = [];
  if (preset !== undefined && preset !== null && typeof preset !== 'string') {
    issues.push({
      id: 'answers-shape',
      message: 'the preset must be a name',
      where: `preset in ${name}`,
      hint: 'see "bulwark list" for the presets',
    });
  }
  if (isEnvelope) {
    for (const key of Object.keys(content)) {
      if (!ENVELOPE.has(key)) {
        issues.push({
          id: 'unknown-answer',
          message: `there is no setting ${JSON.stringify(key)} beside "answers"`,
          where: `${key} in ${name}`,
          hint: 'put answers below "answers"',
        });
      }
    }
  }
  const { packs } = content;
  const areReferences = isListOfText(packs) && packs.length <= MAX_PACKS;
  if (packs !== undefined && packs !== null && !areReferences) {
    issues.push({
      id: 'answers-shape',
      message: `the packs must be a list of references, ${MAX_PACKS} at most`,
      where: `packs in ${name}`,
      hint: 'write packs: ["./acme"]; who trusts their code says so with --trust, never a file',
    });
  }
  const values = flattenAnswers(source);
  if (!isEnvelope) for (const key of ['preset', 'packs', '$schema']) values.delete(key);
  for (const key of values.keys()) if (!isEnvelope && key.startsWith('packs.')) values.delete(key);
  return {
    values,
    issues,
    ...(typeof preset === 'string' && { preset }),
    ...(areReferences && packs.length > 0 && { packs }),
  };
}

const isListOfText = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
