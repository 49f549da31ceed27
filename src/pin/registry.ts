/** Asks registries which content a tag stands for (OCI distribution specification 1.1, pull). */
import { createHash } from 'node:crypto';
import { BulwarkError, ExitCode, machineError, usageError } from '../errors.ts';
import { isRecord, listOf, recordOf } from '../verify/embedded/plain-data.ts';
import type { RegistryCredentials } from './docker-config.ts';
import { canonicalImage, type ImageName } from './reference.ts';
import { ask, jsonOf, unreachable, type Answer, type RequestPorts } from './requests.ts';

export interface ImageContent {
  /** Of the index where there is one, so that every architecture finds its image. */
  readonly digest: string;
  /** `linux/amd64`; null for an image that says nothing of it, being for one platform only. */
  readonly platforms: readonly string[] | null;
  /** How many more manifests the registry gives out to us for now. */
  readonly remaining?: number;
}

export type AskRegistry = (image: ImageName) => Promise<ImageContent>;

/** What is rendered is to run on both (SPEC 4: CI builds both). */
export const WANTED_PLATFORMS = ['linux/amd64', 'linux/arm64'] as const;

const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const IMAGE_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const ACCEPT = [...INDEX_TYPES, ...IMAGE_TYPES].join(', ');
const MAX_TOKEN_BYTES = 256 * 1024;
const MAX_MANIFESTS = 10_000;

/** The host that serves a registry: Docker Hub's has another name than its references (docs.docker.com, "Registry API"). */
export const hostOfRegistry = (registry: string): string =>
  registry === 'docker.io' ? 'registry-1.docker.io' : registry;

/**
 * Asks the registries; anonymous where they let us, with the credentials of the configuration else.
 * @returns a function that throws BulwarkError: `image-not-found`, `registry-denied` (code 2), `wrong-digest` (8), `bad-answer` and
 * those of `ask` (74)
 */
export function registryClient(credentials: RegistryCredentials, ports: RequestPorts): AskRegistry {
  return async (image) => {
    const url = manifestUrl(image);
    const first = await ask({ url, accept: ACCEPT }, ports);
    const answer = first.status === 401 ? await askAgain(image, url, first, credentials, ports) : first;
    return contentOf(image, answer);
  };
}

function manifestUrl({ registry, repository, tag }: ImageName): URL {
  const host = hostOfRegistry(registry);
  const scheme = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|$)/.test(host) ? 'http' : 'https';
  const address = `${scheme}://${host}/v2/${repository}/manifests/${tag}`;
  if (!URL.canParse(address)) throw unreachable(host, 'it is no name of a host');
  return new URL(address);
}

async function askAgain(
  image: ImageName,
  url: URL,
  refused: Answer,
  credentials: RegistryCredentials,
  ports: RequestPorts,
): Promise<Answer> {
  const challenge = challengeOf(refused.headers.get('www-authenticate'));
  const basic = credentials.of(image.registry);
  // A redirect led elsewhere: what that host asks for is not ours to give.
  if (!challenge || refused.url.origin !== url.origin) throw denied(image, credentials);
  if (challenge.scheme === 'basic') {
    if (basic === undefined) throw denied(image, credentials);
    return ask({ url, accept: ACCEPT, authorization: basic }, ports);
  }
  const token = await tokenFor(image, url, challenge, credentials, ports);
  return ask({ url, accept: ACCEPT, authorization: `Bearer ${token}` }, ports);
}

interface Challenge {
  readonly scheme: 'basic' | 'bearer';
  readonly realm: string;
  readonly service: string | undefined;
}

/** RFC 9110, 11.6.1; one header may hold several, and Bearer is what registries mean. */
function challengeOf(header: string | null): Challenge | undefined {
  if (header === null || header.length > 4096) return undefined;
  const bearer = /\bbearer\s+(.*)$/i.exec(header)?.[1];
  if (bearer === undefined) {
    return /\bbasic\b/i.test(header) ? { scheme: 'basic', realm: '', service: undefined } : undefined;
  }
  const parameter = (name: string) => new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(bearer)?.[1];
  const realm = parameter('realm');
  return realm === undefined ? undefined : { scheme: 'bearer', realm, service: parameter('service') };
}

