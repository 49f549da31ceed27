/** Every container image that a tree names: base images, and what compose, Kubernetes, workflows, platforms and Terraform run. */
import { isDockerfile, readDockerfile } from '../verify/embedded/dockerfile-syntax.ts';
import { isKept } from '../verify/embedded/file-kinds.ts';
import { hclOutline } from '../verify/embedded/hcl-outline.ts';
import { isRecord, listOf, recordOf, scalarText } from '../verify/embedded/plain-data.ts';
import { baseName, textOf } from '../verify/embedded/source-text.ts';
import { isWorkflow } from '../verify/embedded/workflow-jobs.ts';
import type { JudgedTree } from '../verify/check.ts';
import { isHclWith, spotAt } from './document-reading.ts';
import { eachEntry, type MapEntry } from './each-entry.ts';
import type { Spot } from './located-yaml.ts';
import { UNKNOWN, withDefaults } from './variables.ts';

export interface ImageUse {
  readonly path: string;
  readonly spot: () => Spot;
  /** As it stands in the file. */
  readonly text: string;
  /** With registry, without tag and digest: `docker.io/library/postgres`; undefined: only known when it runs. */
  readonly name: string | undefined;
  /** `name:tag@digest` as far as it is known, without a registry that was not written. */
  readonly written: string;
  /** Whether it says which version runs; of some the tag is given elsewhere. */
  readonly saysVersion: boolean;
  /** Whether a Dockerfile builds on it. */
  readonly isBase: boolean;
}

const imagesByTree = new WeakMap<JudgedTree, readonly ImageUse[]>();

/** The images, by file; those that the repository builds and names itself (compose: `build`) are none of them. */
export function imagesOf(tree: JudgedTree): readonly ImageUse[] {
  let images = imagesByTree.get(tree);
  if (!images) {
    images = [...baseImages(tree), ...runImages(tree), ...hclImages(tree)];
    imagesByTree.set(tree, images);
  }
  return images;
}

