/** What the containers of every stack say alike: labels, the ports of the host, and what they are granted. */
import { literal } from '../render/view.ts';
import { hasOwnCertificate } from './application-view.ts';
import type { View } from './contribution.ts';
import type { Project, ProjectNames, Resources } from './define.ts';

const LAST_PORT = 65535;
const ACCOUNT_LENGTH = 30;

/** The name that the application has in its data services: short, because it occurs twice in a URL. */
export const accountOf = ({ identifier }: ProjectNames): string =>
  identifier.slice(0, ACCOUNT_LENGTH).replace(/_+$/, '');

/** Where PostgreSQL's image keeps its data: from version 18 on in a folder per version below its volume. */
export const postgresDataFolderOf = (version: string): string =>
  Number(version) >= 18 ? '/var/lib/postgresql' : '/var/lib/postgresql/data';

/** A size as people write it: `2G`, `1536M`. */
export const sizeOf = (megabytes: number): string =>
  megabytes % 1024 === 0 ? `${megabytes / 1024}G` : `${megabytes}M`;

/** https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/ */
export const spdxOf = (licence: string): string =>
  licence === 'proprietary' ? 'LicenseRef-Proprietary' : licence;

/** Limits and reservations as Compose reads them. */
export const composeResources = (resources: Resources): View => ({
  cpus: String(resources.cpuLimitMillis / 1000),
  memory: sizeOf(resources.memoryLimitMb),
  reservedCpus: String(resources.cpuRequestMillis / 1000),
  reservedMemory: sizeOf(resources.memoryRequestMb),
});

/** The stage that our Dockerfiles deploy. */
export const OUR_TARGET = 'production';

/** What `dockerfile` and `namedDockerfile` are in the view of every template that builds the image. */
export function dockerfileView(file: string): View {
  // Docker finds this name by itself.
  return { dockerfile: file, namedDockerfile: file !== 'Dockerfile' };
}

/**
 * @param port where the application listens in its container
 * @param portsVariable names the ports of the host that the replicas take in production
 */
export function containerView(project: Project, port: number, portsVariable: string): View {
  const replicas = project.has('compose') ? Number(project.answer('compose.replicas')) : 1;
  // The range ends at the last port there is, however high the port.
  const firstPort = Math.min(port, LAST_PORT + 1 - replicas);
  const hostPorts = replicas === 1 ? `${firstPort}` : `${firstPort}-${firstPort + replicas - 1}`;
  return {
    account: accountOf(project.names),
    spdx: spdxOf(project.licence),
    ...(project.has('docker') && dockerfileView(String(project.answer('docker.file')))),
    ...(project.facts.app && { resources: composeResources(project.facts.app.resources) }),
    proxied: project.has('nginx'),
    publishesPorts: project.has('compose') && !project.has('nginx'),
    // What an ACME service would issue is not there where nobody asks it.
    certificateOption: literal(hasOwnCertificate(project) ? '--cacert tls/certificate.pem' : '--insecure'),
    replicas,
    firstPort,
    hostPorts,
    // Made here, because in a template the braces of compose and of Handlebars run together.
    publishedPort: literal(`\${PORT:-${port}}`),
    publishedPorts: literal(`\${${portsVariable}:-${hostPorts}}`),
  };
}
