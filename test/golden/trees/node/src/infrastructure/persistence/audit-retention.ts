/** Deletes what is older than it has to be kept, in pieces that hold no lock for long. */
import type { PrismaClient } from '../../generated/prisma/client.ts';

const PIECE = 5000;
const DAY_MILLISECONDS = 86_400_000;

export interface Deleted {
  readonly entries: number;
  readonly sessions: number;
}

/** Entries of the audit log that are older than the days, and sessions that had ended by then. */
export async function deleteOld(client: PrismaClient, days: number, now: Date): Promise<Deleted> {
  const before = new Date(now.getTime() - days * DAY_MILLISECONDS);
  const inPieces = async (piece: () => Promise<number>): Promise<number> => {
    let sum = 0;
    for (;;) {
      const count = await piece();
      sum += count;
      if (count < PIECE) return sum;
    }
  };
  return {
    entries: await inPieces(
      () => client.$executeRaw`DELETE FROM auth_audit_log WHERE id IN
        (SELECT id FROM auth_audit_log WHERE occurred_at < ${before} ORDER BY occurred_at LIMIT ${PIECE})`,
    ),
    sessions: await inPieces(
      () => client.$executeRaw`DELETE FROM user_sessions WHERE id IN
        (SELECT id FROM user_sessions WHERE expires_at < ${before} LIMIT ${PIECE})`,
    ),
  };
}
