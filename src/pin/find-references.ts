/** Finds the images and actions that a file names, by the kind of the file. */
import { isComposeFile } from '../verify/embedded/compose-stack.ts';
import { isDockerfile } from '../verify/embedded/dockerfile-syntax.ts';
import { lineEnd, lineStart } from './edit.ts';
import { appPlatformReferences, isAppSpec } from './kinds/app-platform.ts';
import { composeReferences } from './kinds/compose.ts';
import { dockerfileReferences } from './kinds/dockerfile.ts';
import { helmValuesReferences, isHelmValues } from './kinds/helm-values.ts';
import { isKustomization, kustomizationReferences } from './kinds/kustomization.ts';
import { isManifest, kubernetesReferences } from './kinds/kubernetes.ts';
import { taskDefinitionReferences } from './kinds/task-definition.ts';
import { isWorkflowOrAction, workflowReferences } from './kinds/workflow.ts';
import { left, pinOf, type Reference } from './reference.ts';
import { readYaml, type YamlText } from './yaml-places.ts';

/**
 * Every reference of a file in the order of the text: those to pin, those that are pinned, and those that cannot be.
 * A line, or the one above it, that says `bulwark:allow pin` with a reason keeps its tag.
 * @param path by which the kind of the file is told, together with what is in it
 */
export function findReferences(path: string, text: string): readonly Reference[] {
  const found = new Map<string, Reference>();
  for (const reference of referencesOf(path, text)) {
    found.set(`${reference.kind} ${reference.offset}`, reference);
  }
  return [...found.values()]
    .map((reference) => {
      if (!isAllowed(text, reference.offset)) return reference;
      const stays = 'its line says that it is to stay';
      return pinOf(reference) === undefined
        ? left(reference.key, reference.offset, stays)
        : { ...reference, stays };
    })
    .sort((a, b) => a.offset - b.offset);
}

function referencesOf(path: string, text: string): readonly Reference[] {
  if (isDockerfile(path)) return dockerfileReferences(text);
  const read = readerOf(path, text);
  const yaml = read && readYaml(text);
  return yaml ? read(yaml) : [];
}

type Reader = (yaml: YamlText) => readonly Reference[];

/** What is no YAML of a kind that names images is not parsed at all: a repository has many files. */
function readerOf(path: string, text: string): Reader | undefined {
  if (isKustomization(path)) return kustomizationReferences;
  if (path.endsWith('.json')) {
    return text.includes('"containerDefinitions"') ? taskDefinitionReferences : undefined;
  }
  if (!/\.ya?ml$/i.test(path)) return undefined;
  if (isWorkflowOrAction(path)) return workflowReferences;
  if (!/\b(?:image|repository|containers?)\b/.test(text)) return undefined;
  if (isComposeFile(path)) return composeReferences;
  if (isAppSpec(path)) return appPlatformReferences;
  if (isHelmValues(path)) {
    return (yaml) => (yaml.documents.some(isManifest) ? kubernetesReferences : helmValuesReferences)(yaml);
  }
  return kubernetesReferences;
}

const ALLOW = /\bbulwark:allow\s+pin[\s:-]+\S/;

function isAllowed(text: string, offset: number): boolean {
  const start = lineStart(text, offset);
  const above = start > 0 ? text.slice(lineStart(text, start - 1), start) : '';
  return ALLOW.test(text.slice(start, lineEnd(text, offset))) || (/^\s*#/.test(above) && ALLOW.test(above));
}
