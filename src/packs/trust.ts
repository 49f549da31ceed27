/** Whether the code of a pack may run: an allow-list of exact sources and digests, or a yes for this run. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { BulwarkError, ExitCode } from '../errors.ts';
import type { PackCode, PackPorts } from './ports.ts';
import { readData } from './read-data.ts';
import { isObject, shapeFaults, type Shape } from './shape.ts';

const trustShape: Shape = {
  type: 'object',
  says: 'an object with "packs"',
  keys: {
    packs: {
      shape: {
        type: 'list',
        says: 'a list of packs whose code may run',
        of: {
          type: 'object',
          says: 'an object with "source" and "sha512"',
          keys: {
            source: { shape: { type: 'text', says: 'the exact source' }, required: true },
            sha512: {
              shape: { type: 'text', says: '128 hexadecimal digits', pattern: '^[0-9a-f]{128}$' },
              required: true,
            },
          },
        },
      },
      required: true,
    },
  },
};

/** The user's list (XDG Base Directory Specification: `$XDG_CONFIG_HOME`, else `~/.config`). */
export function trustFile(environment: NodeJS.ProcessEnv): string {
  const { XDG_CONFIG_HOME: given, HOME } = environment;
  const base = given !== undefined && isAbsolute(given) ? given : join(HOME ?? homedir(), '.config');
  return join(base, 'bulwark', 'trust.json');
}

/**
 * Lets a pack's code pass, or refuses it. A source is compared whole and with its digest: a prefix, or another version of the
 * same source, is not trusted.
 * @throws BulwarkError `pack-code` (code 4) naming source, digest and every file; (code 2) for a list that cannot be read
 */
export async function requireTrust(code: PackCode, ports: PackPorts): Promise<void> {
  const file = trustFile(ports.environment);
  if ((await isListed(code, file, ports)) || (await ports.trusts(code))) return;
  const { name, source, sha512, files } = code;
  throw new BulwarkError(ExitCode.untrusted, [
    {
      id: 'pack-code',
      message: `the pack "${name}" carries code, which is not trusted: ${files.join(', ')} (sha512 ${sha512})`,
      where: source,
      hint: `read the files, then give --trust, or add ${JSON.stringify({ source, sha512 })} to "packs" in ${file}`,
    },
  ]);
}

async function isListed({ source, sha512 }: PackCode, file: string, { disk }: PackPorts): Promise<boolean> {
  const text = disk.readOwn(file)?.toString('utf8');
  if (text === undefined) return false;
  const reading = await readData(text, file, 'trust');
  const issues = 'issues' in reading ? reading.issues : shapeFaults(trustShape, reading.value, file, 'trust');
  const [first, ...rest] = issues;
  if (first) throw new BulwarkError(ExitCode.usage, [first, ...rest]);
  if (!('value' in reading) || !isObject(reading.value) || !Array.isArray(reading.value.packs)) return false;
  return reading.value.packs.some(
    (entry: unknown) => isObject(entry) && entry.source === source && entry.sha512 === sha512,
  );
}
