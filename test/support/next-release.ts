/** Programs of Debian's next release, which are of the series that is pinned where those of the stable one are older: a root file system for each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, digestOf } from './cache.ts';
import { run } from './keep.ts';

const SUITE = 'forky';

/** The root file system, the same as a tar file, and a name for this making of both. */
export interface NextReleaseRoot {
  readonly root: string;
  readonly tar: string;
  readonly made: string;
}

/**
 * Made at the first call.
 * @param name of the script in `docker/` that makes it
 */
export async function provideNextRelease(name: 'nginx' | 'acme'): Promise<NextReleaseRoot> {
  const script = join(import.meta.dirname, 'docker', `${name}.sh`);
  const made = digestOf(readFileSync(script, 'utf8'), SUITE);
  const folder = cacheFolder(name, made);
  await run(['bash', script, folder, SUITE], { seconds: 600 });
  return { root: join(folder, 'root'), tar: join(folder, `${name}.tar`), made };
}
