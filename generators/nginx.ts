/** nginx in front of the application: ends TLS, limits clients, and is the only thing that production publishes. */
import { applicationOf, productionStackOf } from '../src/component/application-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type ListenerProcess, type Project } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { literal } from '../src/render/view.ts';

/** How many requests beyond the rate a client may send at once: half a minute's, as a page that loads does. */
const burstOf = (requestsPerMinute: number): number => Math.max(1, Math.ceil(requestsPerMinute / 2));

/** A dot of a path stands for itself in a pattern. */
const escaped = (path: string): string => path.replaceAll('.', String.raw`\.`);

/** What of a listener's own would be reached below the path that is passed on to it. */
const privateOf = ({ path, livePath, readyPath, metricsPath }: ListenerProcess): readonly string[] =>
  [...new Set([livePath, readyPath, metricsPath ?? ''])].filter((own) => own.startsWith(`${path}/`));

function applicationView(project: Project) {
  const app = applicationOf(project);
  return {
    service: app.service,
    port: app.port,
    privatePaths: [...app.privatePaths, ...app.listeners.flatMap(privateOf)].map((path) =>
      literal(escaped(path)),
    ),
    listeners: app.listeners.map(({ name, does, port, path }) => ({
      ...{ name, does: literal(does), port, path },
      pattern: literal(escaped(path)),
    })),
    hasListeners: app.listeners.length > 0,
    // What is replaced behind the proxy, one after the other.
    rolled: [app.service, ...app.listeners.map(({ name }) => name)],
    migrates: app.migrateTarget !== undefined,
    authentication: app.authenticationPath !== undefined,
    authenticationPath: app.authenticationPath ?? '',
  };
}

/** Where nginx finds its certificate and the key, and what it is started by. */
const CERTIFICATES = {
  own: {
    servedCertificate: '/run/secrets/tls_certificate',
    servedKey: '/run/secrets/tls_private_key',
    entrypoint: '[nginx, -g, "daemon off;"]',
  },
  // One file has both, so that they are exchanged together.
  acme: {
    servedCertificate: '/run/certificates/served.pem',
    servedKey: '/run/certificates/served.pem',
    entrypoint: '[/bin/sh, /usr/local/bin/start-proxy]',
  },
} as const;

function certificateView(certificates: keyof typeof CERTIFICATES) {
  const { servedCertificate, servedKey, entrypoint } = CERTIFICATES[certificates];
  return {
    acme: certificates === 'acme',
    servedCertificate: literal(servedCertificate),
    servedKey: literal(servedKey),
    entrypoint: literal(entrypoint),
    // Made here, because in a template the braces of compose and of Handlebars run together.
    certificateFile: literal('${TLS_CERTIFICATE_FILE:-./tls/certificate.pem}'),
    privateKeyFile: literal('${TLS_PRIVATE_KEY_FILE:-./tls/private_key.pem}'),
    // Empty is an answer: nobody is asked.
    acmeServer: literal('${ACME_SERVER-https://acme-v02.api.letsencrypt.org/directory}'),
    acmeEmail: literal('${ACME_EMAIL:-}'),
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
    certificates: choice('Certificates', ['own', 'acme'], {
      help: 'Files that you bring and renew, or those that an ACME service such as Let’s Encrypt issues and renews.',
      default: 'own',
    }),
  },
  layers: ({ certificates }) => [certificates],
  view: ({ requestsPerMinute, authRequestsPerMinute, maxBodyMb, certificates }, project) => ({
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
    ...certificateView(certificates),
    // Made here, because in a template the braces of compose and of Handlebars run together.
    publishedHttp: literal('${HTTP_PORT:-80}'),
    publishedHttps: literal('${HTTPS_PORT:-443}'),
    composeProduction: literal(productionStackOf(project)),
  }),
  secretScripts: ({ certificates }) =>
    certificates === 'own'
      ? [
          {
            order: 10,
            command: 'scripts/make_dev_certificate.sh',
            makes: 'a certificate that nobody trusts',
            section: '[The certificate](#the-certificate)',
          },
        ]
      : [],
  contributes: ({ certificates }) => [
    add.compose('production', 'compose/proxy.production.yml', { order: 25 }),
    ...(certificates === 'own'
      ? [
          add.compose('production', 'compose/own-certificate.production.yml', { order: 26 }),
          add.env('env', 'env/own-certificate.env', { order: 16 }),
          add.ignore('git', 'ignore/gitignore', { order: 60 }),
          add.readme('deployment', 'readme/own-certificate.md', { order: 21 }),
        ]
      : [
          add.compose('production', 'compose/acme.production.yml', { order: 26 }),
          add.workflow('ci', 'ci/acme.yml', { order: 72 }),
          add.env('env', 'env/acme.env', { order: 16 }),
          add.readme('deployment', 'readme/acme.md', { order: 21 }),
        ]),
    add.readme('deployment', 'readme/version.md', { order: 22 }),
    add.makefile('make', 'make/proxy.mk', { order: 21 }),
    add.env('env', 'env/proxy.env', { order: 15 }),
    add.readme('readme', 'readme/proxy.md', { order: 49 }),
  ],
  diagram: () => [{ from: 'clients', to: 'nginx', label: 'HTTPS 443' }],
  samples: {
    default: {},
    strict: { requestsPerMinute: 30, authRequestsPerMinute: 3, maxBodyMb: 8 },
    acme: { certificates: 'acme' },
  },
});
