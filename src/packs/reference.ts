/** References to packs: a folder, an archive, a git repository or an npm package, read from what a person typed. */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BulwarkError, ExitCode } from '../errors.ts';
import { repoPathFault } from '../tree/repo-path.ts';

export type Reference =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'archive'; readonly path: string }
  | ({ readonly kind: 'download'; readonly url: string } & WithCredentials)
  | GitReference
  | { readonly kind: 'npm'; readonly name: string; readonly range: string };

export interface GitReference extends WithCredentials {
  readonly kind: 'git';
  /** Without user name and password; for ssh with the user name, which is no secret. */
  readonly url: string;
  /** Folder of the pack in the repository; empty: its root. */
  readonly folder: string;
  /** Tag, branch or commit; absent: what the repository points at. */
  readonly ref?: string;
}

interface WithCredentials {
  /** Of the URL's own host; never shown, recorded or sent anywhere else. */
  readonly credentials?: Credentials;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const MAX_LENGTH = 2048;
const ARCHIVE = /\.(?:tgz|tar\.gz)$/i;
const NPM = /^npm:(@[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*)(?:@(.+))?$/;
/** Versions, ranges and tags; nothing that npm reads as a folder, an address or another package. */
const NPM_RANGE = /^[A-Za-z0-9.^~<>=*|+ -]+$/;
const GITHUB = /^gh:([A-Za-z0-9][A-Za-z0-9-]*)\/([A-Za-z0-9._-]+)(?:\/([^@]*))?(?:@(.*))?$/;
/** git check-ref-format, and stricter; a leading hyphen would be an option. */
const GIT_REF = /^[A-Za-z0-9_@][A-Za-z0-9_@./+-]*$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-f:.]+\])$/;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A repository of this machine, named from the folder that relative references start from. */
const NEAR_GIT = /^file:(\.{1,2}(?:\/.*)?)$/;

const FORMS =
  'write ./folder, ./pack.tgz, https://host/pack.tgz, git+https://host/repo.git#folder@tag, gh:owner/repo/folder@tag or npm:@scope/name@^1';

/**
 * Reads a reference.
 * @param base the folder, absolute, that `git+file:../repository.git` starts from; folders and archives stay as they were typed
 * @throws BulwarkError (code 2) `pack-reference`, with what is wrong and the forms that there are
 */
export function parseReference(text: string, base?: string): Reference {
  const fail = (fault: string): never => {
    throw badReference(text, fault);
  };
  if (text.length > MAX_LENGTH) return fail('is too long');
  if (text === '' || /[\p{Control}\s]/u.test(text.replaceAll(' ', '')))
    return fail('is empty or holds a control character');
  if (text.startsWith('-')) return fail('starts with a hyphen, as options do');
  if (text.startsWith('npm:')) return npmReference(text, fail);
  if (text.startsWith('gh:')) return githubReference(text, fail);
  if (text.startsWith('git+')) return gitReference(text, base, fail);
  if (/^https?:\/\//.test(text)) {
    const url = urlOf(text, fail);
    if (!ARCHIVE.test(url.pathname)) return fail('is an address of no .tgz archive');
    return { kind: 'download', ...bare(url) };
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text))
    return fail('names a way to fetch it that bulwark does not use');
  if (ARCHIVE.test(text)) return { kind: 'archive', path: text };
  if (/^\.{0,2}\/|^\.{1,2}$/.test(text)) return { kind: 'folder', path: text };
  return fail('is no reference of a pack');
}

const badReference = (text: string, fault: string): BulwarkError =>
  new BulwarkError(ExitCode.usage, [
    {
      id: 'pack-reference',
      message: `the reference ${JSON.stringify(withoutUserinfo(text).slice(0, 200))} ${fault}`,
      where: '--pack',
      hint: FORMS,
    },
  ]);

function npmReference(text: string, fail: (fault: string) => never): Reference {
  const [, name, range = 'latest'] = NPM.exec(text) ?? [];
  if (name === undefined)
    return fail(
      'names no package with a scope: packs are found by scope, so that nobody else can squat their name',
    );
  if (!NPM_RANGE.test(range) || range.startsWith('-'))
    return fail('has a version that is neither a version, a range nor a tag');
  return { kind: 'npm', name, range };
}

