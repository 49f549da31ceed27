import { defineConfig } from 'vitest/config';
import { discoveryForVite } from './discovery.config.mjs';

/** Where `.ci/run` wants the numbers of a run as JSON. */
const results = process.env.BULWARK_TEST_RESULTS;

/** These measure times of the rendered application, so nothing else runs beside them. */
const MEASURING = ['test/tools/application.test.ts'];

/** What is rendered has tests of its own, which are run where its packages are. */
const GOLDEN = 'test/golden/trees/**';

export default defineConfig({
  plugins: [discoveryForVite()],
  test: {
    globalSetup: ['test/support/tool-groups-setup.ts'],
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: [...MEASURING, GOLDEN],
          sequence: { groupOrder: 0 },
          // Half of the time a test waits for a program: two files use two cores.
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: { name: 'measurements', include: MEASURING, sequence: { groupOrder: 1 }, maxWorkers: 1 },
      },
    ],
    env: { NODE_DISABLE_COMPILE_CACHE: '1' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Imports its JSON without an attribute, which Node refuses unless it is bundled (as the product is).
    deps: { optimizer: { ssr: { enabled: true, include: ['@actions/workflow-parser'] } } },
  },
});
