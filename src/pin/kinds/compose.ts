/** Images of a compose file's services (compose-spec, "image"). */
import type { Reference } from '../reference.ts';
import { nodeAt, pairAt, pairsOf, type YamlText } from '../yaml-places.ts';
import { imageAt } from './image-text.ts';

export const composeReferences = ({ text, documents }: YamlText): readonly Reference[] =>
  documents.flatMap(({ root }) => {
    const services = nodeAt(root, 'services');
    if (!services) return [];
    return pairsOf(services).flatMap(({ value }) =>
      imageAt(nodeAt(value, 'image'), text, { isBuilt: pairAt(value, 'build') !== undefined }),
    );
  });
