/** `acme@1.3.0`: a pack that a repository has, in another version. */
import { usageError } from '../errors.ts';
import type { LockedPack } from '../repo/lockfile.ts';
import { isVersion } from './version-range.ts';

const SHORT = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)@v?(\d\S*)$/;

/**
 * The whole reference of a short one.
 * @param text as typed
 * @param locked the packs of the repository
 * @returns the reference of that pack with the version in the place of the present one; any other text as it is
 * @throws BulwarkError (code 2) `pack-version` where there is no such pack, or its reference does not name its version
 */
export function atVersion(text: string, locked: readonly LockedPack[]): string {
  const [, name = '', version = ''] = SHORT.exec(text) ?? [];
  if (!isVersion(version)) return text;
  const pack = locked.find((candidate) => candidate.name === name);
  const whole = pack && withVersion(pack, version);
  if (whole !== undefined) return whole;
  const names = locked.map((candidate) => candidate.name).join(', ') || 'none';
  throw usageError([
    {
      id: 'pack-version',
      message: pack
        ? `the reference of "${name}" does not name its version: ${pack.reference}`
        : `the repository has no pack "${name}"`,
      where: `--pack ${text}`,
      hint: pack
        ? 'give the whole reference of the version that you want'
        : `its packs are: ${names}; a new one is given by its whole reference`,
    },
  ]);
}

/** The reference with another version in it; undefined where it names none: a folder, a branch. */
export function withVersion({ reference, version: present }: LockedPack, wanted: string): string | undefined {
  if (reference.startsWith('npm:')) return `${reference.slice(0, reference.lastIndexOf('@'))}@${wanted}`;
  // In a git reference the tag alone is meant, in an archive's its file name.
  const from = reference.startsWith('git+')
    ? reference.indexOf('@', reference.indexOf('#'))
    : reference.lastIndexOf('/');
  const isArchive = /\.(?:tgz|tar\.gz)$/i.test(reference);
  if (from < 0 || !(isArchive || reference.startsWith('git+'))) return undefined;
  const tail = reference.slice(from);
  return tail.includes(present)
    ? `${reference.slice(0, from)}${tail.replaceAll(present, wanted)}`
    : undefined;
}
