/** Pins as `bulwark.json` keeps them: they end up in workflows and Dockerfiles, so nothing but a digest and a version gets through. */
import { COMMIT, SHA256_DIGEST, type Pins } from './reference.ts';

/** Tags of releases; in particular no line end, which would end the comment that the version stands in. */
const VERSION = /^[\w.+/-]{1,200}$/;
/** Far beyond what a repository names. */
const MAX_PINS = 10_000;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value of unknown origin is what `bulwark pin` writes. */
export function arePins(value: unknown): value is Pins {
  if (!isObject(value) || Object.keys(value).some((key) => key !== 'images' && key !== 'actions'))
    return false;
  const { images, actions } = value;
  if (!isObject(images) || !isObject(actions)) return false;
  if (Object.keys(images).length + Object.keys(actions).length > MAX_PINS) return false;
  return (
    Object.values(images).every((digest) => typeof digest === 'string' && SHA256_DIGEST.test(digest)) &&
    Object.values(actions).every(
      (pin) =>
        isObject(pin) &&
        Object.keys(pin).length === 2 &&
        typeof pin.sha === 'string' &&
        COMMIT.test(pin.sha) &&
        typeof pin.version === 'string' &&
        VERSION.test(pin.version),
    )
  );
}

/** In the order of their keys; undefined for none. */
export function sortedPins({ images, actions }: Pins): Pins | undefined {
  if (Object.keys(images).length + Object.keys(actions).length === 0) return undefined;
  return { images: sorted(images), actions: sorted(actions) };
}

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Those of both; of the second where both have one. */
export const joinPins = (a: Pins, b: Pins): Pins => ({
  images: { ...a.images, ...b.images },
  actions: { ...a.actions, ...b.actions },
});

/** Without those that nothing goes by any more. */
export function withoutPins(pins: Pins, keys: readonly string[]): Pins {
  const kept = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
  return { images: kept(pins.images), actions: kept(pins.actions) };
}