function githubReference(text: string, fail: (fault: string) => never): Reference {
  const [, owner, repository, folder = '', ref] = GITHUB.exec(text) ?? [];
  if (owner === undefined || repository === undefined || repository.startsWith('.'))
    return fail('is not gh:owner/repo/folder@tag');
  const name = repository.replace(/\.git$/, '');
  return gitParts({ url: `https://github.com/${owner}/${name}.git` }, folder, ref, fail);
}

function gitReference(text: string, base: string | undefined, fail: (fault: string) => never): Reference {
  const [typed = '', ...rest] = text.slice('git+'.length).split('#');
  const [, near] = NEAR_GIT.exec(typed) ?? [];
  const address = near === undefined || base === undefined ? typed : pathToFileURL(resolve(base, near)).href;
  const fragment = rest.join('#');
  const cut = fragment.indexOf('@');
  const folder = cut < 0 ? fragment : fragment.slice(0, cut);
  const ref = cut < 0 ? undefined : fragment.slice(cut + 1);
  if (!/^(?:https|ssh|file):\/\//.test(address)) return fail('is no git address over https, ssh or file');
  const url = urlOf(address, fail);
  if (url.search !== '') return fail('has a query');
  return gitParts(bare(url), folder, ref, fail);
}

function gitParts(
  place: { readonly url: string; readonly credentials?: Credentials },
  folder: string,
  ref: string | undefined,
  fail: (fault: string) => never,
): Reference {
  const folderFault = folder === '' ? undefined : repoPathFault(folder);
  if (folderFault !== undefined) return fail(`has a folder that ${folderFault}`);
  const fault = ref === undefined ? undefined : refFault(ref);
  if (fault !== undefined) return fail(fault);
  return { kind: 'git', ...place, folder, ...(ref !== undefined && { ref }) };
}

function refFault(ref: string): string | undefined {
  if (ref.startsWith('-')) return 'has a ref that starts with a hyphen, as options do';
  return GIT_REF.test(ref) && !/\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[./]$/.test(ref)
    ? undefined
    : 'has a ref that git would not take for a name';
}

/** https; http only to this machine. */
function urlOf(text: string, fail: (fault: string) => never): URL {
  const url = URL.canParse(text) ? new URL(text) : fail('is no address');
  if (url.protocol === 'file:') return url.host === '' ? url : fail('is a file on another host');
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname)) return fail('is not https');
  if (!HOST.test(url.hostname)) return fail('has a host that is none');
  if (url.username.startsWith('-')) return fail('has a user name that starts with a hyphen');
  return url;
}

/** Whether an address may be fetched: https, or this machine. */
export const isSafeOrigin = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));

function bare(url: URL): { url: string; credentials?: Credentials } {
  const user = decoded(url.username);
  const password = decoded(url.password);
  const clean = new URL(url);
  clean.password = '';
  // Over ssh the name says who is asked for, usually "git"; a key answers.
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

/** A text that may hold an address, without user names and passwords. */
export const withoutUserinfo = (text: string): string => text.replace(/(:\/\/)[^/@\s]*@/g, '$1');

/** The reference as it is shown and recorded: without credentials, and in one form for each pack. */
export function formatReference(reference: Reference): string {
  switch (reference.kind) {
    case 'folder':
    case 'archive':
      return reference.path;
    case 'download':
      return reference.url;
    case 'npm':
      return `npm:${reference.name}@${reference.range}`;
    case 'git': {
      const ref = reference.ref === undefined ? '' : `@${reference.ref}`;
      const fragment = `${reference.folder}${ref}`;
      return `${repositoryOf(reference)}${fragment === '' ? '' : `#${fragment}`}`;
    }
  }
}

/** Where it lies on this machine, absolute: a folder, an archive or a git repository; undefined for what is fetched. */
export function placeOf(reference: Reference, cwd: string): string | undefined {
  switch (reference.kind) {
    case 'folder':
    case 'archive':
      return resolve(cwd, reference.path);
    case 'git':
      return reference.url.startsWith('file:') ? fileURLToPath(reference.url) : undefined;
    case 'download':
    case 'npm':
      return undefined;
  }
}

/** What trust is given to: the exact repository and folder, package or archive, whatever its version. */
export function sourceOf(reference: Reference): string {
  if (reference.kind === 'npm') return `npm:${reference.name}`;
  if (reference.kind !== 'git') return formatReference(reference);
  return `${repositoryOf(reference)}${reference.folder === '' ? '' : `#${reference.folder}`}`;
}

const repositoryOf = ({ url }: GitReference): string => `git+${url}`;
