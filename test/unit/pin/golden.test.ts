/** The golden trees with every image pinned: nothing else changes, and no suppression waits for a digest any more. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findReferences } from '../../../src/pin/find-references.ts';
import { reasonsToLeave } from '../../../src/pin/own-images.ts';
import { applyPins, stalePins } from '../../../src/pin/pin-text.ts';
import { joinPins } from '../../../src/pin/recorded-pins.ts';
import { NO_PINS, pinOf, type Pins } from '../../../src/pin/reference.ts';

const TREES = join(import.meta.dirname, '../../golden/trees');

const filesOf = (name: string): ReadonlyMap<string, string> => {
  const root = join(TREES, name);
  return new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]),
  );
};

const ANSWERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  fastapi: { name: 'My Service', registry: 'ghcr.io/my-service-team' },
  'fastapi-platform': { name: 'My Service', registry: 'ghcr.io/my-service-team' },
  minimal: { name: 'OrderDesk 2', registry: 'ghcr.io/acme' },
};

const digestOf = (key: string): string => `sha256:${createHash('sha256').update(key).digest('hex')}`;

/** A digest of our invention for everything that `bulwark pin` would ask for. */
function inventedPins(name: string, files: ReadonlyMap<string, string>): Pins {
  const leave = reasonsToLeave(files, ANSWERS[name]);
  const keys = [...files].flatMap(([path, text]) =>
    findReferences(path, text).flatMap((reference) =>
      reference.kind === 'image' && leave(reference) === undefined ? [reference.key] : [],
    ),
  );
  return { images: Object.fromEntries(keys.map((key) => [key, digestOf(key)])), actions: {} };
}

const after = (files: ReadonlyMap<string, string>, pins: Pins): ReadonlyMap<string, string> => {
  const { changed } = applyPins(files, pins);
  return new Map([...files].map(([path, text]) => [path, changed.get(path)?.text ?? text]));
};

const waiting = (files: ReadonlyMap<string, string>): string[] =>
  [...files].filter(([, text]) => /`?bulwark pin`? adds/.test(text)).map(([path]) => path);

describe.each(['fastapi', 'fastapi-platform', 'minimal'])('%s', (name) => {
  const files = filesOf(name);
  const pins = inventedPins(name, files);
  const pinned = after(files, pins);

  test('has images to pin, and none of its own is among them', () => {
    expect(Object.keys(pins.images).length).toBeGreaterThan(0);
    expect(
      Object.keys(pins.images).filter((key) => /my-service|order-desk|^api:|^migrations:/.test(key)),
    ).toEqual([]);
  });

  test('no suppression waits for a digest any more', () => {
    expect(waiting(files).length > 0).toBe(name !== 'minimal');
    expect(waiting(pinned)).toEqual([]);
  });

  test('whatever can be pinned is', () => {
    const leave = reasonsToLeave(pinned, ANSWERS[name]);
    const open = [...pinned].flatMap(([path, text]) =>
      findReferences(path, text).filter(
        (reference) =>
          pinOf(reference) === undefined && reference.kind === 'image' && leave(reference) === undefined,
      ),
    );
    expect(open).toEqual([]);
  });

  test('YAML says the same but for digests and those suppressions', () => {
    const plain = (text: string): unknown =>
      JSON.parse(
        JSON.stringify(parseAllDocuments(text).map((document) => document.toJS() as unknown)),
        (key, value: unknown) => {
          if (key === 'checkov.io/skip1' && String(value).includes('bulwark pin')) return undefined;
          if (key === 'annotations' && JSON.stringify(value) === '{}') return undefined;
          return typeof value === 'string' ? value.replace(/@sha256:[0-9a-f]{64}$/, '') : value;
        },
      ) as unknown;
    for (const [path, text] of pinned) {
      if (text === files.get(path) || !/\.ya?ml$/.test(path)) continue;
      expect(
        parseAllDocuments(text).flatMap(({ errors }) => errors),
        path,
      ).toEqual([]);
      expect(plain(text), path).toEqual(plain(files.get(path) ?? ''));
    }
  });

  test('in any portions and however often: the same bytes as all at once', () => {
    const keys = Object.keys(pins.images);
    const some = (chosen: readonly string[]): Pins => ({
      images: Object.fromEntries(chosen.map((key) => [key, digestOf(key)])),
      actions: {},
    });
    fc.assert(
      fc.property(fc.subarray(keys), fc.subarray(keys), (first, second) => {
        const steps = after(after(files, some(first)), some(second));
        expect(steps).toEqual(after(files, joinPins(some(first), some(second))));
        expect(after(steps, some(second))).toEqual(steps);
      }),
      { numRuns: 12 },
    );
  });

  test('pins that no file goes by are stale', () => {
    expect(stalePins(pinned, pins)).toEqual([]);
    expect(stalePins(files, pins)).toEqual([]);
    expect(stalePins(pinned, joinPins(pins, { ...NO_PINS, images: { 'old:1': digestOf('old:1') } }))).toEqual(
      ['old:1'],
    );
  });
});
