/** Writes a place in a list as an opaque cursor, and reads it back. */
import { z } from 'zod';
import type { Position } from '../domain/items/item.ts';
import { HttpProblem } from './problems.ts';

const position = z.tuple([z.iso.datetime().pipe(z.coerce.date()), z.uuid()]);

export const encodeCursor = ({ createdAt, id }: Position): string =>
  Buffer.from(`${createdAt.toISOString()} ${id}`).toString('base64url');

/** @throws HttpProblem 422 when it is none of ours */
export function decodeCursor(cursor: string): Position {
  const parsed = position.safeParse(Buffer.from(cursor, 'base64url').toString().split(' '));
  if (!parsed.success) throw new HttpProblem(422, 'The cursor is not valid');
  const [createdAt, id] = parsed.data;
  return { createdAt, id };
}