async function tokenFor(
  image: ImageName,
  registry: URL,
  { realm, service }: Challenge,
  credentials: RegistryCredentials,
  ports: RequestPorts,
): Promise<string> {
  if (!URL.canParse(realm)) throw badAnswer(registry.host, 'names no address for its tokens');
  const url = new URL(realm);
  // A registry out there must not have us ask this machine.
  if (url.protocol !== 'https:' && registry.protocol === 'https:')
    throw badAnswer(registry.host, `sends for tokens to ${url.protocol}//${url.host}`);
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${image.repository}:pull`);
  const basic = credentials.of(image.registry);
  const isTrusted = isTokenHost(registry, url);
  const answer = await ask(
    {
      url,
      accept: 'application/json',
      maxBytes: MAX_TOKEN_BYTES,
      ...(basic !== undefined && isTrusted && { authorization: basic }),
    },
    ports,
  );
  if (answer.status >= 400 && answer.status < 500)
    throw denied(image, credentials, basic !== undefined && !isTrusted ? url.host : undefined);
  const { token, access_token: accessToken } = recordOf(jsonOf(answer));
  const given = token ?? accessToken;
  // A header cannot hold more, and a line end would be another header.
  if (answer.status !== 200 || typeof given !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(given))
    throw badAnswer(url.host, 'gives no token');
  return given;
}

/** Who may get the credentials of a registry: the same host, the domain that it lies below, and Docker Hub's own. */
function isTokenHost(registry: URL, realm: URL): boolean {
  if (realm.origin === registry.origin) return true;
  if (realm.protocol !== 'https:') return false;
  if (registry.host === 'registry-1.docker.io') return realm.host === 'auth.docker.io';
  return realm.hostname.includes('.') && registry.hostname.endsWith(`.${realm.hostname}`);
}

function contentOf(image: ImageName, answer: Answer): ImageContent {
  const { status, headers, body } = answer;
  const host = hostOfRegistry(image.registry);
  const named = canonicalImage(image);
  if (status === 404) {
    throw usageError([
      {
        id: 'image-not-found',
        message: `${host} has no ${named}`,
        where: named,
        hint: 'is the tag right? it may have been taken away',
      },
    ]);
  }
  if (status === 401 || status === 403) throw denied(image, undefined);
  if (status !== 200) throw badAnswer(host, `answers ${status} for ${named}`);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const told = headers.get('docker-content-digest');
  if (told?.startsWith('sha256:') === true && told !== digest) {
    throw new BulwarkError(ExitCode.integrity, [
      {
        id: 'wrong-digest',
        message: `what ${host} sent for ${named} is not what its digest says`,
        where: named,
        hint: `it says ${told}, and the content is ${digest}: something on the way changes it`,
      },
    ]);
  }
  const manifest = jsonOf(answer);
  if (!isRecord(manifest)) throw badAnswer(host, `sent no manifest for ${named}`);
  const platforms = platformsOf(manifest, headers.get('content-type'));
  if (platforms === undefined)
    throw badAnswer(host, `sent a manifest for ${named} of a kind that is not known`);
  const remaining = /^\d+/.exec(headers.get('ratelimit-remaining') ?? '')?.[0];
  return { digest, platforms, ...(remaining !== undefined && { remaining: Number(remaining) }) };
}

/** @returns undefined for something else than an index or an image, such as the signed manifests of version 1 */
function platformsOf(
  manifest: Readonly<Record<string, unknown>>,
  contentType: string | null,
): readonly string[] | null | undefined {
  const declared = typeof manifest.mediaType === 'string' ? manifest.mediaType : undefined;
  const type = declared ?? contentType?.replace(/;.*$/, '').trim() ?? '';
  if (IMAGE_TYPES.includes(type))
    return manifest.schemaVersion === 2 && isRecord(manifest.config) ? null : undefined;
  if (!INDEX_TYPES.includes(type) || manifest.schemaVersion !== 2) return undefined;
  const manifests = listOf(manifest.manifests);
  if (manifests.length === 0 || manifests.length > MAX_MANIFESTS) return undefined;
  const platforms = manifests.flatMap((entry) => {
    const { os, architecture } = recordOf(recordOf(entry).platform);
    // Attestations stand in an index as `unknown/unknown`.
    return typeof os === 'string' && typeof architecture === 'string' && os !== 'unknown'
      ? [`${os}/${architecture}`]
      : [];
  });
  return [...new Set(platforms)].sort();
}

function denied(
  image: ImageName,
  credentials: RegistryCredentials | undefined,
  otherHost?: string,
): BulwarkError {
  const { registry } = image;
  const helper = credentials?.helperOf(registry);
  const login = `docker login${registry === 'docker.io' ? '' : ` ${registry}`}`;
  const hint =
    otherHost !== undefined
      ? `its tokens come from ${otherHost}, which the credentials of ${registry} are not sent to`
      : helper !== undefined
        ? `the credentials are with docker-credential-${helper}, which bulwark does not run; put them into auths of a config.json in DOCKER_CONFIG`
        : `does it exist? if it is private: ${login}`;
  return usageError([
    {
      id: 'registry-denied',
      message: `${hostOfRegistry(registry)} does not let us see ${canonicalImage(image)}`,
      where: canonicalImage(image),
      hint,
    },
  ]);
}

const badAnswer = (host: string, what: string): BulwarkError =>
  machineError({
    id: 'bad-answer',
    message: `${host} ${what}`,
    where: host,
    hint: 'is it a registry? try again later, or name another one',
  });
