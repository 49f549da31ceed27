/** Images that a kustomization gives a version (kubectl.docs.kubernetes.io, "images"): the digest is a key of its own. */
import { lineEnd, type Edit } from '../edit.ts';
import { left, parseImage, type Reference } from '../reference.ts';
import {
  itemsOf,
  nodeAt,
  pairAt,
  pairsOf,
  plainAt,
  setValue,
  textAt,
  type YamlNode,
  type YamlPair,
  type YamlText,
} from '../yaml-places.ts';

export const isKustomization = (path: string): boolean => /(?:^|\/)kustomization(?:\.ya?ml)?$/i.test(path);

export const kustomizationReferences = ({ text, documents }: YamlText): readonly Reference[] =>
  documents.flatMap(({ root }) =>
    itemsOf(nodeAt(root, 'images')).flatMap((entry) => referencesOf(entry, text)),
  );

function referencesOf(entry: YamlNode, text: string): readonly Reference[] {
  const name = plainAt(nodeAt(entry, 'newName')) ?? plainAt(nodeAt(entry, 'name'));
  const tagPair = pairAt(entry, 'newTag');
  const tag = tagPair && textAt(tagPair.value, text);
  if (name === undefined || !tagPair || !tag) return [];
  const written = `${name}:${tag.value}`;
  const parsed = parseImage(written);
  if (!parsed) return [left(written, tag.start, 'it is no image reference')];
  const digestPair = pairAt(entry, 'digest');
  const digest = digestPair && plainAt(digestPair.value);
  return [
    {
      kind: 'image',
      key: parsed.key,
      name: parsed.name,
      offset: tag.start,
      ...(digest !== undefined && digest !== '' && { digest }),
      pin: (pinned) => [digestPair ? setValue(digestPair, text, pinned) : besideTag(tagPair, text, pinned)],
    },
  ];
}

/** kustomize writes `name:tag@digest` where both are given; older versions the digest alone. */
function besideTag({ keyStart, valueEnd, isFlow }: YamlPair, text: string, digest: string): Edit {
  if (isFlow) return { start: valueEnd, end: valueEnd, text: `, digest: ${digest}` };
  const end = lineEnd(text, valueEnd);
  const feed = text.startsWith('\r\n', end) ? '\r\n' : '\n';
  const column = keyStart - (text.lastIndexOf('\n', keyStart - 1) + 1);
  return { start: end, end, text: `${feed}${' '.repeat(column)}digest: ${digest}` };
}

/** Names that a kustomization replaces: what a manifest says for them never runs. */
export const replacedNames = ({ documents }: YamlText): readonly string[] =>
  documents.flatMap(({ root }) =>
    itemsOf(nodeAt(root, 'images')).flatMap((entry) => {
      const replaces = pairsOf(entry).some(
        ({ key }) => key === 'newName' || key === 'newTag' || key === 'digest',
      );
      const name = plainAt(nodeAt(entry, 'name'));
      return replaces && name !== undefined ? [name] : [];
    }),
  );

/** Containers whose image a kustomization puts in from elsewhere (`replacements`), as `kind/name/container`. */
export const replacedContainers = ({ documents }: YamlText): readonly string[] =>
  documents.flatMap(({ root }) =>
    itemsOf(nodeAt(root, 'replacements')).flatMap((replacement) =>
      itemsOf(nodeAt(replacement, 'targets')).flatMap((target) => {
        const kind = plainAt(nodeAt(target, 'select', 'kind'));
        const name = plainAt(nodeAt(target, 'select', 'name'));
        return itemsOf(nodeAt(target, 'fieldPaths')).flatMap((path) => {
          const container = /[cC]ontainers\.\[name=([^\]]+)\]\.image$/.exec(plainAt(path) ?? '')?.[1];
          return kind === undefined || name === undefined || container === undefined
            ? []
            : [`${kind}/${name}/${container}`];
        });
      }),
    ),
  );
