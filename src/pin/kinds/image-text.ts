/** An image that stands in a text as one piece, `name:tag`: the digest goes behind it. */
import { left, parseImage, TAGLESS, type ImageReference, type LeftReference } from '../reference.ts';
import type { PlacedText, YamlNode } from '../yaml-places.ts';
import { textAt } from '../yaml-places.ts';

export type ImageTraits = Pick<ImageReference, 'isBuilt' | 'workload'>;

/**
 * @returns undefined where nothing is named: the text is empty, or a template's that is rendered later
 */
export function imageText(
  { value, start, end }: Pick<PlacedText, 'value' | 'start' | 'end'>,
  traits: ImageTraits = {},
): ImageReference | LeftReference | undefined {
  if (value === '' || value.includes('{{')) return undefined;
  if (value.includes('$')) return left(value, start, 'it is composed of a variable');
  const parsed = parseImage(value);
  if (!parsed) return left(value, start, 'it is no image reference');
  const { name, key, digest, isTagged } = parsed;
  return {
    kind: 'image',
    key,
    name,
    offset: start,
    ...(digest !== undefined && { digest }),
    ...(digest !== undefined && !isTagged && { stays: TAGLESS }),
    ...traits,
    pin: (pinned) => [
      digest === undefined
        ? { start: end, end, text: `${isTagged ? '' : `:${name.tag}`}@${pinned}` }
        : { start: end - digest.length, end, text: pinned },
    ],
  };
}

/** The image in a scalar of YAML or JSON; none where it is written over several lines or with escapes. */
export function imageAt(
  node: YamlNode | undefined,
  text: string,
  traits: ImageTraits = {},
): readonly (ImageReference | LeftReference)[] {
  const placed = textAt(node, text);
  const image = placed && imageText(placed, traits);
  return image ? [image] : [];
}
