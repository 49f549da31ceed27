/** The questions about the cluster that the application runs on, for every component that renders it for one. */
import { integer, matching, text, type Fields } from './fields.ts';

/** RFC 1123 label: what names a namespace, a store, an issuer or a class. */
const LABEL = '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$';
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4_NETWORK = `^${OCTET}(?:\\.${OCTET}){3}/(?:3[0-2]|[12]?[0-9])$`;

const label = (title: string, help: string, fallback: string) =>
  text(title, {
    help,
    default: fallback,
    maxLength: 63,
    ...matching(LABEL, 'must be lower-case letters, digits and hyphens, such as production'),
  });

/** What of the cluster the pods meet. */
export const clusterFields = {
  ingressClass: label('Ingress class', 'Which controller of the cluster publishes the service.', 'nginx'),
  ingressNamespace: label(
    'Ingress namespace',
    'Where the ingress controller runs; nobody else outside of the namespace reaches the service.',
    'ingress-nginx',
  ),
  clusterIssuer: label(
    'Certificate issuer',
    'The ClusterIssuer of cert-manager that the TLS certificate comes from.',
    'letsencrypt',
  ),
  monitoringNamespace: label(
    'Monitoring namespace',
    'Where Prometheus runs, which may read the metrics.',
    'monitoring',
  ),
  secretStore: label(
    'Secret store',
    'The ClusterSecretStore of the External Secrets Operator that holds the values, where it makes the Secret.',
    'secrets',
  ),
  dataNetwork: text('Data network', {
    help: 'The IPv4 network of the databases and brokers of staging and production; pods reach no other.',
    default: '10.0.0.0/8',
    maxLength: 18,
    ...matching(IPV4_NETWORK, 'must be an IPv4 network, such as 10.20.0.0/16'),
  }),
} as const satisfies Fields;

/** How many pods there are of a worker. */
export const workerReplicas = integer('Worker replicas', {
  help: 'How many pods there are of each worker, where the application has workers.',
  default: 2,
  min: 2,
  max: 100,
});
