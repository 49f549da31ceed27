/** Containers as the strictest orchestrator would run them, and what tests ask of them: images, answers, health, how they end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { startDocker, type Docker } from './docker.ts';
import { run, tryRun, until } from './keep.ts';
import { OWN_NETWORK_URLS, startServices, type Services } from './services.ts';

/** How a container came to its end. */
export interface Ended {
  readonly code: string;
  readonly seconds: number;
}

export interface Containers {
  /** The options of `docker run`: read-only, without capabilities, as a user that no image knows. */
  readonly hardened: readonly string[];
  /** Builds a stage of a Dockerfile. */
  readonly build: (
    folder: string,
    tag: string,
    target: string,
    options?: readonly string[],
  ) => Promise<string>;
  /** Asks from inside the network; the statuses of all answers. */
  readonly statuses: (...args: readonly string[]) => Promise<readonly string[]>;
  /** Asks from inside the network; the body of an answer that is none of a fault. */
  readonly answer: (...args: readonly string[]) => Promise<string>;
  /** Starts one and waits until a URL answers 200. */
  readonly start: (
    name: string,
    image: string,
    url: string,
    options?: readonly string[],
    command?: readonly string[],
  ) => Promise<void>;
  /** Runs a script in an image and returns what it printed. */
  readonly shell: (image: string, script: string) => Promise<string>;
  /** Runs the step of the rendered workflow that holds an image to its budget, as GitHub runs it. */
  readonly holdToBudget: (
    folder: string,
    image: string,
    variables?: Readonly<Record<string, string>>,
  ) => ReturnType<typeof tryRun>;
  /** Stops one as an orchestrator does, and removes it. */
  readonly stop: (name: string, grace?: number) => Promise<Ended>;
  /** The exit code of the image's own HEALTHCHECK, run in a container with other variables if need be. */
  readonly health: (name: string, variables?: readonly string[]) => Promise<number | string>;
}

/** What the tests of an image have around them. */
export interface Surroundings {
  readonly docker: Docker;
  readonly containers: Containers;
  /** In the network of the containers. */
  readonly services: Services;
  /** Ends all of it, and removes the images whose name a later build took. */
  readonly end: () => Promise<void>;
}

/**
 * Starts a Docker, and the data services in its network; when one of them does not start, none is left.
 * @param uid the user that the containers run as
 */
export async function startSurroundings(uid: number): Promise<Surroundings> {
  const docker = await startDocker();
  try {
    const services = await startServices(OWN_NETWORK_URLS, docker.network.within);
    return {
      docker,
      containers: containersOf(docker, uid),
      services,
      end: async () => {
        await services.end();
        await docker.tryDocker(['image', 'prune', '--force']);
        await docker.end();
      },
    };
  } catch (error) {
    await docker.end();
    throw error;
  }
}

/** @param uid the user that they run as */
function containersOf(docker: Docker, uid: number): Containers {
  const hardened = [
    ...['--network', 'host', '--read-only', '--tmpfs', '/tmp:size=64m,mode=1777'],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', `${uid}:${uid}`],
  ];
  const statuses: Containers['statuses'] = async (...args) => {
    const { stdout } = await tryRun([
      ...docker.network.within,
      ...['curl', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}\n', ...args],
    ]);
    return stdout.trim().split('\n');
  };
  return {
    hardened,
    statuses,
    build: (folder, tag, target, options = []) =>
      docker.docker(['build', '--quiet', ...options, '--target', target, '--tag', tag, '.'], {
        cwd: folder,
        seconds: 600,
      }),
    answer: (...args) =>
      run([...docker.network.within, 'curl', '--fail-with-body', '--silent', '--show-error', ...args]),
    start: async (name, image, url, options = [], command = []) => {
      await docker.docker(['run', '--detach', '--name', name, ...hardened, ...options, image, ...command]);
      await until(name, async () => (await statuses(url))[0] === '200');
    },
    shell: (image, script) =>
      docker.docker(['run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-euc', script]),
    holdToBudget: (folder, image, variables) => {
      const workflow = parse(readFileSync(join(folder, '.github/workflows/ci.yml'), 'utf8')) as {
        jobs: { image: { steps: { name?: string; run?: string; env?: Record<string, string> }[] } };
      };
      const step = workflow.jobs.image.steps.find(({ name }) => name === 'Hold the image to its budget');
      const summary = join(folder, 'summary.md');
      return tryRun(
        [...docker.network.within, 'bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''],
        { env: { ...docker.env, ...step?.env, ...variables, IMAGE: image, GITHUB_STEP_SUMMARY: summary } },
      );
    },
    stop: async (name, grace = 30) => {
      const begin = performance.now();
      await docker.docker(['stop', '--time', String(grace), name]);
      const seconds = (performance.now() - begin) / 1000;
      const code = await docker.docker(['inspect', '--format', '{{.State.ExitCode}}', name]);
      await docker.docker(['rm', '--force', name]);
      return { code: code.trim(), seconds };
    },
    health: async (name, variables = []) => {
      const [kind, ...test] = JSON.parse(
        await docker.docker(['inspect', '--format', '{{json .Config.Healthcheck.Test}}', name]),
      ) as string[];
      expect(kind).toBe('CMD');
      const options = variables.flatMap((variable) => ['--env', variable]);
      return (await docker.tryDocker(['exec', ...options, name, ...test])).code;
    },
  };
}
