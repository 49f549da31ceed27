/** Puts two versions without a common base into one file, with git's markers around what differs. */
import { diffLines } from 'diff';
import { isBinary } from '../tree/is-binary.ts';
import type { VirtualFile } from '../tree/virtual-tree.ts';
import type { BothSides } from './reconcile.ts';

const MARKER_SIZE = 7;

/**
 * Lines that both have stand once; between `<<<<<<< yours` and `>>>>>>> bulwark` stand the others, with the empty base
 * of git's diff3 style. Undefined for binary files.
 */
export function markBothSides(file: VirtualFile, previous: Buffer): BothSides | undefined {
  if (isBinary(previous) || isBinary(file.content)) return undefined;
  const parts = diffLines(previous.toString('utf8'), file.content.toString('utf8'));
  const output: string[] = [];
  const lines: number[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index];
    if (!part) continue;
    if (!part.added && !part.removed) {
      output.push(...linesOf(part.value));
      continue;
    }
    const next = parts[index + 1];
    const paired = part.removed && next?.added === true ? next : undefined;
    if (paired) index += 1;
    lines.push(output.length + 1);
    output.push(
      marker('<', 'yours'),
      ...(part.removed ? linesOf(part.value) : []),
      marker('|', 'base'),
      marker('=', ''),
      ...linesOf(paired?.value ?? (part.added ? part.value : '')),
      marker('>', 'bulwark'),
    );
  }
  return { merged: Buffer.from(output.map((line) => `${line}\n`).join('')), lines };
}

const marker = (sign: string, label: string): string => `${sign.repeat(MARKER_SIZE)} ${label}`.trimEnd();

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
