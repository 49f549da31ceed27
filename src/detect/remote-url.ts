/** Reads the address of a git remote: who owns the repository, where; never the credentials that may stand in it. */
import type { RepositoryFacts } from './detection.ts';

const MAX_LENGTH = 2048;

/** `git@github.com:acme/orders.git`: what git takes for SSH without a scheme (git-fetch(1), "GIT URLS"). */
const SCP = /^(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!\/\/)(.+)$/;

/**
 * @param address what `git remote get-url` prints; URLs with a scheme, and the short form of SSH
 * @returns undefined for a folder or a file of this machine, and for what has no owner and name
 */
export function parseRemote(address: string): RepositoryFacts | undefined {
  const trimmed = address.trim();
  if (trimmed.length > MAX_LENGTH) return undefined;
  const place = fromUrl(trimmed) ?? fromScp(trimmed);
  if (place === undefined) return undefined;
  const segments = place.path
    .replace(/\/+$/, '')
    .replace(/\.git$/i, '')
    .split('/')
    .filter((segment) => segment !== '');
  const name = segments.at(-1) ?? '';
  const owner = segments.slice(0, -1).join('/');
  if (owner === '' || !segments.every((segment) => /^[\w.~-]+$/.test(segment))) return undefined;
  return { host: place.host.toLowerCase(), owner, name };
}

/** The address of its page, without user, password, port and query; undefined where it is none of the network. */
export function withoutCredentials(address: string): string | undefined {
  const remote = parseRemote(address);
  return remote && `https://${remote.host}/${remote.owner}/${remote.name}`;
}

interface Place {
  readonly host: string;
  readonly path: string;
}

function fromUrl(address: string): Place | undefined {
  if (!/^(?:https?|ssh|git|git\+ssh):\/\//i.test(address)) return undefined;
  try {
    const { hostname, pathname } = new URL(address);
    return hostname === '' ? undefined : { host: hostname, path: pathname };
  } catch {
    // Not an address; a remote may be called anything.
    return undefined;
  }
}

function fromScp(address: string): Place | undefined {
  const [, host, path] = SCP.exec(address) ?? [];
  // `C:\repo` and `C:/repo` are folders of a Windows machine.
  return host === undefined || path === undefined || host.length < 2 ? undefined : { host, path };
}
