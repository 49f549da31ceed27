import { defineConfig } from 'vitest/config';
import { discoveryForVite } from './discovery.config.mjs';

export default defineConfig({
  plugins: [discoveryForVite()],
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
