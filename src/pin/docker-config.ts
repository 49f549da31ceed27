/** Credentials of registries as Docker's configuration holds them (docs.docker.com, "docker login"); no helper program is run. */
import { parseJson } from '../repo/json-text.ts';
import { isRecord, recordOf } from '../verify/embedded/plain-data.ts';

export interface RegistryCredentials {
  /** `Basic …` for a host as references name it, if the configuration holds it. */
  readonly of: (registry: string) => string | undefined;
  /** The helper program that has the credentials of a host, if one is configured. */
  readonly helperOf: (registry: string) => string | undefined;
}

export const NO_CREDENTIALS: RegistryCredentials = { of: () => undefined, helperOf: () => undefined };

/**
 * @param text of `config.json`; what cannot be read counts as nothing, as it does for an anonymous Docker
 */
export function readDockerConfig(text: string): RegistryCredentials {
  const reading = parseJson(text);
  if ('fault' in reading || !isRecord(reading.value)) return NO_CREDENTIALS;
  const { auths, credHelpers, credsStore } = reading.value;
  const basic = new Map<string, string>();
  for (const [key, entry] of Object.entries(recordOf(auths))) {
    const auth = authOf(recordOf(entry));
    if (auth !== undefined) basic.set(hostOf(key), auth);
  }
  const helpers = new Map(
    Object.entries(recordOf(credHelpers)).flatMap(([key, helper]): [string, string][] =>
      typeof helper === 'string' ? [[hostOf(key), helper]] : [],
    ),
  );
  const store = typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined;
  return {
    of: (registry) => basic.get(registry),
    helperOf: (registry) => helpers.get(registry) ?? store,
  };
}

function authOf({ auth, username, password }: Readonly<Record<string, unknown>>): string | undefined {
  const decoded =
    typeof auth === 'string' && auth !== ''
      ? Buffer.from(auth, 'base64').toString('utf8')
      : typeof username === 'string' && typeof password === 'string'
        ? `${username}:${password}`
        : '';
  // Docker ends what it encodes with a NUL at times; a header must not hold one.
  const pair = decoded.replace(/\0+$/, '');
  return /^[^:]+:./s.test(pair) ? `Basic ${Buffer.from(pair).toString('base64')}` : undefined;
}

/** `https://index.docker.io/v1/` is Docker Hub; others are hosts, with or without scheme and path. */
function hostOf(key: string): string {
  const host = key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}
