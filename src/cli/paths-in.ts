/** Paths that a person names, from where he stands, as paths of the repository. */
import { relative, resolve, sep } from 'node:path';
import { usageError } from '../errors.ts';

/**
 * @returns paths from the root with slashes; empty for the root itself
 * @throws BulwarkError (code 2) `outside` for what lies outside of the repository
 */
export function pathsIn(root: string, cwd: string, given: readonly string[]): readonly string[] {
  const paths = given.map((path) => [path, relative(root, resolve(cwd, path))] as const);
  const outside = paths.filter(([, way]) => way === '..' || way.startsWith(`..${sep}`));
  if (outside.length > 0) {
    throw usageError(
      outside.map(([path]) => ({
        id: 'outside',
        message: `${path} is not in this repository`,
        where: path,
        hint: 'name a file or a folder of the repository that you stand in',
      })),
    );
  }
  return paths.map(([, way]) => way.split(sep).join('/'));
}
