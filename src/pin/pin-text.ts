/** Puts digests and commits into texts: the same pins on the same text give the same bytes, whoever asks and however often. */
import { isDockerfile } from '../verify/embedded/dockerfile-syntax.ts';
import { lineAt } from '../verify/embedded/source-text.ts';
import { applyEdits, type Edit } from './edit.ts';
import { findReferences } from './find-references.ts';
import { withoutIgnores } from './ignore-files.ts';
import { pinOf, writtenKey, type Pins, type Reference } from './reference.ts';
import { findSuppressions, type Suppression } from './suppressions.ts';

export interface Replaced {
  /** With its tag: `postgres:17.11`. */
  readonly key: string;
  /** Digest or commit. */
  readonly pin: string;
  /** The digest or commit that it had. */
  readonly from?: string;
  /** 1-based, in the text as it was. */
  readonly line: number;
}

export interface SuppressionRemoved {
  readonly rule: string;
  /** 1-based, in the text with its pins. */
  readonly line: number;
}

export interface PinnedText {
  readonly text: string;
  readonly replaced: readonly Replaced[];
  readonly suppressionsRemoved: readonly SuppressionRemoved[];
}

/**
 * Pins the references of one file for which there is a pin, and takes out the suppressions that only waited for it: those in
 * whose scope every reference is pinned now.
 * @param path by which the kind of the file is told
 */
export function pinText(path: string, text: string, pins: Pins): PinnedText {
  if (isNone(pins)) return { text, replaced: [], suppressionsRemoved: [] };
  const replaced: Replaced[] = [];
  const edits: Edit[] = [];
  for (const reference of mayName(path, text, pins) ? findReferences(path, text) : []) {
    const made = editsFor(reference, pins);
    if (!made) continue;
    const from = pinOf(reference);
    edits.push(...made.edits);
    replaced.push({
      key: made.key,
      pin: made.pin,
      ...(from !== undefined && { from }),
      line: lineAt(text, reference.offset),
    });
  }
  const pinned = applyEdits(text, edits);
  const idle = idleSuppressions(path, pinned);
  return {
    text: applyEdits(
      pinned,
      idle.flatMap(({ remove }) => remove),
    ),
    replaced,
    suppressionsRemoved: idle.map(({ rule, offset }) => ({ rule, line: lineAt(pinned, offset) })),
  };
}

const isNone = ({ images, actions }: Pins): boolean =>
  Object.keys(images).length + Object.keys(actions).length === 0;

const needles = new WeakMap<Pins, readonly string[]>();

/** Whether a text can name any of the pins: to parse all of a repository's YAML takes longer than to render it. */
function mayName(path: string, text: string, pins: Pins): boolean {
  let names = needles.get(pins);
  if (!names) {
    const lastOf = (key: string) => /[^/:@]+(?=[:@][^/]*$)/.exec(key)?.[0] ?? '';
    names = [...new Set([...Object.keys(pins.images), ...Object.keys(pins.actions)].map(lastOf))];
    needles.set(pins, names);
  }
  // In a Dockerfile the name of an image may be put together from arguments.
  return isDockerfile(path) || names.some((name) => text.includes(name));
}

/** What is pinned already is changed only by a pin that was recorded for what stands there. */
function editsFor(
  reference: Reference,
  pins: Pins,
): { readonly edits: readonly Edit[]; readonly key: string; readonly pin: string } | undefined {
  if (reference.kind === 'left') return undefined;
  const written = writtenKey(reference);
  if (pinOf(reference) !== undefined && reference.stays !== undefined) return undefined;
  if (reference.kind === 'image') {
    const digest = Object.hasOwn(pins.images, written) ? (pins.images[written] ?? '') : undefined;
    if (digest === undefined || digest === reference.digest) return undefined;
    return { edits: reference.pin(digest), key: reference.key, pin: digest };
  }
  const pin = Object.hasOwn(pins.actions, written) ? pins.actions[written] : undefined;
  if (!pin || pin.sha === reference.sha) return undefined;
  const { owner, repository } = reference.name;
  const key = reference.sha === undefined ? reference.key : `${owner}/${repository}@${pin.version}`;
  return { edits: reference.pin(pin), key, pin: pin.sha };
}

function idleSuppressions(path: string, text: string): readonly Suppression[] {
  const suppressions = findSuppressions(path, text);
  if (suppressions.length === 0) return [];
  const references = findReferences(path, text);
  return suppressions.filter(({ scope }) => {
    const meant = references.filter(({ offset }) => scope.start <= offset && offset < scope.end);
    return meant.length > 0 && meant.every((reference) => pinOf(reference) !== undefined);
  });
}

export interface PinnedFiles<Path extends string> {
  /** Only the files that changed. */
  readonly changed: ReadonlyMap<Path, PinnedText>;
}

/**
 * Pins a whole repository's files; ignore files of scanners too, once nothing in it waits for a digest any more.
 * @param files texts by path
 */
export function applyPins<Path extends string>(
  files: ReadonlyMap<Path, string>,
  pins: Pins,
): PinnedFiles<Path> {
  const changed = new Map<Path, PinnedText>();
  if (isNone(pins)) return { changed };
  for (const [path, text] of files) {
    const pinned = pinText(path, text, pins);
    if (pinned.text !== text) changed.set(path, pinned);
  }
  const textOf = (path: Path): string => changed.get(path)?.text ?? files.get(path) ?? '';
  for (const [path, text] of files) {
    const without = withoutIgnores(path, text, () =>
      [...files.keys()].every((other) =>
        findReferences(other, textOf(other)).every(
          (reference) => reference.kind !== 'image' || pinOf(reference) !== undefined,
        ),
      ),
    );
    if (without) changed.set(path, without);
  }
  return { changed };
}

/** Recorded pins that nothing in the files goes by any more: the template has moved on to another tag. */
export function stalePins(
  files: Iterable<readonly [path: string, text: string]>,
  pins: Pins,
): readonly string[] {
  const used = new Set<string>();
  for (const [path, text] of files) {
    for (const reference of findReferences(path, text)) {
      used.add(reference.kind === 'left' ? reference.key : writtenKey(reference)).add(reference.key);
      const pin = pinOf(reference);
      if (pin !== undefined) used.add(pin);
    }
  }
  return [
    ...Object.entries(pins.images).filter(([key, digest]) => !used.has(key) && !used.has(digest)),
    ...Object.entries(pins.actions).filter(([key, { sha }]) => !used.has(key) && !used.has(sha)),
  ].map(([key]) => key);
}
