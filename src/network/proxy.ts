/** Which proxy stands between us and a host, as the environment says: HTTPS_PROXY, ALL_PROXY and NO_PROXY, read as curl reads them. */
import { BlockList, isIP } from 'node:net';
import { machineError, usageError, type BulwarkError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Proxy {
  /** Without its credentials. */
  readonly url: URL;
  /** The variable that names it. */
  readonly variable: string;
  /** `Basic …`: for the proxy and nobody else. */
  readonly authorization: string | undefined;
}

const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/**
 * The proxy for an address.
 * @returns undefined where none is named, where NO_PROXY says so, and for what is not https: in the clear we ask this machine alone
 * @throws BulwarkError (code 2) `invalid-value` for a proxy that is no address, or of a kind that is not supported
 */
export function proxyFor(url: URL, environment: Environment): Proxy | undefined {
  if (url.protocol !== 'https:') return undefined;
  const variable = VARIABLES.find((name) => (environment[name] ?? '').trim() !== '');
  if (variable === undefined) return undefined;
  if (isExempt(url, environment.no_proxy ?? environment.NO_PROXY ?? '')) return undefined;
  const written = environment[variable]?.trim() ?? '';
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  if (!URL.canParse(address)) throw unusable(variable, 'is no address');
  const proxy = new URL(address);
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw unusable(
      variable,
      `names a proxy of the kind ${proxy.protocol.slice(0, -1)}, which is not supported`,
    );
  const { username, password } = proxy;
  const authorization =
    username === '' && password === ''
      ? undefined
      : `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
  return { url: new URL(proxy.origin), variable, authorization };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** curl(1), NO_PROXY: hosts with all below them, addresses, networks, a port if one is meant; `*` for all. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port = url.port === '' ? '443' : url.port;
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      if (entry.includes('/')) return isInNetwork(host, entry);
      const [, name = '', only] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d{1,5}))?$/.exec(entry) ?? [];
      if (only !== undefined && only !== port) return false;
      const wanted = name
        .toLowerCase()
        .replace(/^\[|\]$/g, '')
        .replace(/^\*?\./, '')
        .replace(/\.$/, '');
      return wanted !== '' && (host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`)));
    });
}

function isInNetwork(host: string, entry: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const networks = new BlockList();
  networks.addSubnet(network, Number(bits), type);
  return networks.check(host, type);
}

/** The value may hold a password and is not shown. */
const unusable = (variable: string, what: string): BulwarkError =>
  usageError([
    {
      id: 'invalid-value',
      message: `${variable} ${what}`,
      where: variable,
      hint: `unset it, or set it to such as http://proxy.example.com:3128; NO_PROXY names hosts that need none`,
    },
  ]);

/** Code 74 `proxy-failed`: names the proxy, and never its password. */
export const proxyFailed = (
  { url, variable }: Proxy,
  host: string,
  reason: string,
  cause?: unknown,
): BulwarkError =>
  machineError(
    {
      id: 'proxy-failed',
      message: `the proxy ${url.origin} does not lead to ${host}: ${reason}`,
      where: variable,
      hint: `is ${variable} right? where it needs a name and a password: http://NAME:PASSWORD@${url.host}; NO_PROXY names hosts that need no proxy`,
    },
    cause,
  );
