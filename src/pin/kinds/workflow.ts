/** Actions and images of GitHub's workflows and composite actions (docs.github.com, "Workflow syntax"). */
import { lineEnd, type Edit } from '../edit.ts';
import { COMMIT, left, parseAction, type ActionPin, type Reference } from '../reference.ts';
import {
  itemsOf,
  nodeAt,
  pairsOf,
  textAt,
  type PlacedText,
  type YamlNode,
  type YamlText,
} from '../yaml-places.ts';
import { imageAt, imageText } from './image-text.ts';

export const isWorkflowOrAction = (path: string): boolean =>
  /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path) || /(?:^|\/)action\.ya?ml$/.test(path);

export const workflowReferences = ({ text, documents }: YamlText): readonly Reference[] =>
  documents.flatMap(({ root }) => {
    const jobs = nodeAt(root, 'jobs');
    const runs = nodeAt(root, 'runs');
    return [
      ...(jobs ? pairsOf(jobs).flatMap(({ value }) => referencesOfJob(value, text)) : []),
      ...(runs ? [...stepsOf(runs, text), ...dockerImage(nodeAt(runs, 'image'), text)] : []),
    ];
  });

function referencesOfJob(job: YamlNode, text: string): readonly Reference[] {
  const container = nodeAt(job, 'container');
  const services = nodeAt(job, 'services');
  return [
    ...usesOf(nodeAt(job, 'uses'), text),
    ...imageAt(container, text),
    ...(container ? imageAt(nodeAt(container, 'image'), text) : []),
    ...(services ? pairsOf(services).flatMap(({ value }) => imageAt(nodeAt(value, 'image'), text)) : []),
    ...stepsOf(job, text),
  ];
}

const stepsOf = (of: YamlNode, text: string): readonly Reference[] =>
  itemsOf(nodeAt(of, 'steps')).flatMap((step) => usesOf(nodeAt(step, 'uses'), text));

const DOCKER = 'docker://';

function dockerImage(node: YamlNode | undefined, text: string): readonly Reference[] {
  const placed = textAt(node, text);
  if (placed?.value.startsWith(DOCKER) !== true) return [];
  const image = imageText({
    ...placed,
    value: placed.value.slice(DOCKER.length),
    start: placed.start + DOCKER.length,
  });
  return image ? [image] : [];
}

function usesOf(node: YamlNode | undefined, text: string): readonly Reference[] {
  const placed = textAt(node, text);
  if (!placed || placed.value.startsWith('./') || placed.value.includes('${{')) return [];
  if (placed.value.startsWith(DOCKER)) return dockerImage(node, text);
  const action = parseAction(placed.value);
  if (!action) return [left(placed.value, placed.start, 'it names no tag')];
  const version =
    action.sha === undefined ? undefined : VERSION_WORD.exec(commentOf(placed, text)?.words ?? '')?.[2];
  return [
    {
      kind: 'action',
      ...action,
      offset: placed.start,
      ...(version !== undefined && { version }),
      pin: (pin) => commitEdits(placed, text, pin),
    },
  ];
}

/** The version with which a comment begins, whatever else it says. */
const VERSION_WORD = /^(#\s*(?:tag=)?)(v?\d+(?:\.\d+)*(?:[-+][\w.-]+)?)(?![\w.])/;

interface Comment {
  /** From its `#`. */
  readonly words: string;
  readonly start: number;
  /** The blank before it. */
  readonly space: string;
}

/** The comment at the end of the line, behind what may close a flow collection. */
function commentOf({ outerEnd }: PlacedText, text: string): Comment | undefined {
  const rest = text.slice(outerEnd, lineEnd(text, outerEnd));
  const match = /(\s+)(#.*)$/.exec(rest);
  if (!match || !/^\s*[\]},]*\s*#/.test(rest)) return undefined;
  const [, space = ' ', words = ''] = match;
  return { words, start: outerEnd + match.index, space };
}

/** A comment that is nothing but the version: `# v4`, as Dependabot and zizmor read it. */
const VERSION_COMMENT = /^#\s*(?:tag=)?v?\d+(?:\.\d+)*\s*$/;

/** The commit goes where the tag was; its version into a comment, before one that is there already. */
function commitEdits(placed: PlacedText, text: string, { sha, version }: ActionPin): readonly Edit[] {
  const at = placed.start + placed.value.lastIndexOf('@') + 1;
  const commit: Edit = { start: at, end: placed.end, text: sha };
  const comment = commentOf(placed, text);
  if (!comment) {
    const rest = text.slice(placed.outerEnd, lineEnd(text, placed.outerEnd));
    const trimmed = placed.outerEnd + rest.trimEnd().length;
    return [commit, { start: trimmed, end: trimmed, text: ` # ${version}` }];
  }
  const { words, start, space } = comment;
  const [known, before = ''] = COMMIT.test(placed.value.slice(at - placed.start))
    ? (VERSION_WORD.exec(words) ?? [])
    : [];
  if (known !== undefined) {
    const from = start + space.length + before.length;
    return [commit, { start: from, end: start + space.length + known.length, text: version }];
  }
  return VERSION_COMMENT.test(words)
    ? [commit, { start, end: start + space.length + words.length, text: `${space}# ${version}` }]
    : [commit, { start, end: start, text: ` # ${version}` }];
}
