/** Merges YAML fragments through the YAML library: what our own, faster merge must agree with. */
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import { FragmentClash, type Assembler, type Fragment } from '../../src/shared-files/fragment.ts';

/** Compose's tags; other formats have none. They are kept, never interpreted. */
const KEPT_TAGS = ['!reset', '!override'].flatMap((tag) => [
  { tag, collection: 'seq' as const },
  { tag, collection: 'map' as const },
  { tag, resolve: (text: string) => text },
]);

interface Merge {
  /** Who wrote the value at each path, for messages. */
  readonly owners: Map<string, Fragment>;
  readonly fragment: Fragment;
}

export const mergeYamlByLibrary: Assembler = (fragments) => {
  const [first, ...others] = fragments;
  if (!first) return '';
  const owners = new Map<string, Fragment>();
  const target = parse(first);
  claim(target.contents, '', { owners, fragment: first });
  for (const fragment of others) {
    const source = parse(fragment);
    mergeNode(target.contents, source.contents, '', { owners, fragment });
  }
  return target.toString({ lineWidth: 0, indentSeq: true, flowCollectionPadding: false });
};

function parse(fragment: Fragment): Document.Parsed & { contents: YAMLMap } {
  const document = parseDocument(fragment.text, { customTags: KEPT_TAGS, keepSourceTokens: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(`${fragment.source} is not a YAML fragment: ${problem.message}`);
  if (!isMap(document.contents)) throw new Error(`${fragment.source} is not a YAML map`);
  return document as Document.Parsed & { contents: YAMLMap.Parsed };
}

function mergeMap(target: YAMLMap, source: YAMLMap, path: string, merge: Merge): void {
  // A comment above a map's first key belongs to the map when parsed; it must travel with the key.
  const [firstPair] = source.items;
  if (firstPair && source.commentBefore != null && isNode(firstPair.key)) {
    firstPair.key.commentBefore = source.commentBefore;
  }
  for (const pair of source.items as Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const at = path === '' ? key : `${path}.${key}`;
    const present = target.items.find(({ key: other }) => isScalar(other) && String(other.value) === key);
    if (!present) {
      if (isBlock(pair.value, path)) pair.key.spaceBefore = true;
      target.items.push(pair);
      claim(pair.value, at, merge);
    } else {
      mergeNode(present.value as ParsedNode | null, pair.value, at, merge);
    }
  }
}

function mergeNode(target: Node | null, source: Node | null, path: string, merge: Merge): void {
  if (isMap(target) && isMap(source)) {
    mergeMap(target, source, path, merge);
  } else if (isSeq(target) && isSeq(source) && target.tag === source.tag) {
    const [firstItem] = source.items;
    if (isNode(firstItem)) {
      if (source.commentBefore != null) firstItem.commentBefore = source.commentBefore;
      if (isBlock(firstItem, path)) firstItem.spaceBefore = true;
    }
    target.items.push(...source.items);
  } else if (!(isScalar(target) && isScalar(source) && target.value === source.value)) {
    throw new FragmentClash(path, merge.owners.get(path) ?? merge.fragment, merge.fragment);
  }
}

/** Services, jobs, hooks and the like are set off by a blank line, as in a file written by hand. */
const isBlock = (node: unknown, path: string): boolean =>
  !path.includes('.') && isMap(node) && !node.flow && node.items.length > 0;

/** Remembers who wrote a value and everything below it. */
function claim(node: unknown, path: string, merge: Merge): void {
  merge.owners.set(path, merge.fragment);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    claim(value, path === '' ? name : `${path}.${name}`, merge);
  }
}
