/** The built program, whose modules are bundled, judges a chart with dependencies as the sources do. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../support/program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-charts-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** As far as this test goes helm: it wants what a chart depends on to lie in `charts/`. */
const HELM = `#!/bin/sh
case "$1" in
  version) echo v4.0.0 ;;
  lint)
    for last in "$@"; do case "$last" in */chart) chart=$last ;; esac; done
    if [ -f "$chart/charts/valkey/Chart.yaml" ]; then printf '1 chart(s) linted, 0 chart(s) failed\\n'
    else printf '[WARNING] values.yaml: chart directory is missing these dependencies: valkey\\n\\nError: 1 chart(s) linted, 1 chart(s) failed\\n'; exit 1
    fi ;;
esac
`;

const CHART = 'apiVersion: v2\nname: shop\nversion: 0.1.0\n';
const DEPENDENCIES =
  'dependencies:\n  - name: valkey\n    version: 0.11.0\n    repository: https://valkey.io/valkey-helm/\n';

/** What helm finds in a chart whose file says this. */
function foundIn(name: string, chart: string): unknown {
  const place = join(folder, name);
  mkdirSync(join(place, 'chart'), { recursive: true });
  writeFileSync(join(place, 'chart/Chart.yaml'), chart);
  writeFileSync(join(place, 'chart/values.yaml'), 'replicas: 1\n');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin/helm'), HELM);
  chmodSync(join(folder, 'bin/helm'), 0o755);
  const { stdout } = runProgram(['verify', '--json'], {
    cwd: place,
    env: { PATH: [join(folder, 'bin'), '/usr/bin', '/bin'].join(delimiter) },
  });
  const { results } = JSON.parse(stdout) as { results: readonly { check: string }[] };
  return results.find(({ check }) => check === 'helm');
}

test('an empty chart stands in for each dependency that is not there', () => {
  expect(foundIn('with', CHART + DEPENDENCIES)).toMatchObject({ outcome: 'passed' });
});

test('the twin: where the file does not tell of it, it is missing', () => {
  expect(foundIn('without', CHART)).toMatchObject({ outcome: 'findings' });
});
