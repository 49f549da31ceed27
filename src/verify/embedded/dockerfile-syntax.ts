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
}

export const isDockerfile = (path: string): boolean =>
  /^(?:dockerfile|containerfile)(?:[.-][^/]+)?$|\.dockerfile$/i.test(baseName(path)) &&
  !/\.(?:dockerignore|md|sh|hbs)$/i.test(path);

export function readDockerfile(file: JudgedFile): Dockerfile {
  const instructions = readInstructions(linesOf(file));
  const globals = new Map<string, string>();
  const stages: Stage[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') stages.push(stageOf(instruction, globals));
    else if (stages.length === 0 && instruction.name === 'ARG') {
      const [, name = '', value = ''] = /^(\w+)(?:=["']?([^"']*)["']?)?/.exec(instruction.text) ?? [];
      globals.set(name, value);
    } else (stages.at(-1)?.instructions as Instruction[] | undefined)?.push(instruction);
  }
  return { instructions, stages };
}

function stageOf(from: Instruction, globals: ReadonlyMap<string, string>): Stage {
  const text = from.text.replace(/^(?:--\S+\s+)+/, '');
  const [, image = '', alias] = /^(\S+)(?:\s+as\s+(\S+))?/i.exec(text) ?? [];
  const expanded = image.replace(
    /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g,
    (_, braced?: string, fallback?: string, plain?: string) =>
      (globals.get(braced ?? plain ?? '') ?? '') || (fallback ?? ''),
  );
  return { from, image: expanded, alias, instructions: [] };
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
