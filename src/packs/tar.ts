/** Reads and writes the small part of the tar format that a pack needs; nothing is ever unpacked to the disk. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { usageError, type Issue } from '../errors.ts';
import { LIMITS, notPlain, tooLarge, type FoundFile, type PackTree } from './pack-tree.ts';

const BLOCK = 512;
/** POSIX.1-2017, pax, "ustar Interchange Format": type flags that are no plain file and no folder. */
const KINDS: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
};

/**
 * Unpacks a compressed archive in memory.
 * @param source the archive as the user knows it
 * @returns files with their paths as the archive has them: they are still to be judged
 * @throws BulwarkError (code 2): `pack-archive` for what is no such archive, `pack-link` for links and devices,
 * `pack-too-large` for more files or bytes than a pack may have, or a ratio that no honest archive has
 */
export function readTarball(archive: Buffer, source: string): FoundFile[] {
  if (archive.length > LIMITS.archiveBytes)
    throw usageError([
      tooLarge(`is an archive of ${archive.length} bytes; ${LIMITS.archiveBytes} are allowed`, source),
    ]);
  return withoutWrapper(readTar(unpack(archive, source), source));
}

function unpack(archive: Buffer, source: string): Buffer {
  const overhead = LIMITS.files * 4 * BLOCK;
  const allowed = Math.min(
    LIMITS.bytes + overhead,
    Math.max(LIMITS.ratioFrom, archive.length * LIMITS.ratio),
  );
  try {
    return gunzipSync(archive, { maxOutputLength: allowed });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw usageError([tooLarge(`unpacks from ${archive.length} bytes to more than ${allowed}`, source)]);
    throw usageError([brokenArchive('it is not compressed by gzip', source)]);
  }
}

const brokenArchive = (what: string, source: string): Issue => ({
  id: 'pack-archive',
  message: `the archive cannot be read: ${what}`,
  where: source,
  hint: 'make it with "npm pack", "git archive --format=tar.gz" or "tar -czf"',
});

/** Names that come before the entry they belong to. */
interface Extension {
  readonly path?: string;
}

/**
 * Reads an archive: ustar, with the names that pax and GNU tar put before an entry.
 * @throws as `readTarball`
 */
export function readTar(tar: Buffer, source: string): FoundFile[] {
  const files: FoundFile[] = [];
  const seen = new Set<string>();
  let extension: Extension = {};
  let entries = 0;
  let ended = false;
  const fail = (what: string): never => {
    throw usageError([brokenArchive(what, source)]);
  };
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) {
      ended = true;
      break;
    }
    entries += 1;
    if (entries > 3 * LIMITS.files)
      throw usageError([tooLarge(`has more than ${LIMITS.files} files`, source)]);
    if (!hasRightChecksum(header)) fail('a header is damaged');
    const size = octal(header, 124, 12) ?? fail('a size is no number');
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) fail('it ends in the middle of a file');
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') {
      extension = { ...extension, ...paxNames(content, fail) };
      continue;
    }
    // A global extension is a comment of git's; another would rename every file that follows.
    if (type === 'g') {
      if (paxNames(content, fail).path !== undefined) fail('it renames its files');
      continue;
    }
    if (type === 'L') {
      extension = { path: untilNul(content) };
      continue;
    }
    const path = withoutDot(extension.path ?? ustarName(header));
    extension = {};
    if (type === '5' || path === '') continue;
    if (type !== '0' && type !== '\0')
      throw usageError([notPlain(path, KINDS[type] ?? 'no plain file', source)]);
    if (seen.has(path)) fail(`${JSON.stringify(path)} stands in it twice`);
    seen.add(path);
    const mode = octal(header, 100, 8) ?? 0;
    files.push({ path, content: Buffer.from(content), executable: (mode & 0o100) !== 0 });
  }
  if (!ended && entries === 0) fail('it is no tar archive');
  return files;
}

/** `tar -czf x.tgz .` writes every path with `./` before it; nothing else of a path is ever taken away. */
const withoutDot = (path: string): string =>
  path === '.' ? '' : path.replace(/^\.\//, '').replace(/\/$/, '');

function ustarName(header: Buffer): string {
  const name = untilNul(header.subarray(0, 100));
  const isUstar = header.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar && header[263] === 0x30 ? untilNul(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/** A number in octal digits; the binary form, for sizes above 8 GiB, is none. */
function octal(header: Buffer, start: number, length: number): number | undefined {
  const digits = untilNul(header.subarray(start, start + length)).trim();
  return /^[0-7]*$/.test(digits) ? parseInt(digits === '' ? '0' : digits, 8) : undefined;
}

/** The sum of all bytes, those of the sum itself counted as spaces. */
const checksum = (header: Buffer): number =>
  header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);

const hasRightChecksum = (header: Buffer): boolean => octal(header, 148, 8) === checksum(header);

/** Records of `<length> <key>=<value>\n`; only a path has a meaning here. */
function paxNames(content: Buffer, fail: (what: string) => never): Extension {
  let found: Extension = {};
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space < 0 ? at : space));
    if (space < 0 || !Number.isInteger(length) || length < 5 || at + length > content.length)
      return fail('an extended header is damaged');
    const record = content.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    if (key === 'path') found = { path: record.slice(equals + 1) };
    if (key === 'size' || key === 'linkpath' || key.startsWith('GNU.sparse'))
      return fail(`an extended header changes the ${key}`);
    at += length;
  }
  return found;
}

/** `npm pack` puts everything below `package/`, others below the name of the project: the folder that holds pack.json. */
function withoutWrapper(files: FoundFile[]): FoundFile[] {
  if (files.some(({ path }) => path === 'pack.json')) return files;
  const [first = ''] = files[0]?.path.split('/') ?? [];
  const isWrapped =
    files.every(({ path }) => path.startsWith(`${first}/`)) &&
    files.some(({ path }) => path === `${first}/pack.json`);
  return isWrapped ? files.map((file) => ({ ...file, path: file.path.slice(first.length + 1) })) : files;
}

/** Packs a tree; the same tree gives the same bytes: no time, no owner. */
export function writeTarball(tree: PackTree): Buffer {
  const blocks = [...tree.values()].flatMap(({ path, content, executable }) => [
    ...(Buffer.byteLength(path) > 100 ? paxEntry(path) : []),
    headerOf(path, '0', content.length, executable),
    content,
    padding(content.length),
  ]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
}

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

function paxEntry(path: string): Buffer[] {
  const record = ` path=${path}\n`;
  const size = Buffer.byteLength(record);
  // The length counts its own digits.
  const length = [1, 2, 3, 4, 5]
    .map((digits) => size + digits)
    .find((sum) => String(sum).length === sum - size);
  const content = Buffer.from(`${length ?? 0}${record}`);
  return [headerOf('pax-header', 'x', content.length, false), content, padding(content.length)];
}

function headerOf(path: string, type: string, size: number, executable: boolean): Buffer {
  const header = Buffer.alloc(BLOCK);
  const number = (value: number, length: number): string =>
    `${value.toString(8).padStart(length - 1, '0')}\0`;
  // Longer names stand in the extended header before; this one is for readers that know none.
  header.write(Buffer.from(path).subarray(0, 100).toString('latin1'), 0, 100, 'latin1');
  header.write(number(executable ? 0o755 : 0o644, 8), 100, 'latin1');
  header.write(number(0, 8) + number(0, 8), 108, 'latin1');
  header.write(number(size, 12), 124, 'latin1');
  header.write(number(0, 12), 136, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(number(checksum(header), 7), 148, 'latin1');
  header.write(' ', 155, 'latin1');
  return header;
}
