/** Actions and images of GitHub's workflows and composite actions (docs.github.com, "Workflow syntax"). */
import { lineEnd, type Edit } from '../edit.ts';
import { left, parseAction, type ActionPin, type Reference } from '../reference.ts';
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
  return [{ kind: 'action', ...action, offset: placed.start, pin: (pin) => commitEdits(placed, text, pin) }];
}

/** A comment that is nothing but the version: `# v4`, as Dependabot and zizmor read it. */
const VERSION_COMMENT = /^#\s*(?:tag=)?v?\d+(?:\.\d+)*\s*$/;

/** The commit goes where the tag was; its version into a comment, before one that is there already. */
function commitEdits(placed: PlacedText, text: string, { sha, version }: ActionPin): readonly Edit[] {
  const at = placed.start + placed.value.lastIndexOf('@') + 1;
  const commit: Edit = { start: at, end: placed.end, text: sha };
  const end = lineEnd(text, placed.outerEnd);
  const rest = text.slice(placed.outerEnd, end);
  const comment = /(\s+)(#.*)$/.exec(rest);
  // Behind what closes a flow collection, or where the line has no comment: at its end.
  if (!comment || !/^\s*[\]},]*\s*#/.test(rest)) {
    const trimmed = placed.outerEnd + rest.trimEnd().length;
    return [commit, { start: trimmed, end: trimmed, text: ` # ${version}` }];
  }
  const start = placed.outerEnd + comment.index;
  const [, space = ' ', words = ''] = comment;
  return VERSION_COMMENT.test(words)
    ? [commit, { start, end, text: `${space}# ${version}` }]
    : [commit, { start, end: start, text: ` # ${version}` }];
}
