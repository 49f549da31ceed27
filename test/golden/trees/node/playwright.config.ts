import { defineConfig } from '@playwright/test';
import { address, environment } from './tests/e2e/environment.ts';

/** The processes of the application, each with what tells that it is ready. */
const start = (name: string, url: string) => ({
  name,
  command: `node src/commands/${name}.ts`,
  url: `${url}/api/v1/health/ready`,
  env: environment(),
  reuseExistingServer: false,
  gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 10_000 },
});

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  forbidOnly: process.env.CI !== undefined,
  // What fails once and then not is a fault, too.
  retries: 0,
  // All of them share one database.
  workers: 1,
  reporter: 'list',
  use: {
    baseURL: address('api'),
    // The browser of the machine: nothing is downloaded.
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' },
    trace: 'retain-on-failure',
  },
  webServer: start('api', address('api')),
});
