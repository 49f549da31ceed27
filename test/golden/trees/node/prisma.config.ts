import { defineConfig } from 'prisma/config';

// Where the database is, the application and its migrations read themselves; `prisma generate` needs none.
const url = process.env.DATABASE_URL;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url && { datasource: { url } }),
});
