/** What the containers of every stack say alike: labels and the ports of the host. */
import { literal } from '../render/view.ts';
import type { View } from './contribution.ts';
import type { Project, ProjectNames } from './define.ts';

const LAST_PORT = 65535;
const ACCOUNT_LENGTH = 30;

/** The name that the application has in its data services: short, because it occurs twice in a URL. */
export const accountOf = ({ identifier }: ProjectNames): string =>
  identifier.slice(0, ACCOUNT_LENGTH).replace(/_+$/, '');

/** Where PostgreSQL's image keeps its data: from version 18 on in a folder per version below its volume. */
export const postgresDataFolderOf = (version: string): string =>
  Number(version) >= 18 ? '/var/lib/postgresql' : '/var/lib/postgresql/data';

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
    // https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/
    spdx: project.licence === 'proprietary' ? 'LicenseRef-Proprietary' : project.licence,
    ...(project.has('docker') && { dockerfile: String(project.answer('docker.file')) }),
    replicas,
    firstPort,
    hostPorts,
    // Made here, because in a template the braces of compose and of Handlebars run together.
    publishedPort: literal(`\${PORT:-${port}}`),
    publishedPorts: literal(`\${${portsVariable}:-${hostPorts}}`),
  };
}
