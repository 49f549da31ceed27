/** Gives what stands for an alpine image the programs that Dockerfiles on it call, where they call them: no registry of Alpine's can be asked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './cache.ts';
import type { Docker } from './docker.ts';

const FOLDER = join(import.meta.dirname, 'docker/alpine');

/** @param image one that `provideImages` has made from Debian's packages */
export async function giveAlpinePrograms(docker: Docker, image: string): Promise<void> {
  const made = digestOf(
    ...['Dockerfile', 'alpine.sh'].map((name) => readFileSync(join(FOLDER, name), 'utf8')),
  );
  const { stdout } = await docker.tryDocker([
    ...['inspect', '--format', '{{index .Config.Labels "bulwark.alpine"}}', image],
  ]);
  if (stdout.trim() === made) return;
  const variables = [`IMAGE=${image}`, `MADE=${made}`].flatMap((variable) => ['--build-arg', variable]);
  await docker.docker(['build', '--quiet', '--tag', image, ...variables, FOLDER]);
}
