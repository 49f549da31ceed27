/** How git is called on repositories of others: what it must not do, and what it is told while it talks to a server. */
import { join } from 'node:path';
import type { Exec } from '../exec.ts';

/** Where a repository lies, its address apart from the password that may have stood in it. */
export interface GitAddress {
  readonly url: string;
  /** Of the URL's own host; never shown, recorded or sent anywhere else. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

const TIMEOUT_MS = 30_000;

/** What a hostile repository, or the settings of this machine, could make git do beside fetching. */
export const SAFE_SETTINGS: readonly string[] = [
  ['protocol.ext.allow', 'never'],
  ['core.symlinks', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['transfer.bundleURI', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
].flatMap(([key = '', value = '']) => ['-c', `${key}=${value}`]);

/**
 * Git's environment while it talks to a server: no repository of a hook that started us, no question, the three ways to fetch
 * that are let through, and a password only for the host it was given for.
 */
export async function networkEnvironment(
  { url, credentials }: GitAddress,
  environment: NodeJS.ProcessEnv,
  exec: Exec,
): Promise<Record<string, string | undefined>> {
  const env: Record<string, string | undefined> = {
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_LFS_SKIP_SMUDGE: '1',
    LC_ALL: 'C',
  };
  for (const name of Object.keys(environment)) if (LOCAL_VARIABLES.test(name)) env[name] = undefined;
  if (
    url.startsWith('ssh:') &&
    environment.GIT_SSH_COMMAND === undefined &&
    environment.GIT_SSH === undefined
  ) {
    const own = await exec({
      command: 'git',
      args: ['config', '--get', 'core.sshCommand'],
      timeout: TIMEOUT_MS,
    });
    if (own.stdout.trim() === '') env.GIT_SSH_COMMAND = 'ssh -oBatchMode=yes';
  }
  if (credentials) {
    const before = Number(environment.GIT_CONFIG_COUNT ?? '0');
    const { origin } = new URL(url);
    const value = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
    const added = [
      [`http.${origin}/.extraHeader`, `Authorization: Basic ${value}`],
      // A redirect would take the header along.
      ['http.followRedirects', 'false'],
    ];
    for (const [index, [key, text]] of added.entries()) {
      env[`GIT_CONFIG_KEY_${before + index}`] = key;
      env[`GIT_CONFIG_VALUE_${before + index}`] = text;
    }
    env.GIT_CONFIG_COUNT = String(before + added.length);
  }
  return env;
}

/** What `git rev-parse --local-env-vars` lists, but for the configuration, and what would choose another program. */
const LOCAL_VARIABLES =
  /^GIT_(?:ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|CONFIG|DIR|GRAFT_FILE|IMPLICIT_WORK_TREE|INDEX_FILE|INTERNAL_SUPER_PREFIX|NAMESPACE|NO_REPLACE_OBJECTS|OBJECT_DIRECTORY|PREFIX|QUARANTINE_PATH|REPLACE_REF_BASE|SHALLOW_FILE|WORK_TREE|EXEC_PATH|TEMPLATE_DIR|PROXY_COMMAND|EXTERNAL_DIFF|TRACE.*)$/;

/**
 * The same without the settings of this machine and its user: for what needs no server, so that no filter, hook or alias of his
 * runs on content of others.
 * @param folder of our own: a file that is not there stands for his settings
 */
export const withoutSettings = (
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Record<string, string | undefined> => ({
  ...environment,
  GIT_CONFIG_GLOBAL: join(folder, 'none'),
  GIT_CONFIG_NOSYSTEM: '1',
});
