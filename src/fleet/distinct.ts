/** Finds entries of a fleet that are one repository, before anything is started for either. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Issue } from '../errors.ts';
import { lookAtFolder } from './managed-folder.ts';
import type { FleetRepository } from './repository.ts';

/**
 * @param base where folders are taken from; absolute
 * @returns `fleet-twice` for each entry that is a repository of an earlier one, also by another name or through a link
 */
export function listedTwice(repositories: readonly FleetRepository[], base: string): readonly Issue[] {
  return repeated(
    repositories.map((repository) => [
      repository,
      JSON.stringify([placeOf(repository, base), 'branch' in repository ? repository.branch : null]),
    ]),
    (first, second) => ({
      id: 'fleet-twice',
      message:
        first.name === second.name
          ? `${second.name} is listed twice`
          : `${second.name} is the same repository as ${first.name}`,
      where: second.name,
      hint: 'leave out one of the two',
    }),
  );
}

/** The branch that an update of this repository is put on: each folder of a mono-repository has its own. */
export const branchOf = ({ folder }: FleetRepository, branch: string): string =>
  folder === '' ? branch : `${branch}-${folder.replaceAll('/', '-')}`;

/** @returns `fleet-branch` for each entry whose update would be put on the branch of an earlier one */
export function sharedBranches(
  repositories: readonly FleetRepository[],
  base: string,
  branch: string,
): readonly Issue[] {
  return repeated(
    repositories.map((repository) => [
      repository,
      JSON.stringify([placeOf({ ...repository, folder: '' }, base), branchOf(repository, branch)]),
    ]),
    (first, second) => ({
      id: 'fleet-branch',
      message: `the updates of ${first.name} and of ${second.name} would be put on one branch of one repository`,
      where: second.name,
      hint: 'update them one after the other, each with a --branch of its own',
    }),
  );
}

function repeated(
  keyed: readonly (readonly [FleetRepository, string])[],
  issueOf: (first: FleetRepository, second: FleetRepository) => Issue,
): readonly Issue[] {
  const seen = new Map<string, FleetRepository>();
  return keyed.flatMap(([repository, key]) => {
    const first = seen.get(key);
    if (first) return [issueOf(first, repository)];
    seen.set(key, repository);
    return [];
  });
}

/** The real folder, or the address in one spelling. */
function placeOf(repository: FleetRepository, base: string): string {
  if (repository.kind === 'folder') {
    const { folder, path } = repository;
    return lookAtFolder(join(resolve(base, path), folder)).root;
  }
  const { url, folder } = repository;
  if (url.startsWith('file:')) return join(lookAtFolder(fileURLToPath(url)).root, folder);
  return JSON.stringify([url.replace(/(?:\.git)?\/*$/, ''), folder]);
}
