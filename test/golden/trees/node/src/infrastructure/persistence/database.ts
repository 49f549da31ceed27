/** The connection pool and Prisma's client on it. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Logger } from 'pino';
import { PrismaClient, type Prisma } from '../../generated/prisma/client.ts';
import type { Settings } from '../../settings/settings.ts';
import { dbPoolInUse, dbPoolSize, dbPoolWaiting } from '../observability/metrics.ts';

export type DatabaseConfiguration = Pick<
  Settings,
  'databaseUrl' | 'databasePoolSize' | 'databaseTimeoutSeconds'
>;

/** What queries go through: the client, or a transaction of it. */
export type Queries = Prisma.TransactionClient;

/** Nothing connects before the first query. */
export class Database {
  readonly client: PrismaClient;
  readonly capacity: number;
  readonly #pool: pg.Pool;
  readonly #timeoutMilliseconds: number;

  constructor(settings: DatabaseConfiguration, logger: Logger) {
    this.capacity = settings.databasePoolSize;
    this.#timeoutMilliseconds = settings.databaseTimeoutSeconds * 1000;
    this.#pool = new pg.Pool({
      connectionString: settings.databaseUrl,
      max: settings.databasePoolSize,
      connectionTimeoutMillis: this.#timeoutMilliseconds,
      statement_timeout: this.#timeoutMilliseconds,
      // Also where the network swallows packets, and the server never tells of its time-out.
      query_timeout: this.#timeoutMilliseconds + 1000,
      keepAlive: true,
    });
    // A connection that breaks while it is idle; the next query opens another one.
    this.#pool.on('error', (error) => {
      logger.warn({ error }, 'A database connection broke');
    });
    this.client = new PrismaClient({ adapter: new PrismaPg(this.#pool) });
  }

  /** Connections at work. */
  get inUse(): number {
    return this.#pool.totalCount - this.#pool.idleCount;
  }

  /** Everything in it happens, or nothing; its queries see what is committed when they begin. */
  transaction<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    return this.client.$transaction(work, {
      maxWait: this.#timeoutMilliseconds,
      // Each statement has its own time-out; this is for several, and for a mail that is handed over.
      timeout: 3 * this.#timeoutMilliseconds,
      isolationLevel: 'ReadCommitted',
    });
  }

  /** Sets the metrics of the pool to what it is now. */
  measure(): void {
    dbPoolSize.set(this.capacity);
    dbPoolInUse.set(this.inUse);
    dbPoolWaiting.set(this.#pool.waitingCount);
  }

  async close(): Promise<void> {
    await this.client.$disconnect();
    await this.#pool.end();
  }
}
