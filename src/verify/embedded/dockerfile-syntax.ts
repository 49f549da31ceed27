/** Reads a Dockerfile into stages and instructions, as far as judging it needs. */
import type { JudgedFile } from '../check.ts';
import { baseName, linesOf } from './source-text.ts';

export interface Instruction {
  /** In upper case. */
  readonly name: string;
  /** Everything behind the name, continuation lines joined by one space. */
  readonly text: string;
  readonly line: number;
}

export interface Stage {
  readonly from: Instruction;
  /** The image or earlier stage, with the defaults of global ARGs put in. */
  readonly image: string;
  readonly alias: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** Where reading ended, and why: what stands behind it was not judged. */
  readonly excess: { readonly line: number; readonly is: string } | undefined;
}

/** Of strangers, too: more of each than anybody writes, and little enough that no pattern takes long over it. */
const MAX_BYTES = 256 * 1024;
const MAX_STAGES = 100;
const MAX_INSTRUCTION = 8 * 1024;
/** Of a variable, and of the name of an image that variables are put into. */
const MAX_VALUE = 1024;

export const isDockerfile = (path: string): boolean =>
  /^(?:dockerfile|containerfile)(?:[.-][^/]+)?$|\.dockerfile$/i.test(baseName(path)) &&
  !/\.(?:dockerignore|md|sh|hbs)$/i.test(path);

export function readDockerfile(file: JudgedFile): Dockerfile {
  if (file.content.length > MAX_BYTES) {
    return { instructions: [], stages: [], excess: { line: 1, is: `more than ${MAX_BYTES / 1024} KB` } };
  }
  const all = readInstructions(linesOf(file));
  const excess = excessOf(all);
  const instructions = excess ? all.slice(0, excess.index) : all;
  const globals = new Map<string, string>();
  const stages: Stage[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') stages.push(stageOf(instruction, globals));
    else if (stages.length === 0 && instruction.name === 'ARG') {
      const [, name = '', value = ''] = /^(\w+)(?:=["']?([^"']*)["']?)?/.exec(instruction.text) ?? [];
      globals.set(name, value);
    } else (stages.at(-1)?.instructions as Instruction[] | undefined)?.push(instruction);
  }
  return { instructions, stages, excess: excess && { line: excess.line, is: excess.is } };
}

/** The first instruction that is one too many, or too long. */
function excessOf(
  instructions: readonly Instruction[],
): { readonly index: number; readonly line: number; readonly is: string } | undefined {
  let stages = 0;
  for (const [index, { name, text, line }] of instructions.entries()) {
    if (name === 'FROM') stages += 1;
    if (stages > MAX_STAGES) return { index, line, is: `more than ${MAX_STAGES} stages` };
    if (text.length > MAX_INSTRUCTION)
      return { index, line, is: `an instruction of more than ${MAX_INSTRUCTION / 1024} KB` };
    const value = name === 'FROM' ? text : name === 'ARG' && stages === 0 ? text : '';
    if (value.length > MAX_VALUE)
      return { index, line, is: `a name or a variable of more than ${MAX_VALUE} characters` };
  }
  return undefined;
}

function stageOf(from: Instruction, globals: ReadonlyMap<string, string>): Stage {
  const text = from.text.replace(/^(?:--\S+\s+)+/, '');
  const [, image = '', alias] = /^(\S+)(?:\s+as\s+(\S+))?/i.exec(text) ?? [];
  const expanded = image.replace(
    /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g,
    (_, braced?: string, fallback?: string, plain?: string) =>
      (globals.get(braced ?? plain ?? '') ?? '') || (fallback ?? ''),
  );
  // Of text and values that are capped, so that this is no large one either.
  return { from, image: expanded.slice(0, MAX_VALUE), alias, instructions: [] };
}

const HEREDOC = /<<-?(["']?)([A-Za-z_]\w*)\1/;

/** https://docs.docker.com/reference/dockerfile/#format: comment lines vanish, also inside of a continued instruction. */
function readInstructions(lines: readonly string[]): readonly Instruction[] {
  const escape = /^#\s*escape\s*=\s*`/i.test(lines[0] ?? '') ? '`' : '\\';
  const instructions: Instruction[] = [];
  let parts: string[] = [];
  let start = 0;
  for (let index = 0; index < lines.length; index += 1) {
    const line = (lines[index] ?? '').trim();
    if (line.startsWith('#') || (line === '' && parts.length > 0)) continue;
    if (line === '') continue;
    if (parts.length === 0) start = index + 1;
    if (line.endsWith(escape)) {
      parts.push(line.slice(0, -1).trim());
      continue;
    }
    parts.push(line);
    const heredoc = /^(?:run|copy|add)\b/i.test(parts[0] ?? '') ? HEREDOC.exec(line)?.[2] : undefined;
    if (heredoc !== undefined) {
      while (index + 1 < lines.length && (lines[index + 1] ?? '').trim() !== heredoc) {
        index += 1;
        parts.push(lines[index] ?? '');
      }
      index += 1;
    }
    instructions.push(instructionOf(parts, start));
    parts = [];
  }
  if (parts.length > 0) instructions.push(instructionOf(parts, start));
  return instructions;
}

function instructionOf(parts: readonly string[], line: number): Instruction {
  const [, name = '', text = ''] = /^(\S+)\s*(.*)$/s.exec(parts.join(' ')) ?? [];
  return { name: name.toUpperCase(), text: text.trim(), line };
}
