/** Renewing pins: what is pinned is asked for again by its tag, and what the tag stands for now takes the place of what it stood for. */
import {
  parseAction,
  type ActionName,
  type ActionPin,
  type ActionReference,
  type Pins,
} from './reference.ts';

/**
 * The name by which a pinned action is asked for again: the tag that `bulwark.json` has for its commit, which may be one that moves,
 * else the version in its comment.
 * @returns undefined where neither says anything
 */
export function tagOf({ name, sha, version }: ActionReference, { actions }: Pins): ActionName | undefined {
  for (const [key, pin] of Object.entries(actions)) {
    const recorded = pin.sha === sha ? parseAction(key) : undefined;
    if (recorded?.name.owner !== name.owner || recorded.name.repository !== name.repository) continue;
    return { ...name, ref: recorded.sha === undefined ? recorded.name.ref : pin.version };
  }
  return version === undefined ? undefined : { ...name, ref: version };
}

/**
 * The pin that was found for a commit, as it is to be written: a comment that says `v4` goes on saying so, for it is by this that it
 * is asked for the next time.
 * @param asked the tag
 */
export const renewedPin = (found: ActionPin, { version }: ActionReference, asked: ActionName): ActionPin =>
  version === asked.ref ? { sha: found.sha, version } : found;

/** Whether a tag names one release: such a one is not moved by those who can be trusted. */
export const isReleaseTag = (ref: string): boolean => /^v?\d+\.\d+\.\d+/.test(ref);

export interface Renewal {
  /** For the files: by the reference as it is written there. */
  readonly applied: Pins;
  /** For `bulwark.json`: by the reference as the templates write it. */
  readonly recorded: Pins;
}

/**
 * @param found what the tags stand for now, by the reference as it is written
 * @param recorded pins of `bulwark.json`
 * @param isRendered whether a reference stands so in what bulwark wrote
 */
export function renew(found: Pins, recorded: Pins, isRendered: (key: string) => boolean): Renewal {
  const images = renewOf({
    ...{ found: found.images, recorded: recorded.images, isRendered },
    keyOf: (key, digest) => `${key.replace(/@.*$/, '')}@${digest}`,
    isSame: (a, b) => a === b,
    isPinned: (key) => key.includes('@'),
  });
  const actions = renewOf({
    ...{ found: found.actions, recorded: recorded.actions, isRendered },
    keyOf: (key, { sha }) => `${key.slice(0, key.lastIndexOf('@'))}@${sha}`,
    isSame: (a, b) => a.sha === b.sha,
    isPinned: (key) => parseAction(key)?.sha !== undefined,
  });
  return {
    applied: { images: images.applied, actions: actions.applied },
    recorded: { images: images.recorded, actions: actions.recorded },
  };
}

interface Kind<Pin> {
  readonly found: Readonly<Record<string, Pin>>;
  readonly recorded: Readonly<Record<string, Pin>>;
  readonly isRendered: (key: string) => boolean;
  /** How a reference is written that was pinned so. */
  readonly keyOf: (key: string, pin: Pin) => string;
  readonly isSame: (a: Pin, b: Pin) => boolean;
  readonly isPinned: (key: string) => boolean;
}

function renewOf<Pin>({ found, recorded, isRendered, keyOf, isSame, isPinned }: Kind<Pin>): {
  readonly applied: Record<string, Pin>;
  readonly recorded: Record<string, Pin>;
} {
  const next = new Map<string, Pin>();
  /** What stands in the files because of a record is replaced there, and the record says the new one. */
  const moves = new Map(Object.entries(found));
  const covered = new Set<string>();
  for (const [key, pin] of Object.entries(recorded)) {
    const written = keyOf(key, pin);
    const now = found[written] ?? found[key] ?? pin;
    covered.add(written);
    if (!isSame(now, pin)) moves.set(written, now);
    // One that led back to what the template has says nothing.
    if (!isPinned(key) || keyOf(key, now) !== key) next.set(key, now);
  }
  for (const [key, pin] of Object.entries(found)) {
    if (!isPinned(key)) next.set(key, pin);
    // The template itself has the old one: the record replaces it whenever it is rendered.
    else if (keyOf(key, pin) !== key && !covered.has(key) && isRendered(key)) next.set(key, pin);
  }
  return { applied: Object.fromEntries([...next, ...moves]), recorded: Object.fromEntries(next) };
}
