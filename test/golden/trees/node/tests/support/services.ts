/** Where the services are that the tests need. */

const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set; the tests need PostgreSQL and Redis`);
  return value;
};

export const databaseUrl = (): string => required('DATABASE_URL');
export const redisUrl = (): string => required('REDIS_URL');
