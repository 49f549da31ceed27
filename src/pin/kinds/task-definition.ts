/** Images of ECS task definitions (AWS API, RegisterTaskDefinition), which are JSON. */
import type { Reference } from '../reference.ts';
import { eachMap, itemsOf, nodeAt, type YamlText } from '../yaml-places.ts';
import { imageAt } from './image-text.ts';

export const taskDefinitionReferences = ({ text, documents }: YamlText): readonly Reference[] =>
  documents.flatMap(({ root }) => {
    const found: Reference[] = [];
    eachMap(root, (map) => {
      for (const container of itemsOf(nodeAt(map, 'containerDefinitions')))
        found.push(...imageAt(nodeAt(container, 'image'), text));
    });
    return found;
  });
