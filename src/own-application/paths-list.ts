/** Paths that a person lists in one line: the files and folders that an image is built from. */
import { repoPathFault } from '../tree/repo-path.ts';

const SEPARATOR = /\s*,\s*/;

/** What can stand bare in a .dockerignore, a Dockerfile and a README. */
const BARE = /^[A-Za-z0-9._][A-Za-z0-9._@+-]*(?:\/[A-Za-z0-9._@+-]+)*$/;

/** At most so many, for the list is read by people. */
export const MAX_PATHS = 120;

export const pathsIn = (list: string): readonly string[] =>
  list.split(SEPARATOR).filter((path) => path !== '');

/** Whether a path can be listed. */
export const isBarePath = (path: string): boolean => BARE.test(path) && repoPathFault(path) === undefined;

/** The fault of a list in plain words, or undefined. */
export function pathsFault(list: string): string | undefined {
  const paths = pathsIn(list);
  if (paths.length === 0) return 'must name at least one file or folder';
  if (paths.length > MAX_PATHS) return `must name no more than ${MAX_PATHS} files and folders`;
  const wrong = paths.find((path) => !isBarePath(path));
  return wrong === undefined
    ? undefined
    : 'must be paths inside of the repository with commas between, such as package.json, src';
}
