/** Images in the values of a Helm chart, where their shape says what they are: `repository`, `tag` and `digest`, or one text. */
import { left, parseImage, type Reference } from '../reference.ts';
import {
  eachMap,
  isBlank,
  nodeAt,
  pairAt,
  plainAt,
  setValue,
  textAt,
  type YamlNode,
  type YamlText,
} from '../yaml-places.ts';
import { imageText } from './image-text.ts';

/** values.yaml, values-prod.yaml, values.staging.yaml. */
export const isHelmValues = (path: string): boolean => /(?:^|\/)values[^/]*\.ya?ml$/.test(path);

export const helmValuesReferences = ({ text, documents }: YamlText): readonly Reference[] =>
  documents.flatMap(({ root }) => {
    const found: Reference[] = [];
    eachMap(root, (map) => {
      found.push(...inParts(map, text), ...inOne(map, text));
    });
    return found;
  });

function inParts(map: YamlNode, text: string): readonly Reference[] {
  const repository = plainAt(nodeAt(map, 'repository'));
  const tagNode = nodeAt(map, 'tag');
  const tag = textAt(tagNode, text);
  // An empty tag means the chart's own version: the image that the repository builds.
  if (repository === undefined || repository === '' || !tag || tag.value === '') return [];
  const registry = plainAt(nodeAt(map, 'registry'));
  const written = `${registry === undefined || registry === '' ? '' : `${registry}/`}${repository}:${tag.value}`;
  if (written.includes('{{')) return [];
  const parsed = parseImage(written);
  if (!parsed) return [left(written, tag.start, 'it is no image reference')];
  const digestPair = pairAt(map, 'digest');
  if (!digestPair)
    return [left(parsed.key, tag.start, 'its values have no "digest" that the chart would read')];
  const digest = isBlank(digestPair) ? undefined : plainAt(digestPair.value);
  return [
    {
      kind: 'image',
      key: parsed.key,
      name: parsed.name,
      offset: tag.start,
      ...(digest !== undefined && { digest }),
      pin: (pinned) => [setValue(digestPair, text, pinned)],
    },
  ];
}

/** Only with its tag: without one the chart may put a tag behind it. */
function inOne(map: YamlNode, text: string): readonly Reference[] {
  const placed = textAt(nodeAt(map, 'image'), text);
  if (!placed || parseImage(placed.value)?.isTagged !== true) return [];
  const image = imageText(placed);
  return image ? [image] : [];
}
