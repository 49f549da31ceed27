/** Packs in an archive: on this machine, or at an address. */
import { BulwarkError, usageError } from '../errors.ts';
import { LIMITS, packTree, tooLarge, type PackTree } from './pack-tree.ts';
import type { PackPorts } from './ports.ts';
import { isSafeOrigin, type Credentials } from './reference.ts';
import { readTarball } from './tar.ts';

const MAX_REDIRECTS = 5;

/**
 * Reads an archive of this machine.
 * @param file absolute
 * @throws BulwarkError (code 2) `pack-missing-archive`, or what `readTarball` and `packTree` throw
 */
export function readPackArchive(file: string, source: string, { disk }: PackPorts): PackTree {
  if (disk.kindOf(file) !== 'file') {
    throw usageError([
      {
        id: 'pack-missing-archive',
        message: 'there is no such archive',
        where: source,
        hint: 'check the path; it is taken from where you stand',
      },
    ]);
  }
  return packTree(readTarball(disk.read(file, LIMITS.archiveBytes + 1).content, source), source);
}

/**
 * Fetches an archive. Credentials go to the host of the address alone: a redirect elsewhere is followed without them.
 * @throws BulwarkError (code 2): `pack-download` with what the server said, `pack-insecure` where it leads away from https,
 * `pack-too-large`; (code 74) `proxy-failed`
 */
export async function downloadPack(
  url: string,
  credentials: Credentials | undefined,
  { request, signal, say }: PackPorts,
): Promise<PackTree> {
  say(`fetching ${url}\n`);
  const failed = (message: string): Error =>
    usageError([
      {
        id: 'pack-download',
        message,
        where: url,
        hint: 'check the address, the network and your access to it',
      },
    ]);
  const origin = new URL(url).origin;
  let address = new URL(url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    if (!isSafeOrigin(address)) {
      throw usageError([
        {
          id: 'pack-insecure',
          message: `the server leads to ${address.origin}, which is not https`,
          where: url,
          hint: 'use the address of a server that speaks https',
        },
      ]);
    }
    address.username = '';
    address.password = '';
    const headers = address.origin === origin && credentials ? basic(credentials) : {};
    let response;
    try {
      response = await request(address.href, headers, signal);
    } catch (error) {
      if (error instanceof BulwarkError) throw error;
      throw failed(
        `the archive cannot be fetched: ${error instanceof Error ? reasonOf(error) : 'no answer'}`,
      );
    }
    if (response.status >= 300 && response.status < 400 && response.location !== null) {
      if (!URL.canParse(response.location, address.href)) throw failed('the server leads to no address');
      address = new URL(response.location, address.href);
      continue;
    }
    if (response.status !== 200) throw failed(`the server answered with ${response.status}`);
    const body = await response.body(LIMITS.archiveBytes);
    if (!body) throw usageError([tooLarge(`is an archive of more than ${LIMITS.archiveBytes} bytes`, url)]);
    return packTree(readTarball(body, url), url);
  }
  throw failed(`the server leads on more than ${MAX_REDIRECTS} times`);
}

const basic = ({ user, password }: Credentials): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

const reasonOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}: ${cause.message}` : message;
