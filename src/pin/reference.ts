/** A reference to an image or an action in a text: what it names, where it stands, and what pinning it changes there. */
import type { Edit } from './edit.ts';

/** What a digest was asked for, taken apart by the grammar of distribution/reference. */
export interface ImageName {
  /** As it stands in a reference: `docker.io` where none is named. */
  readonly registry: string;
  /** `library/postgres` for Docker Hub's own images. */
  readonly repository: string;
  readonly tag: string;
}

export interface ActionName {
  readonly owner: string;
  readonly repository: string;
  readonly ref: string;
}

export interface ActionPin {
  /** Of the commit: 40 hex digits. */
  readonly sha: string;
  /** The fullest version that a tag gives this commit. */
  readonly version: string;
}

/** What tags stand for, as `bulwark.json` keeps it: both by the reference as it is written. */
export interface Pins {
  /** `postgres:17.11` → `sha256:…` */
  readonly images: Readonly<Record<string, string>>;
  /** `actions/checkout@v4` → its commit */
  readonly actions: Readonly<Record<string, ActionPin>>;
}

export const NO_PINS: Pins = { images: {}, actions: {} };

/** The container that an image is for, by which a kustomization may choose it. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly container: string;
}

interface Place {
  /** Under this the pin is recorded. */
  readonly key: string;
  /** Where in the text it stands. */
  readonly offset: number;
  /** Why a pin that it has is not to be renewed. */
  readonly stays?: string;
}

export interface ImageReference extends Place {
  readonly kind: 'image';
  readonly name: ImageName;
  /** Its digest, if it has one. */
  readonly digest?: string;
  /** It is what the file builds: a compose service with `build`. */
  readonly isBuilt?: boolean;
  readonly workload?: Workload;
  /** Puts a digest in, in the place of the one that is there. */
  readonly pin: (digest: string) => readonly Edit[];
}

export interface ActionReference extends Place {
  readonly kind: 'action';
  readonly name: ActionName;
  /** Its commit, if it is pinned to one. */
  readonly sha?: string;
  /** What its comment says that the commit is. */
  readonly version?: string;
  readonly pin: (pin: ActionPin) => readonly Edit[];
}

/** A reference that no pin can be put to; it is only told of. */
export interface LeftReference extends Place {
  readonly kind: 'left';
  readonly reason: string;
}

export type Reference = ImageReference | ActionReference | LeftReference;

/** The digest or the commit that a reference has. */
export const pinOf = (reference: Reference): string | undefined =>
  reference.kind === 'image' ? reference.digest : reference.kind === 'action' ? reference.sha : undefined;

/** As much of a digest or a commit as people compare. */
export const shortPin = (pinned: string): string => pinned.slice(0, pinned.startsWith('sha256:') ? 19 : 12);

/** Why an image that has a digest and no tag stays as it is. */
export const TAGLESS = 'it has a digest and no tag by which to ask for it';

/** The reference as it is written, its digest included: under this a pin is recorded that is to replace another one. */
export const writtenKey = (reference: ImageReference | ActionReference): string =>
  reference.kind === 'image' && reference.digest !== undefined
    ? `${reference.key}@${reference.digest}`
    : reference.key;

export const left = (key: string, offset: number, reason: string): LeftReference => ({
  kind: 'left',
  key,
  offset,
  reason,
});

/** distribution/reference, grammar: a registry has a dot or a port, or is `localhost`. */
const REGISTRY =
  /^(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:)|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z0-9]+)*:[0-9a-fA-F]{32,}$/;
/** What a recorded pin must look like: the registries' own algorithm. */
export const SHA256_DIGEST = /^sha256:[0-9a-f]{64}$/;
export const COMMIT = /^[0-9a-f]{40}$/;
/** The grammar allows 255 characters for the name; longer is no image. */
const MAX_LENGTH = 512;

export interface ParsedImage {
  readonly name: ImageName;
  /** The reference without its digest, its tag said out. */
  readonly key: string;
  readonly digest?: string;
  /** Whether the tag is written, and not the implied `latest`. */
  readonly isTagged: boolean;
}

/**
 * Reads `ghcr.io/acme/api:1.2@sha256:…`.
 * @returns undefined for what is no image reference, such as one with a variable in it
 */
export function parseImage(text: string): ParsedImage | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  const bare = at < 0 ? text : text.slice(0, at);
  const colon = bare.lastIndexOf(':');
  const isTagged = colon > bare.lastIndexOf('/') && colon > 0;
  const path = isTagged ? bare.slice(0, colon) : bare;
  const tag = isTagged ? bare.slice(colon + 1) : 'latest';
  if (!TAG.test(tag)) return undefined;
  const [first = '', ...rest] = path.split('/');
  const hasRegistry = rest.length > 0 && REGISTRY.test(first);
  const components = hasRegistry ? rest : [first, ...rest];
  if (!components.every((component) => COMPONENT.test(component))) return undefined;
  const registry = hasRegistry && first !== 'index.docker.io' ? first.toLowerCase() : 'docker.io';
  const repository =
    registry === 'docker.io' && components.length === 1
      ? `library/${components[0] ?? ''}`
      : components.join('/');
  return {
    name: { registry, repository, tag },
    key: `${path}:${tag}`,
    isTagged,
    ...(digest !== undefined && { digest }),
  };
}

/** One name for all ways of writing it, so that each is asked for once. */
export const canonicalImage = ({ registry, repository, tag }: ImageName): string =>
  `${registry}/${repository}:${tag}`;

/**
 * Reads `owner/repository/folder@ref`.
 * @returns undefined for local actions, images and what has an expression in it
 */
export function parseAction(
  uses: string,
): { readonly name: ActionName; readonly key: string; readonly sha?: string } | undefined {
  const match = /^([\w-][\w.-]{0,99})\/([\w.-]{1,100})(?:\/[^@\s]*)?@([\w.+/-]{1,200})$/.exec(uses);
  const [, owner = '', repository = '', ref = ''] = match ?? [];
  // Segments of dots alone would lead elsewhere in the API's path.
  if (!match || /^\.+$/.test(repository) || ref.split('/').some((part) => /^\.*$/.test(part)))
    return undefined;
  return {
    name: { owner, repository, ref },
    key: `${owner}/${repository}@${ref}`,
    ...(COMMIT.test(ref) && { sha: ref }),
  };
}