/** Keys below which images stand: `image:`, `images:`, and in workflows `container:` and `uses: docker://`. */
const IMAGE_KEY = /(?:images?|replacements|container)["']?\s*:|docker:\/\//;
/** No image, but a picture. */
const PICTURE = /\.(?:png|svg|jpe?g|gif|webp|ico)$/i;
/** What a reference may consist of (github.com/distribution/reference), loosely; patterns of policies have a `*`. */
const REFERENCE = new RegExp(`^[A-Za-z0-9${UNKNOWN}][A-Za-z0-9._/:@${UNKNOWN}-]{0,500}$`, 'u');

interface Found {
  readonly path: string;
  readonly spot: () => Spot;
  readonly text: string;
  readonly isBase?: boolean;
  readonly saysVersion?: boolean;
}

function imageUse({ path, spot, text, isBase = false, saysVersion = true }: Found): readonly ImageUse[] {
  const written = withDefaults(text.trim());
  if (!REFERENCE.test(written) || PICTURE.test(written)) return [];
  const name = nameOf(written);
  return [
    {
      path,
      spot,
      text,
      name: name.includes(UNKNOWN) ? undefined : withRegistry(name),
      written,
      saysVersion,
      isBase,
    },
  ];
}

/** The reference without tag and digest. */
function nameOf(written: string): string {
  const [before = ''] = written.split('@');
  const colon = before.lastIndexOf(':');
  return colon > before.lastIndexOf('/') ? before.slice(0, colon) : before;
}

/** https://github.com/distribution/reference: the first part is a host if it has a dot or a port, or is localhost. */
function withRegistry(name: string): string {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  if (/[.:]/.test(first) || first === 'localhost') return name;
  return `docker.io/${slash < 0 ? 'library/' : ''}${name}`;
}

/** `COPY --from=image`, and `RUN --mount=type=bind,from=image`. */
const COPIED = /(?<!\S)--from=(\S{1,500})/g;
const MOUNTED = /(?<!\S)--mount=\S{0,500}?\bfrom=([^\s,]{1,500})/g;

function baseImages(tree: JudgedTree): readonly ImageUse[] {
  return [...tree.values()]
    .filter(({ path }) => isDockerfile(path) && !isKept(path))
    .flatMap((file) => {
      const { stages } = readDockerfile(file);
      const aliases = new Set<string>();
      return stages.flatMap((stage, index) => {
        const others = stage.instructions.flatMap(({ name, text, line }) =>
          [...text.matchAll(name === 'RUN' ? MOUNTED : COPIED)].map(([, image = '']) => ({ image, line })),
        );
        const named = [{ image: stage.image, line: stage.from.line }, ...others].filter(
          ({ image }) => !aliases.has(image.toLowerCase()) && !/^(?:scratch|\d*)$/.test(image),
        );
        aliases.add((stage.alias ?? String(index)).toLowerCase());
        return named.flatMap(({ image, line }) =>
          imageUse({ path: file.path, text: image, isBase: true, spot: () => ({ line, column: 1 }) }),
        );
      });
    });
}

/** What kustomizations say of the images that manifests name. */
interface Kustomized {
  /** Names that are replaced by another. */
  readonly renamed: ReadonlySet<string>;
  /** Names that get a tag or digest. */
  readonly versioned: ReadonlySet<string>;
  /** `Job/migrate/container`: containers whose image is put in from elsewhere. */
  readonly replaced: ReadonlySet<string>;
}

function runImages(tree: JudgedTree): readonly ImageUse[] {
  const entries = [...eachEntry(tree, IMAGE_KEY)];
  const kustomized = kustomizedIn(entries);
  const local = new Set(
    entries
      .filter(
        ({ key, map, value }) => key === 'image' && map.build !== undefined && typeof value === 'string',
      )
      .map(({ value }) => nameOf(withDefaults(String(value)))),
  );
  return entries.flatMap((entry) => {
    const { key, value, map, file, document, place } = entry;
    const found = (text: string, more: Partial<Found> = {}): readonly ImageUse[] =>
      imageUse({ path: file.path, text, spot: () => document.spotOf(place), ...more });
    if (key === 'image' && isRecord(value)) return found(...imageOfMap(value));
    if (key === 'images' && isKustomization(file.path)) {
      return listOf(value).flatMap((item, index) => {
        const { newName, newTag, digest } = recordOf(item);
        const shown = scalarText(newName);
        // Without a new name the manifest's own is judged where it stands.
        if (shown === undefined) return [];
        const tag = scalarText(newTag);
        const pin = typeof digest === 'string' ? `@${digest}` : tag === undefined ? '' : `:${tag}`;
        const at = [...place, index, 'newName'];
        return found(shown + pin, { saysVersion: pin !== '', spot: () => document.spotOf(at) });
      });
    }
    if (typeof value !== 'string') return [];
    if (key === 'uses' && value.startsWith('docker://')) return found(value.slice('docker://'.length));
    if (key === 'container' && isWorkflow(file.path) && place.length === 3) return found(value);
    if (key !== 'image') return [];
    const name = nameOf(withDefaults(value));
    if (isCompose(file.path) && (map.build !== undefined || local.has(name))) return [];
    if (kustomized.renamed.has(name) || kustomized.replaced.has(containerOf(entry))) return [];
    return found(value, { saysVersion: !kustomized.versioned.has(name) });
  });
}

const isKustomization = (path: string): boolean => /^kustomization(?:\.ya?ml)?$/i.test(baseName(path));
const isCompose = (path: string): boolean => /(?:^|[.-])compose(?:[.-][^/]*)?\.ya?ml$/i.test(baseName(path));

/** Registries that DigitalOcean's App Platform names by a word (docs.digitalocean.com/products/app-platform/reference/app-spec). */
const REGISTRY_TYPES = new Map([
  ['GHCR', 'ghcr.io'],
  ['DOCKER_HUB', 'docker.io'],
  ['DOCR', 'registry.digitalocean.com'],
]);

/** An image in parts: the values of a Helm chart, an app of DigitalOcean, a job of GitLab. */
function imageOfMap(image: Readonly<Record<string, unknown>>): [string, Partial<Found>] {
  const part = (key: string): string => scalarText(image[key]) ?? '';
  const type = part('registry_type');
  const parts = [REGISTRY_TYPES.get(type), part('registry'), part('repository')].filter(
    (one) => one !== undefined && one !== '',
  );
  const [tag, digest] = [part('tag'), part('digest')];
  if (parts.length === 0) return [part('name'), {}];
  const pin = digest !== '' ? `@${digest}` : tag !== '' ? `:${tag}` : '';
  // A chart without a tag takes its own version.
  return [parts.join('/') + pin, { saysVersion: pin !== '' }];
}

function kustomizedIn(entries: readonly MapEntry[]): Kustomized {
  const [renamed, versioned, replaced] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { key, value, file } of entries) {
    if (!isKustomization(file.path)) continue;
    if (key === 'images') {
      for (const item of listOf(value)) {
        const { name, newName, newTag, digest } = recordOf(item);
        if (newName !== undefined) renamed.add(scalarText(name) ?? '');
        else if (newTag !== undefined || digest !== undefined) versioned.add(scalarText(name) ?? '');
      }
    }
    if (key === 'replacements') {
      for (const target of listOf(value).flatMap((one) => listOf(recordOf(one).targets))) {
        const { select, fieldPaths } = recordOf(target);
        const { kind, name } = recordOf(select);
        for (const path of listOf(fieldPaths).map(String)) {
          const container = /\[name=([^[\]]{1,253})\]\.image$/.exec(path)?.[1];
          if (container !== undefined) replaced.add(`${String(kind)}/${String(name)}/${container}`);
        }
      }
    }
  }
  return { renamed, versioned, replaced };
}

function containerOf({ document, map }: MapEntry): string {
  const { kind, metadata } = recordOf(document.value);
  return `${String(kind)}/${String(recordOf(metadata).name)}/${String(map.name)}`;
}

function hclImages(tree: JudgedTree): readonly ImageUse[] {
  return [...tree.values()].filter(isHclWith('image')).flatMap((file) => {
    const text = textOf(file);
    return hclOutline(text).flatMap(({ path, offset, literal }) =>
      literal !== undefined && path.at(-1) === 'image'
        ? imageUse({ path: file.path, text: literal, spot: () => spotAt(text, offset) })
        : [],
    );
  });
}
