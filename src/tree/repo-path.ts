/** Which paths may be written inside a repository: POSIX, relative, portable; anything else is refused, never cleaned. */
import { usageError } from '../errors.ts';

declare const brand: unique symbol;

/** A path inside the repository that is safe to join to its root on any system. */
export type RepoPath = string & { readonly [brand]: 'RepoPath' };

/** Device names that Windows reserves in every folder, with or without an extension (learn.microsoft.com, "Naming Files"). */
const RESERVED =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(?:\.|$)/i;
// eslint-disable-next-line no-control-regex -- control characters are exactly what must be found
const FORBIDDEN = /[\u0000-\u001f\u007f<>:"|?*\\]/;
const MAX_SEGMENT_BYTES = 255;

/** Why `path` cannot be a path of a repository, or undefined if it can. */
export function repoPathFault(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.startsWith('/')) return 'is absolute';
  if (FORBIDDEN.test(path)) return 'holds a character that is not portable';
  for (const segment of path.split('/')) {
    if (segment === '') return 'has an empty segment';
    if (segment === '.' || segment === '..') return `has the segment "${segment}"`;
    if (/[. ]$/.test(segment)) return 'has a segment that ends with a dot or a space';
    if (RESERVED.test(segment)) return `has the reserved name "${segment}"`;
    if (segment.toLowerCase() === '.git') return 'leads into .git';
    if (/^git~\d+$/i.test(segment)) return 'is a short name of .git';
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return 'has a segment longer than 255 bytes';
  }
  return undefined;
}

/**
 * Brands a path as safe.
 * @param origin what names the path (a template, a layout answer), for the message
 * @throws BulwarkError (code 2) when it could leave the target or is not portable
 */
export function repoPath(path: string, origin: string): RepoPath {
  const fault = repoPathFault(path);
  if (fault !== undefined) {
    throw usageError([
      {
        id: 'unsafe-path',
        message: `the path ${JSON.stringify(path)} ${fault}`,
        where: origin,
        hint: 'use a relative path with forward slashes that stays inside the repository',
      },
    ]);
  }
  return path as RepoPath;
}
