/** What the name of a container image tells: which data service it is, at which version, and who keeps it. */
import type { ComponentId } from '../component/define.ts';

export interface ImageName {
  /** `ghcr.io/acme/orders`, without tag and digest. */
  readonly repository: string;
  /** The last part: `orders`. */
  readonly name: string;
  readonly tag: string | undefined;
}

/** `${IMAGE:-acme/api}:${TAG:-1.2}` → `acme/api:1.2`: what compose puts in where nothing else is set. */
export const withDefaults = (text: string): string =>
  text.replace(/\$\{\w+(?::?-([^{}]*))?[^{}]*\}/g, (_, fallback?: string) => fallback ?? '');

/** @returns undefined for what is no image's name, a variable without a default among it */
export function parseImage(reference: string): ImageName | undefined {
  const plain = withDefaults(reference.trim()).replace(/@sha256:.*$/, '');
  const [, repository, tag] =
    /^([a-z0-9][\w.:/-]*?)(?::([\w][\w.-]{0,127}))?$/.exec(plain.slice(0, 300)) ?? [];
  if (repository === undefined || repository.includes('//') || repository.endsWith('/')) return undefined;
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  // A colon is the port of a registry, or stands before the tag.
  return name.includes(':') ? undefined : { repository, name, tag };
}

/** Images that are the server of a component of ours, under any publisher. */
const DATA_SERVICES: readonly (readonly [RegExp, ComponentId])[] = [
  [/^(?:postgres(?:ql)?|postgis|timescaledb(?:-ha)?|pgvector)$/, 'postgres'],
  [/^(?:redis|redis-stack(?:-server)?)$/, 'redis'],
  [/^rabbitmq$/, 'rabbitmq'],
];

/** The component whose server the image is. */
export const dataServiceOf = ({ name }: ImageName): ComponentId | undefined =>
  DATA_SERVICES.find(([pattern]) => pattern.test(name))?.[1];

/** Images that stand beside an application and are nobody's own: their ports and users say nothing of it. */
const FOREIGN =
  /^(?:postgres|postgis|timescale|pgvector|pgadmin|pgbouncer|redis|valkey|memcached|rabbitmq|mysql|mariadb|mongo|nginx|traefik|caddy|haproxy|envoy|httpd|kafka|cp-|zookeeper|redpanda|nats|elasticsearch|opensearch|kibana|logstash|fluent|grafana|prometheus|loki|promtail|tempo|jaeger|otel|opentelemetry|alertmanager|node-exporter|minio|mailhog|mailpit|localstack|vault|consul|adminer|keycloak|busybox|alpine|debian|ubuntu|curl|kubectl)/;

export const isForeign = ({ name }: ImageName): boolean => FOREIGN.test(name);

/** `16.3` of `16.3-alpine`, `16` of `latest-pg16`; undefined for a tag that names no version. */
export const versionOfTag = (tag: string | undefined): string | undefined =>
  /^v?(\d+(?:\.\d+)*)(?:$|[-_.a-z])/.exec(tag ?? '')?.[1] ?? /(?:^|-)pg(\d+(?:\.\d+)*)/.exec(tag ?? '')?.[1];

/**
 * The version that can be chosen and is meant: `16` of `16.3`; the newest 7 of a bare `7`, which is what such a tag gives.
 * @param options oldest first
 */
export const optionOf = (version: string, options: readonly string[]): string =>
  options.find((option) => version === option || version.startsWith(`${option}.`)) ??
  options.filter((option) => option.startsWith(`${version}.`)).at(-1) ??
  version;
