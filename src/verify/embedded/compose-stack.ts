/** Puts a compose file and its overlay together as `docker compose -f base -f overlay` does. */
import type { JudgedFile, JudgedTree } from '../check.ts';
import { dig, isRecord, listOf, recordOf, scalarText, type PlainRecord } from './plain-data.ts';
import { baseName, folderOf } from './source-text.ts';
import { yamlDocuments, type Path, type YamlDocument } from './yaml-source.ts';

const NAME = /^(?:docker-)?compose(?:[.-]([\w.-]+))?\.ya?ml$/;

export const isComposeFile = (path: string): boolean => NAME.test(baseName(path));

/** What an overlay is for: `prod` of docker-compose.prod.yml; undefined for the base. */
export const purposeOf = (path: string): string | undefined => NAME.exec(baseName(path))?.[1];

export const isProduction = (path: string): boolean => /^prod(?:uction)?$/.test(purposeOf(path) ?? '');

/** Overlays that only a developer's machine or a test sees. */
export const isForDevelopment = (path: string): boolean =>
  /^(?:dev|development|test|tests|testing|ci|local|override|e2e)$/.test(purposeOf(path) ?? '');

export interface ComposeFile {
  readonly file: JudgedFile;
  readonly document: YamlDocument;
  /** The parsed file without what `!reset` takes away. */
  readonly data: PlainRecord;
}

/** @returns undefined for a file that cannot be read: the check `syntax` reports it */
export function composeFile(file: JudgedFile): ComposeFile | undefined {
  const [document] = yamlDocuments(file);
  if (!document || !isRecord(document.value)) return undefined;
  return { file, document, data: recordOf(withoutResets(document.value, [], document)) };
}

function withoutResets(value: unknown, path: Path, document: YamlDocument): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => withoutResets(item, [...path, index], document));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => document.tagAt([...path, key]) !== '!reset')
      .map(([key, member]) => [key, withoutResets(member, [...path, key], document)]),
  );
}

/** The files of one `docker compose -f … -f …`, and the services that come out. */
export interface ComposeStack {
  readonly files: readonly ComposeFile[];
  readonly production: boolean;
  readonly data: PlainRecord;
  readonly services: ReadonlyMap<string, PlainRecord>;
}

/** The stacks that a folder's files make: each base with each of its overlays, or alone when it has none for production. */
export function composeStacks(files: readonly ComposeFile[]): readonly ComposeStack[] {
  const bases = files.filter(({ file }) => purposeOf(file.path) === undefined);
  const overlays = files.filter(({ file }) => purposeOf(file.path) !== undefined);
  const stacks = overlays.map((overlay) => {
    const base = bases.find(({ file }) => folderOf(file.path) === folderOf(overlay.file.path));
    return stackOf(base ? [base, overlay] : [overlay]);
  });
  const alone = bases.filter(
    (base) => !stacks.some((stack) => stack.production && stack.files.includes(base)),
  );
  return [...alone.map((base) => stackOf([base])), ...stacks];
}

function stackOf(files: readonly ComposeFile[]): ComposeStack {
  let data: unknown = {};
  for (const { data: next, document } of files) data = overlay(data, document.value, next, [], document);
  const merged = recordOf(data);
  const services = recordOf(merged.services);
  return {
    files,
    production: files.some(({ file }) => isProduction(file.path)),
    data: merged,
    services: new Map(Object.keys(services).map((name) => [name, extended(services, name, new Set())])),
  };
}

/** A service with what it `extends` in the same file below it. */
function extended(services: PlainRecord, name: string, seen: Set<string>): PlainRecord {
  const service = recordOf(services[name]);
  const parent = service.extends;
  const target = typeof parent === 'string' ? parent : scalarText(dig(parent, 'service'));
  if (target === undefined || dig(parent, 'file') !== undefined || seen.has(target)) return service;
  return recordOf(merge(extended(services, target, seen.add(target)), service));
}

/** Lists that an overlay replaces; all others grow (https://docs.docker.com/reference/compose-file/merge/). */
const REPLACED = new Set(['command', 'entrypoint', 'test']);
/** What may be written as a list or as a mapping. */
const MAPPINGS = new Set([
  'environment',
  'labels',
  'depends_on',
  'networks',
  'args',
  'extra_hosts',
  'sysctls',
]);

/**
 * @param raw the overlay as written, whose `!reset` keys are to go
 * @param next the overlay without them
 */
function overlay(below: unknown, raw: unknown, next: unknown, path: Path, document: YamlDocument): unknown {
  if (!isRecord(below) || !isRecord(next) || !isRecord(raw)) return merge(below, next, path.at(-1));
  const merged = new Map(Object.entries(below));
  for (const key of Object.keys(raw)) {
    const here = [...path, key];
    const tag = document.tagAt(here);
    if (tag === '!reset') merged.delete(key);
    else if (tag === '!override' || !merged.has(key)) merged.set(key, next[key]);
    else merged.set(key, overlay(merged.get(key), raw[key], next[key], here, document));
  }
  return Object.fromEntries(merged);
}

function merge(below: unknown, above: unknown, key?: string | number): unknown {
  if (below === undefined) return above;
  if (typeof key === 'string' && MAPPINGS.has(key)) return { ...mappingOf(below), ...mappingOf(above) };
  if (Array.isArray(below) && Array.isArray(above)) {
    return typeof key === 'string' && REPLACED.has(key)
      ? above
      : [...(below as unknown[]), ...(above as unknown[])];
  }
  if (!isRecord(below) || !isRecord(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) merged[name] = merge(below[name], value, name);
  return merged;
}

/** `[A=1, B]` or `{A: 1, B: null}` as the latter. */
export function mappingOf(value: unknown): PlainRecord {
  if (isRecord(value)) return value;
  return Object.fromEntries(
    listOf(value)
      .map((item) => scalarText(item) ?? '')
      .map((item) => {
        const end = item.indexOf('=');
        return end < 0 ? [item, null] : [item.slice(0, end), item.slice(end + 1)];
      }),
  );
}

/** Where in a stack to point at: the last file that has the whole path, else the first that has its service. */
export function placeOf(stack: ComposeStack, path: readonly string[]): { path: string; line: number } {
  const whole = stack.files.findLast(({ data }) => dig(data, ...path) !== undefined);
  const part =
    whole ?? stack.files.find(({ data }) => dig(data, ...path.slice(0, 2)) !== undefined) ?? stack.files[0];
  if (!part) throw new Error('a stack has at least one file');
  return { path: part.file.path, line: part.document.lineOf(path) };
}

/** The Dockerfile a service is built from, when it is in the tree. */
export function dockerfileOf(
  service: PlainRecord,
  stack: ComposeStack,
  tree: JudgedTree,
): JudgedFile | undefined {
  const build = service.build;
  if (build === undefined) return undefined;
  const context = scalarText(isRecord(build) ? build.context : build) ?? '.';
  const dockerfile = scalarText(dig(build, 'dockerfile')) ?? 'Dockerfile';
  const from = folderOf(stack.files[0]?.file.path ?? '');
  const path = [...from.split('/'), ...context.split('/'), ...dockerfile.split('/')]
    .filter((segment) => segment !== '' && segment !== '.')
    .reduce<string[]>((parts, segment) => (segment === '..' ? parts.slice(0, -1) : [...parts, segment]), [])
    .join('/');
  return [...tree.values()].find((file) => file.path === path);
}
