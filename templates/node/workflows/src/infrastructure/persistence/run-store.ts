/** Keeps runs in PostgreSQL, which is their queue too: by its clock, for those of several workers differ. */
import { randomUUID } from 'node:crypto';
import {
  LeaseLost,
  type JsonObject,
  type LeasedRun,
  type Run,
  type RunArchive,
  type RunQueue,
  type RunStatus,
  type Save,
  type Viewer,
} from '../../domain/workflows/run.ts';
import type { Position } from '../../domain/items/item.ts';
import { Prisma, type WorkflowRun } from '../../generated/prisma/client.ts';
import type { Database, Queries } from './database.ts';
import { PostgresItemRepository } from './item-repository.ts';

/** Rows that are deleted at a time, so that no lock is held for long. */
const PIECE = 5000;

const COLUMNS = Prisma.sql`id, workflow, status, input, state, step, attempt, due_at AS "dueAt", lease, error,
  owner_id AS "ownerId", created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt"`;

const after = (seconds: number): Prisma.Sql =>
  Prisma.sql`clock_timestamp() + make_interval(secs => ${seconds}::double precision)`;

/** The checks of the table see to it that a row is one. */
const runOf = (row: WorkflowRun): Run => ({
  ...row,
  status: row.status as RunStatus,
  input: row.input as JsonObject,
  state: row.state as JsonObject,
});

const json = (value: JsonObject): Prisma.InputJsonObject => value as Prisma.InputJsonObject;

export class PostgresRunStore implements RunArchive, RunQueue {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(workflow: string, input: JsonObject, ownerId: string | null): Promise<Run> {
    const data = { workflow, input: json(input), ownerId };
    return runOf(await this.#database.client.workflowRun.create({ data }));
  }

  async get(id: string): Promise<Run | undefined> {
    const row = await this.#database.client.workflowRun.findUnique({ where: { id } });
    return row ? runOf(row) : undefined;
  }

  async listAfter(
    viewer: Viewer,
    position: Position | undefined,
    limit: number,
  ): Promise<readonly Run[]> {
    // Nobody's runs are for those who see all.
    if (!viewer.seesAll && viewer.id === null) return [];
    const rows = await this.#database.client.workflowRun.findMany({
      where: {
        ...(!viewer.seesAll && { ownerId: viewer.id }),
        ...(position && {
          createdAt: { lte: position.createdAt },
          OR: [
            { createdAt: { lt: position.createdAt } },
            { createdAt: position.createdAt, id: { lt: position.id } },
          ],
        }),
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
    });
    return rows.map(runOf);
  }

  async take(leaseSeconds: number): Promise<LeasedRun | undefined> {
    const lease = randomUUID();
    // A run that another worker is just taking is passed over, not waited for.
    const rows = await this.#database.client.$queryRaw<WorkflowRun[]>`
      UPDATE workflow_runs
      SET status = 'running', lease = ${lease}::uuid, attempt = attempt + 1, due_at = ${after(leaseSeconds)},
        started_at = COALESCE(started_at, clock_timestamp())
      WHERE id = (
        SELECT id FROM workflow_runs
        WHERE status IN ('queued', 'running') AND due_at <= clock_timestamp()
        ORDER BY due_at
        LIMIT 1
        FOR UPDATE SKIP LOCKED
      )
      RETURNING ${COLUMNS}`;
    return rows[0] && { ...runOf(rows[0]), lease };
  }

  async renew(run: LeasedRun, leaseSeconds: number): Promise<void> {
    await this.#change(this.#database.client, run, Prisma.sql`due_at = ${after(leaseSeconds)}`);
  }

  stepDone(
    run: LeasedRun,
    { state, save, last }: { state: JsonObject; save?: Save | undefined; last: boolean },
  ): Promise<LeasedRun> {
    const status = last
      ? Prisma.sql`status = 'succeeded', lease = NULL, ended_at = clock_timestamp(), attempt = 0`
      : Prisma.sql`attempt = 1`;
    const change = Prisma.sql`state = ${JSON.stringify(state)}::jsonb, step = step + 1, ${status}`;
    return this.#database.transaction(async (queries) => {
      // First, for it keeps everybody else from the run until all of this is committed.
      const changed = await this.#change(queries, run, change);
      await save?.({ items: new PostgresItemRepository(queries) });
      return { ...changed, lease: run.lease };
    });
  }

  failed(run: LeasedRun, error: string): Promise<Run> {
    const change = Prisma.sql`status = 'failed', lease = NULL, ended_at = clock_timestamp(), error = ${error}`;
    return this.#change(this.#database.client, run, change);
  }

  retryAfter(run: LeasedRun, seconds: number): Promise<Run> {
    const change = Prisma.sql`status = 'queued', lease = NULL, due_at = ${after(seconds)}`;
    return this.#change(this.#database.client, run, change);
  }

  giveBack(run: LeasedRun): Promise<Run> {
    const change = Prisma.sql`status = 'queued', lease = NULL, due_at = clock_timestamp(), attempt = attempt - 1`;
    return this.#change(this.#database.client, run, change);
  }

  depth(): Promise<number> {
    return this.#database.client.workflowRun.count({ where: { status: 'queued' } });
  }

  async deleteEnded(days: number): Promise<number> {
    for (let sum = 0; ;) {
      const count = await this.#database.client.$executeRaw`
        DELETE FROM workflow_runs WHERE id IN (
          SELECT id FROM workflow_runs
          WHERE ended_at < clock_timestamp() - make_interval(days => ${days}::integer) LIMIT ${PIECE}
        )`;
      sum += count;
      if (count < PIECE) return sum;
    }
  }

  /** @throws LeaseLost */
  async #change(queries: Queries, run: LeasedRun, change: Prisma.Sql): Promise<Run> {
    const [row] = await queries.$queryRaw<WorkflowRun[]>`
      UPDATE workflow_runs SET ${change}
      WHERE id = ${run.id}::uuid AND lease = ${run.lease}::uuid
      RETURNING ${COLUMNS}`;
    if (!row) throw new LeaseLost(`The run ${run.id} is not this worker's any more`);
    return runOf(row);
  }
}
