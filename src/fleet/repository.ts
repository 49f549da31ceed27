/** One repository of a fleet: a folder of this machine, or a git remote; read from what a person wrote. */
import type { GitAddress } from '../repo/git-transport.ts';
import { repoPathFault } from '../tree/repo-path.ts';

interface Named {
  /** How reports call it. */
  readonly name: string;
  /** The folder in a mono-repository that bulwark looks after; empty: its root. */
  readonly folder: string;
}

export interface FolderRepository extends Named {
  readonly kind: 'folder';
  /** As it was written, and as reports show it. */
  readonly path: string;
}

export interface RemoteRepository extends Named, GitAddress {
  readonly kind: 'remote';
  /** The branch that is looked at and updated; absent: the one that the remote points at. */
  readonly branch?: string;
  /** `acme/orders`, for hosts that have owners. */
  readonly slug?: string;
}

export type FleetRepository = FolderRepository | RemoteRepository;

/** What a fleet file says of one repository, its shape judged. */
export interface FleetEntry {
  readonly path?: string;
  readonly url?: string;
  readonly branch?: string;
  readonly folder?: string;
  readonly name?: string;
}

export type RepositoryReading = { readonly repository: FleetRepository } | { readonly fault: string };

const MAX_LENGTH = 2048;
/** One letter before the colon is a drive of Windows. */
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:/;
/** `git@github.com:acme/orders.git`, which git takes for SSH (git-fetch(1), "GIT URLS"). */
const SCP = /^([A-Za-z0-9_][A-Za-z0-9_.-]*@)([A-Za-z0-9.-]+):(?!\/)(\S+)$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-f:.]+\])$/;
/** What git-check-ref-format(1) lets through, and stricter; a leading hyphen would be an option. */
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9_./+-]*$/;
/** The ways to fetch that are let through, as for packs. */
export const TRANSPORTS = ['https', 'ssh', 'file'] as const;

/** A string of a fleet file, or a word of the command line: an address where it has a scheme, else a folder. */
export function entryOf(text: string): FleetEntry {
  return SCHEME.test(text) || SCP.test(text) ? { url: text } : { path: text };
}

/** Judges one entry; a password in an address comes out of it here, and is in no message. */
export function readRepository(entry: FleetEntry): RepositoryReading {
  const { path, url, branch, folder = '', name } = entry;
  const folderFault = folder === '' ? undefined : repoPathFault(folder);
  if (folderFault !== undefined) return { fault: `has a folder that ${folderFault}` };
  if (branch !== undefined && branchFault(branch) !== undefined)
    return { fault: `has a branch that ${branchFault(branch) ?? ''}` };
  if ((path === undefined) === (url === undefined)) return { fault: 'needs either "path" or "url"' };
  if (path !== undefined) {
    if (branch !== undefined)
      return { fault: 'has a branch, which is for remotes: a folder is taken as it is' };
    const fault = pathFault(path);
    if (fault !== undefined) return { fault };
    return { repository: { kind: 'folder', path, folder, name: name ?? shownName(path, folder) } };
  }
  const reading = readAddress(url ?? '');
  if ('fault' in reading) return reading;
  const { address, slug } = reading;
  return {
    repository: {
      kind: 'remote',
      ...address,
      folder,
      name: name ?? shownName(slug ?? address.url, folder),
      ...(branch !== undefined && { branch }),
      ...(slug !== undefined && { slug }),
    },
  };
}

/** Why git would not take `name` for a branch, or would take it for something else. */
export function branchFault(name: string): string | undefined {
  if (name.startsWith('-')) return 'starts with a hyphen, as options do';
  return name.length <= 200 && BRANCH.test(name) && !/\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[./]$/.test(name)
    ? undefined
    : 'is no name that git takes';
}

function pathFault(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.length > MAX_LENGTH) return 'is too long';
  if (path.startsWith('-')) return 'starts with a hyphen, as options do; write ./ before it';
  return /\p{Control}/u.test(path) ? 'holds a control character' : undefined;
}

function readAddress(
  text: string,
): { readonly address: GitAddress; readonly slug?: string } | { readonly fault: string } {
  if (text.length > MAX_LENGTH) return { fault: 'is too long' };
  if (/[\p{Control}\s]/u.test(text)) return { fault: 'holds a space or a control character' };
  if (text.startsWith('-')) return { fault: 'starts with a hyphen, as options do' };
  const spelled = text.replace(SCP, 'ssh://$1$2/$3');
  if (!URL.canParse(spelled)) return { fault: 'is no address' };
  const url = new URL(spelled);
  const transport = url.protocol.slice(0, -1);
  if (!(TRANSPORTS as readonly string[]).includes(transport))
    return { fault: `has a transport that bulwark does not use; there are ${TRANSPORTS.join(', ')}` };
  if (url.search !== '' || url.hash !== '') return { fault: 'has a query or a fragment' };
  if (transport === 'file') {
    if (url.host !== '') return { fault: 'is a file on another host' };
    return url.pathname === '/' ? { fault: 'names no repository' } : { address: { url: url.href } };
  }
  if (!HOST.test(url.hostname)) return { fault: 'has a host that is none' };
  if (url.username.startsWith('-')) return { fault: 'has a user name that starts with a hyphen' };
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const last = segments.pop()?.replace(/\.git$/, '') ?? '';
  if (last === '') return { fault: 'names no repository' };
  const slug = [...segments, last].join('/');
  return {
    address: withoutPassword(url),
    ...(segments.length > 0 && /^[\w.~/-]+$/.test(slug) && { slug }),
  };
}

/** Over ssh the name says who is asked for, usually "git"; a key answers. */
function withoutPassword(url: URL): GitAddress {
  const user = decoded(url.username);
  const password = decoded(url.password);
  const clean = new URL(url);
  clean.password = '';
  if (url.protocol === 'ssh:') return { url: clean.href };
  clean.username = '';
  return { url: clean.href, ...((user !== '' || password !== '') && { credentials: { user, password } }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A per cent sign of its own: it was not encoded.
    return text;
  }
}

const shownName = (place: string, folder: string): string => (folder === '' ? place : `${place}#${folder}`);
