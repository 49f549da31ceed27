/** Which images a repository builds itself, and which a kustomization puts another in place of: neither is pinned where it is named. */
import { slugOf } from '../component/names.ts';
import { replacedContainers, replacedNames, isKustomization } from './kinds/kustomization.ts';
import { findReferences } from './find-references.ts';
import { parseImage, type ImageName, type ImageReference } from './reference.ts';
import { itemsOf, nodeAt, pairsOf, plainAt, readYaml, type YamlNode } from './yaml-places.ts';

/** Says why an image is not to be pinned, or nothing. */
export type ReasonToLeave = (reference: ImageReference) => string | undefined;

const OWN = 'the repository builds it itself';
const REPLACED = 'a kustomization puts its image in';

/**
 * @param files texts by path
 * @param answers of `bulwark.json`, where the repository has one: its registry and name are known then
 */
export function reasonsToLeave(
  files: ReadonlyMap<string, string>,
  answers: Readonly<Record<string, unknown>> = {},
): ReasonToLeave {
  const own = new Set<string>();
  const names = new Set<string>();
  const containers = new Set<string>();
  for (const [path, text] of files) {
    for (const reference of findReferences(path, text)) {
      if (reference.kind === 'image' && reference.isBuilt === true) own.add(pathOf(reference.name));
    }
    if (isKustomization(path)) {
      const yaml = readYaml(text);
      if (!yaml) continue;
      replacedNames(yaml).forEach((name) => names.add(name));
      replacedContainers(yaml).forEach((container) => containers.add(container));
    }
    if (path.startsWith('.github/workflows/') && text.includes('docker/')) {
      for (const image of pushedImages(text)) own.add(image);
    }
  }
  const ending = ownEnding(answers);
  return (reference) => {
    const path = pathOf(reference.name);
    const isOwnName =
      ending !== undefined && (path === ending.slug || `/${path}`.endsWith(`/${ending.path}`));
    if (own.has(path) || isOwnName) return OWN;
    const { workload, key } = reference;
    if (!workload) return undefined;
    const isReplaced =
      names.has(key.slice(0, key.lastIndexOf(':'))) ||
      containers.has(`${workload.kind}/${workload.name}/${workload.container}`);
    return isReplaced ? REPLACED : undefined;
  };
}

/** Without what Docker Hub's short names leave out. */
const pathOf = ({ registry, repository }: ImageName): string =>
  registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;

/** `acme/my-service`: a mirror has it below other names. */
function ownEnding(
  answers: Readonly<Record<string, unknown>>,
): { readonly slug: string; readonly path: string } | undefined {
  const { name, registry } = answers;
  if (typeof name !== 'string') return undefined;
  const slug = slugOf(name);
  const group = typeof registry === 'string' ? registry.split('/').slice(1) : [];
  const owner = group.at(-1) ?? (typeof answers.owner === 'string' ? answers.owner.toLowerCase() : undefined);
  return slug === '' || owner === undefined ? undefined : { slug, path: `${owner}/${slug}` };
}

/** What a workflow pushes: `tags` of docker/build-push-action, `images` of docker/metadata-action, as far as no expression names it. */
function pushedImages(text: string): readonly string[] {
  const steps: YamlNode[] = [];
  for (const { root } of readYaml(text)?.documents ?? []) {
    const jobs = nodeAt(root, 'jobs');
    if (jobs) for (const { value } of pairsOf(jobs)) steps.push(...itemsOf(nodeAt(value, 'steps')));
  }
  return steps.flatMap((step) => {
    const uses = plainAt(nodeAt(step, 'uses')) ?? '';
    const key = uses.startsWith('docker/build-push-action@')
      ? 'tags'
      : uses.startsWith('docker/metadata-action@')
        ? 'images'
        : undefined;
    const written = key === undefined ? undefined : plainAt(nodeAt(step, 'with', key));
    return (written ?? '').split(/[\s,]+/).flatMap((image) => {
      // The tag is often an expression; the name in front of it tells.
      const parsed = parseImage(image.replace(/:\$\{\{.*$/, ''));
      return parsed && image !== '' ? [pathOf(parsed.name)] : [];
    });
  });
}
