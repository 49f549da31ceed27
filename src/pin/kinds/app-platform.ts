/** Images of an app of DigitalOcean's App Platform (docs.digitalocean.com, "App Spec"): a digest stands in the tag's place. */
import { lineEnd } from '../edit.ts';
import { left, parseImage, TAGLESS, type Reference } from '../reference.ts';
import {
  eachMap,
  nodeAt,
  pairAt,
  plainAt,
  setValue,
  textAt,
  type YamlNode,
  type YamlText,
} from '../yaml-places.ts';

/** As `pin` writes it. */
const TAG_COMMENT = /^\s+#\s*(\w[\w.-]{0,127})\s*$/;

export const isAppSpec = (path: string): boolean => /(?:^|\/)\.do\/[^/]+\.ya?ml$/.test(path);

export const appPlatformReferences = ({ text, documents }: YamlText): readonly Reference[] =>
  documents.flatMap(({ root }) => {
    const found: Reference[] = [];
    eachMap(root, (map) => {
      found.push(...referencesOf(map, text));
    });
    return found;
  });

function referencesOf(map: YamlNode, text: string): readonly Reference[] {
  const type = plainAt(nodeAt(map, 'registry_type'));
  const repository = plainAt(nodeAt(map, 'repository'));
  if (type === undefined || repository === undefined) return [];
  const registry = plainAt(nodeAt(map, 'registry'));
  const path = registry === undefined || registry === '' ? repository : `${registry}/${repository}`;
  const name = type === 'GHCR' ? `ghcr.io/${path}` : path;
  const digest = plainAt(nodeAt(map, 'digest'));
  const pair = pairAt(map, digest === undefined ? 'tag' : 'digest');
  const placed = textAt(pair?.value, text);
  if (!pair || !placed) return [];
  // Both together are refused; the tag stays as a comment.
  const tag =
    digest === undefined
      ? placed.value
      : TAG_COMMENT.exec(text.slice(placed.outerEnd, lineEnd(text, placed.outerEnd)))?.[1];
  const written = tag === undefined ? name : `${name}:${tag}`;
  if (type !== 'DOCKER_HUB' && type !== 'GHCR') {
    return [
      left(written, placed.start, 'it lies in the registry of the account, whose name is not in the file'),
    ];
  }
  const parsed = parseImage(written);
  if (!parsed) return [left(written, placed.start, 'it is no image reference')];
  return [
    {
      kind: 'image',
      key: parsed.key,
      name: parsed.name,
      offset: placed.start,
      ...(digest !== undefined && { digest }),
      ...(tag === undefined && { stays: TAGLESS }),
      pin: (pinned) => [
        digest === undefined
          ? {
              start: pair.keyStart,
              end: pair.valueEnd,
              text: `digest: ${pinned}${pair.isFlow ? '' : ` # ${placed.value}`}`,
            }
          : setValue(pair, text, pinned),
      ],
    },
  ];
}
