/** Asks the registries what the references of a repository stand for, as the environment says how to reach them. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { version } from 'bulwark:package';
import { fetchWith } from '../network/fetch.ts';
import { NO_CREDENTIALS, readDockerConfig, type RegistryCredentials } from '../pin/docker-config.ts';
import { gitHubClient, gitHubOf } from '../pin/github.ts';
import type { RenewalNeeds } from '../pin/plan-pins.ts';
import { NO_PINS, type ActionPin } from '../pin/reference.ts';
import { hostOfRegistry, registryClient } from '../pin/registry.ts';
import { isReleaseTag, renewedPin } from '../pin/renew.ts';
import { requestPorts } from '../pin/requests.ts';
import { offlineError, resolvePins, type Resolved, type Wanted } from '../pin/resolve.ts';
import { readOutside } from '../repo/read-outside.ts';
import type { CommandContext } from './commands/command.ts';

export interface LookedUp extends Resolved {
  /** Who was asked. */
  readonly hosts: readonly string[];
}

/** @throws BulwarkError: `offline` (code 2) where the network may not be used; what `resolvePins` throws */
export async function lookUp(
  { line, terminal, say, signal }: CommandContext,
  wanted: Wanted,
): Promise<LookedUp> {
  const { images, actions } = wanted;
  if (images.size + actions.size === 0) return { pins: NO_PINS, branches: new Set(), notices: [], hosts: [] };
  if (line.options.has('offline')) throw offlineError(wanted);
  const gitHub = gitHubOf(terminal.environment);
  const names = new Set([
    ...[...images.values()].map(({ registry }) => hostOfRegistry(registry)),
    ...(actions.size > 0 ? [gitHub.api.host] : []),
  ]);
  say(`asking over the network: ${[...names].sort().join(', ')}\n`);
  const ports = requestPorts(signal, `bulwark/${version}`, {
    fetch: fetchWith(terminal.environment),
  });
  const resolved = await resolvePins(
    wanted,
    registryClient(dockerCredentials(terminal.environment), ports),
    gitHubClient(gitHub, ports),
  );
  return { ...resolved, hosts: [...ports.asked].sort() };
}

/**
 * What everything stands for now that is pinned or could be.
 * @returns the pins by the reference as it is written; those that have not moved too
 * @throws what `lookUp` throws
 */
export async function lookUpAgain(
  context: CommandContext,
  { wanted, pinned }: Pick<RenewalNeeds, 'wanted' | 'pinned'>,
): Promise<LookedUp> {
  const { pins, notices, ...rest } = await lookUp(context, wanted);
  const actions: Record<string, ActionPin> = {};
  const moved: string[] = [];
  for (const [key, pin] of Object.entries(pins.actions)) {
    const reference = pinned.get(key);
    const asked = wanted.actions.get(key);
    actions[key] = reference && asked ? renewedPin(pin, reference, asked) : pin;
    if (reference && asked && pin.sha !== reference.sha && isReleaseTag(asked.ref)) {
      const { owner, repository, ref } = asked;
      moved.push(
        `${owner}/${repository}@${ref} names a release, and its tag was moved: look at what changed before you take it`,
      );
    }
  }
  return { ...rest, pins: { ...pins, actions }, notices: [...moved, ...notices] };
}

function dockerCredentials(environment: NodeJS.ProcessEnv): RegistryCredentials {
  const { DOCKER_CONFIG = '', HOME } = environment;
  const folder = DOCKER_CONFIG === '' ? join(HOME ?? homedir(), '.docker') : DOCKER_CONFIG;
  const text = readOutside(join(folder, 'config.json'));
  return text === undefined ? NO_CREDENTIALS : readDockerConfig(text);
}
