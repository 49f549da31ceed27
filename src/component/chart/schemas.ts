/** The forms that values of the chart may have; Helm names the path and the pattern of what it refuses. */
import type { Schema } from './value.ts';

/** RFC 1123 label: names of namespaces, classes, stores. */
export const LABEL: Schema = { pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' };
/** The same, or empty. */
export const LABEL_OR_EMPTY: Schema = { pattern: '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$' };
/** RFC 1123 subdomain, or empty: names of most objects. */
export const NAME_OR_EMPTY: Schema = { pattern: '^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$' };
export const HOST: Schema = { pattern: '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]+$' };
export const PATH: Schema = { pattern: '^/[^\\s?#]*$' };
export const PATH_OR_EMPTY: Schema = { pattern: '^(/[^\\s?#]*)?$' };
export const PORT: Schema = { type: 'integer', minimum: 1, maximum: 65535 };
export const PERCENT: Schema = { type: 'integer', minimum: 1, maximum: 100 };
/** distribution/reference grammar: a registry with optional port, then path segments, without tag. */
export const REPOSITORY: Schema = { pattern: '^[a-z0-9]+([.:_/-]+[a-z0-9]+)*$' };
export const TAG: Schema = { pattern: '^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$' };
export const DIGEST: Schema = { pattern: '^(sha256:[a-f0-9]{64})?$' };
/** Kubernetes' resource.Quantity, as far as people write it. */
export const QUANTITY: Schema = { pattern: '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$' };
/** docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, without the dots that break TLS; or none. */
export const BUCKET: Schema = { pattern: '^([a-z0-9][a-z0-9-]{1,61}[a-z0-9])?$' };
export const REGION: Schema = { pattern: '^([a-z]{2}(-[a-z]+)+-[0-9])?$' };
/** Five fields of cron. */
export const CRON: Schema = { pattern: '^(\\S+ ){4}\\S+$' };
export const SECONDS: Schema = { type: 'integer', minimum: 1, maximum: 86400 };
export const REPLICAS: Schema = { type: 'integer', minimum: 0, maximum: 1000 };
/** kube-score and checkov ask for a user above 10000. */
export const USER: Schema = { type: 'integer', minimum: 10001, maximum: 2147483647 };
export const WORDS: Schema = { type: 'array', items: { type: 'string' } };
export const PORTS: Schema = { type: 'array', items: PORT, minItems: 1 };
/** IPv4 or IPv6 with its bits. */
export const NETWORK: Schema = { pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$' };
export const NETWORKS: Schema = { type: 'array', items: { type: 'string', ...NETWORK } };
/** IEEE 1003.1, "Environment Variables", in capitals. */
export const VARIABLES: Schema = {
  propertyNames: { pattern: '^[A-Z][A-Z0-9_]*$' },
  additionalProperties: { type: 'string' },
};
/** Labels, annotations, selectors of nodes. */
export const TEXTS: Schema = { additionalProperties: { type: 'string' } };
/** Whatever Kubernetes takes there. */
export const OBJECTS: Schema = { type: 'array', items: { type: 'object' } };
/** The values of another chart, which has a schema of its own. */
export const ANYTHING: Schema = { additionalProperties: true };

export const oneOf = (...options: readonly string[]): Schema => ({ enum: options });
