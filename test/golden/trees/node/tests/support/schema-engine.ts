/** Prisma's own engine, as WebAssembly: what it says of schema and migrations is what `prisma migrate` says. */
import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlQuery,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { readMigrations } from '../../src/infrastructure/persistence/migrations.ts';

/** Node has it, its types have it not. */
declare const WebAssembly: {
  readonly instantiate: (
    code: Uint8Array,
    imports: Readonly<Record<string, object>>,
  ) => Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>;
};

/** What the package exports for its loader alone. */
interface Loading {
  readonly __wbg_set_wasm: (exports: Readonly<Record<string, unknown>>) => void;
}

export const SCHEMA = readFileSync('prisma/schema.prisma', 'utf8');

const MIGRATIONS = {
  baseDir: 'prisma/migrations',
  lockfile: {
    path: 'migration_lock.toml',
    content: readFileSync('prisma/migrations/migration_lock.toml', 'utf8'),
  },
  shadowDbInitScript: '',
  migrationDirectories: readMigrations().map(({ name, sql }) => ({
    path: name,
    migrationFile: {
      path: 'migration.sql',
      content: { tag: 'ok' as const, value: sql },
    },
  })),
};

const FILTERS = { externalTables: [], externalEnums: [] };

const CHAR = 18;
const TEXT = 25;

/** What the adapter asks PostgreSQL by; it is not part of what it declares. */
interface Asking {
  performIO: (query: SqlQuery) => Promise<{ readonly fields: { dataTypeID: number }[] }>;
}

/** The adapter does not know the type "char" of PostgreSQL's catalogue, which the engine asks for. */
function adapterFor(pool: pg.Pool): PrismaPg {
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const asking = adapter as unknown as Asking;
    const ask = asking.performIO.bind(adapter);
    const characters = new WeakMap<SqlQuery, readonly boolean[]>();
    asking.performIO = async (query) => {
      const result = await ask(query);
      characters.set(
        query,
        result.fields.map(({ dataTypeID }) => dataTypeID === CHAR),
      );
      for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT;
      return result;
    };
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      const isCharacter = characters.get(query) ?? [];
      const columnTypes = result.columnTypes.map((type, column) =>
        isCharacter[column] ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    };
    return adapter;
  };
  return factory;
}

let loaded = false;

async function load(): Promise<void> {
  if (loaded) return;
  const path = new URL(
    'schema_engine_bg.wasm',
    import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'),
  );
  const { instance } = await WebAssembly.instantiate(readFileSync(path), {
    './schema_engine_bg.js': bindings,
  });
  (bindings as unknown as Loading).__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  loaded = true;
}

/** The engine keeps its connection, and with it the lock of the migrations, until the pool ends. */
async function withEngine<Result>(
  url: string,
  work: (engine: bindings.SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await load();
  const pool = new pg.Pool({ connectionString: url });
  try {
    const engine = await bindings.SchemaEngine.new(
      { datamodels: [['prisma/schema.prisma', SCHEMA]] },
      () => undefined,
      bindMigrationAwareSqlAdapterFactory(adapterFor(pool)),
    );
    return await work(engine);
  } finally {
    await pool.end();
  }
}

/** What `prisma migrate status` finds: nothing where every migration was applied as it stands. */
export const diagnose = (url: string): Promise<bindings.DiagnoseMigrationHistoryOutput> =>
  withEngine(url, (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: MIGRATIONS,
      optInToShadowDatabase: false,
      filters: FILTERS,
    }),
  );

/** Applies them as `prisma migrate deploy` does. */
export const deploy = (url: string): Promise<readonly string[]> =>
  withEngine(url, async (engine) => {
    const input = { migrationsList: MIGRATIONS, filters: FILTERS };
    return (await engine.applyMigrations(input)).appliedMigrationNames;
  });

/** The SQL that would make the database what the schema says; a comment alone where it is so already. */
export const missingSql = (url: string, schema = SCHEMA): Promise<string> =>
  withEngine(url, async (engine) => {
    const filesOf = (content: string) => [{ path: 'prisma/schema.prisma', content }];
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files: filesOf(SCHEMA), configDir: 'prisma' },
      to: { tag: 'schemaDatamodel', files: filesOf(schema) },
      script: true,
      exitCode: null,
      filters: FILTERS,
    });
    return stdout ?? '';
  });
