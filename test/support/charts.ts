/** Charts in tests: what they depend on is stood in for by empty charts, without which helm neither lints nor renders. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Metadata {
  readonly dependencies?: readonly { readonly name: string; readonly version: string }[];
}

/**
 * Puts an empty chart of the same name and version into `charts/` for each dependency.
 * @returns their names
 */
export function stubDependencies(chart: string): readonly string[] {
  const { dependencies = [] } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as Metadata;
  for (const { name, version } of dependencies) {
    const folder = join(chart, 'charts', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
  }
  return dependencies.map(({ name }) => name);
}
