import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: ['tests/support/test-database.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // What Prisma generates, and the programs that only start what is tested: tests start those as processes.
      exclude: ['src/generated/**', 'src/commands/**'],
      reporter: ['text', 'lcovonly'],
      thresholds: { lines: 80, functions: 80, statements: 80, branches: 80 },
    },
  },
});
