/** What the images of a repository tell: where its own are pushed, and which data services run at which version. */
import type { ComponentId } from '../component/define.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { Claim } from './evidence.ts';
import { dataServiceOf, versionOfTag, type ImageName } from './image-names.ts';
import type { Origin, Subject } from './precedence.ts';

/** The server of a data component, as some file runs it. */
export interface Server {
  readonly image: ImageName;
  readonly origin: Extract<Origin, 'compose' | 'cluster' | 'workflow'>;
  /** With its line: `compose.yaml:12`. */
  readonly where: string;
  readonly path: RepoPath;
}

const VERSIONED: Readonly<Record<string, Subject>> = {
  postgres: 'postgres.version',
  redis: 'redis.version',
  rabbitmq: 'rabbitmq.version',
};

/** The versions of the servers; a tag that names none says nothing. */
export const serverClaims = (servers: readonly Server[]): readonly Claim[] =>
  servers.flatMap(({ image, origin, where }) => {
    const subject = VERSIONED[dataServiceOf(image) ?? ''];
    const value = versionOfTag(image.tag);
    return subject === undefined || value === undefined
      ? []
      : [{ subject, origin, value, because: `${image.repository}:${image.tag ?? ''} in ${where}` }];
  });

/** The components whose servers run, each with the first place. */
export function componentsOf(servers: readonly Server[]): ReadonlyMap<ComponentId, string> {
  const found = new Map<ComponentId, string>();
  for (const { image, where } of servers) {
    const component = dataServiceOf(image);
    if (component !== undefined && !found.has(component)) {
      found.set(
        component,
        `${image.repository}${image.tag === undefined ? '' : `:${image.tag}`} in ${where}`,
      );
    }
  }
  return found;
}

/** A host has a dot or a port, or is this machine (distribution/reference, "Grammar"). */
const hasHost = (first: string): boolean => /[.:]/.test(first) || first === 'localhost';

/** Registries that no other machine can pull from. */
const LOCAL = /^(?:localhost|127\.0\.0\.1|host\.docker\.internal|kind-registry|registry\.local)(?::|\/|$)/;

/**
 * Where an own image is pushed: `ghcr.io/acme` of `ghcr.io/acme/orders`, `docker.io/acme` of `acme/orders`; and the owner
 * that this names. Nothing for an image without either, which is one of this machine.
 */
export function registryClaims(
  { repository }: ImageName,
  origin: Extract<Origin, 'compose' | 'cluster' | 'workflow'>,
  because: string,
): readonly Claim[] {
  const segments = repository.split('/');
  const [first = ''] = segments;
  if (segments.length < 2 || LOCAL.test(repository)) return [];
  const registry = (hasHost(first) ? segments : ['docker.io', ...segments]).slice(0, -1).join('/');
  if (!registry.includes('/') && /^(?:docker\.io|ghcr\.io)$/.test(registry)) return [];
  const owner = /^ghcr\.io\/([^/]+)/.exec(registry)?.[1];
  return [
    { subject: 'registry', origin, value: registry, because },
    ...(owner === undefined ? [] : [{ subject: 'owner', origin: 'image', value: owner, because } as const]),
  ];
}
