/** nginx in front of the application: ends TLS, limits clients, and is the only thing that production publishes. */
import { applicationOf } from '../src/component/application-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { integer } from '../src/component/fields.ts';
import { literal } from '../src/render/view.ts';

/** How many requests beyond the rate a client may send at once: half a minute's, as a page that loads does. */
const burstOf = (requestsPerMinute: number): number => Math.max(1, Math.ceil(requestsPerMinute / 2));

/** A dot of a path stands for itself in a pattern. */
const escaped = (path: string): string => path.replaceAll('.', String.raw`\.`);

function applicationView(project: Project) {
  const app = applicationOf(project);
  return {
    service: app.service,
    port: app.port,
    privatePaths: app.privatePaths.map((path) => literal(escaped(path))),
    authentication: app.authenticationPath !== undefined,
    authenticationPath: app.authenticationPath ?? '',
  };
}

export default defineComponent({
  id: 'nginx',
  category: 'containers',
  description: 'nginx as reverse proxy in production: TLS, security headers, limits per client',
  chosenByDefault: false,
  requires: ['docker', 'compose'],
  fields: {
    requestsPerMinute: integer('Requests a minute', {
      help: 'How many requests the proxy passes on for one client each minute, before it answers 429.',
      default: 100,
      min: 1,
      max: 100_000,
    }),
    authRequestsPerMinute: integer('Authentication requests a minute', {
      help: 'How many attempts to log in, register or refresh one client has each minute.',
      default: 10,
      min: 1,
      max: 10_000,
    }),
    maxBodyMb: integer('Largest request body (MB)', {
      help: 'What the proxy refuses with 413 when it is larger; the application may allow less.',
      default: 1,
      min: 1,
      max: 10_240,
    }),
  },
  view: ({ requestsPerMinute, authRequestsPerMinute, maxBodyMb }, project) => ({
    requestsPerMinute,
    burst: burstOf(requestsPerMinute),
    authRequestsPerMinute,
    // One is let through besides the burst.
    authBurst: Math.max(1, authRequestsPerMinute - 1),
    maxBodyMb,
    // Seconds until the next request is let through, rounded up.
    retryAfter: Math.ceil(60 / requestsPerMinute),
    authRetryAfter: Math.ceil(60 / authRequestsPerMinute),
    ...applicationView(project),
    // Made here, because in a template the braces of compose and of Handlebars run together.
    publishedHttp: literal('${HTTP_PORT:-80}'),
    publishedHttps: literal('${HTTPS_PORT:-443}'),
    certificateFile: literal('${TLS_CERTIFICATE_FILE:-./tls/certificate.pem}'),
    privateKeyFile: literal('${TLS_PRIVATE_KEY_FILE:-./tls/private_key.pem}'),
  }),
  contributes: () => [
    add.compose('production', 'compose/proxy.production.yml', { order: 25 }),
    add.workflow('ci', 'ci/certificate.yml', { order: 72 }),
    add.env('env', 'env/proxy.env', { order: 15 }),
    add.ignore('git', 'ignore/gitignore', { order: 60 }),
    add.readme('readme', 'readme/proxy.md', { order: 49 }),
  ],
  diagram: () => [{ from: 'clients', to: 'nginx', label: 'HTTPS 443' }],
  samples: {
    default: {},
    strict: { requestsPerMinute: 30, authRequestsPerMinute: 3, maxBodyMb: 8 },
  },
});
