import { defineConfig } from 'vitest/config';
import { discoveryForVite } from './discovery.config.mjs';

/** Where `.ci/run` wants the numbers of a run as JSON. */
const results = process.env.BULWARK_TEST_RESULTS;

export default defineConfig({
  plugins: [discoveryForVite()],
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    globalSetup: ['test/support/tool-groups-setup.ts'],
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    // Imports its JSON without an attribute, which Node refuses unless it is bundled (as the product is).
    deps: { optimizer: { ssr: { enabled: true, include: ['@actions/workflow-parser'] } } },
  },
});
