/** Charts of others that the application's chart can bring along, and the lock that says which. */
import { createHash } from 'node:crypto';
import { CHARTS } from '../pins.ts';
import type { DataService } from '../workload-view.ts';

/** Under which the values of a dependency stand. */
export type DependencyName = 'postgresql' | 'redis' | 'monitoring';

interface Chart {
  readonly name: keyof typeof CHARTS;
  readonly alias: DependencyName;
}

const FOR_DATA: Readonly<Record<string, Chart>> = {
  postgres: { name: 'cluster', alias: 'postgresql' },
  redis: { name: 'valkey', alias: 'redis' },
};
const MONITORING: Chart = { name: 'kube-prometheus-stack', alias: 'monitoring' };

export interface Dependency {
  readonly name: string;
  readonly alias: DependencyName;
  readonly version: string;
  readonly repository: string;
  readonly condition: string;
}

/** Those that an application with these data services has a use for. */
export const dependenciesFor = (data: readonly DataService[]): readonly Dependency[] =>
  [...data.flatMap(({ component }) => FOR_DATA[component] ?? []), MONITORING].map(({ name, alias }) => ({
    name,
    alias,
    version: CHARTS[name].version,
    repository: CHARTS[name].repository,
    condition: `${alias}.enabled`,
  }));

/**
 * The digest of Chart.lock, by which Helm sees that it belongs to Chart.yaml: the hash of both lists of dependencies as Go
 * writes them (helm.sh/helm/v3, internal/resolver, HashReq).
 */
export function lockDigest(dependencies: readonly Dependency[]): string {
  const asked = dependencies.map(({ name, version, repository, condition, alias }) => ({
    name,
    version,
    repository,
    condition,
    alias,
  }));
  const locked = dependencies.map(({ name, version, repository }) => ({ name, version, repository }));
  return `sha256:${createHash('sha256')
    .update(JSON.stringify([asked, locked]))
    .digest('hex')}`;
}
