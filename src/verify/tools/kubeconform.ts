/** Kubernetes manifests by kubeconform: against the schemas of their kinds, an unknown field being an error. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RepoPath } from '../../tree/repo-path.ts';
import type { Finding } from '../check.ts';
import { readJson } from './json-answer.ts';
import { chooseManifests, renderManifests, type Rendering } from './manifests.ts';
import { defineTool, ToolFailure, ToolMissing, type Judging } from './tool.ts';

/** Names the folder with a schema for each kind, in kubeconform's layout: by itself it would fetch them. */
const SCHEMAS = 'BULWARK_KUBERNETES_SCHEMAS';

const HINT = 'https://kubernetes.io/docs/reference/kubernetes-api/';
const SCHEMAS_HINT = `and ${SCHEMAS}, a folder of schemas (https://github.com/yannh/kubernetes-json-schema)`;

export const kubeconform = defineTool({
  id: 'kubeconform',
  judges: 'Kubernetes manifests: unknown fields, wrong types',
  command: 'kubeconform',
  versionArgs: ['-v'],
  install: {
    linux: `go install github.com/yannh/kubeconform/cmd/kubeconform@latest, kubectl, helm, ${SCHEMAS_HINT}`,
    darwin: `brew install kubeconform kubernetes-cli helm, ${SCHEMAS_HINT}`,
    win32: `scoop install kubeconform kubectl helm, ${SCHEMAS_HINT}`,
  },
  choose: chooseManifests,
  judge: async (judging) => {
    const schemas = process.env[SCHEMAS];
    if (schemas === undefined || !existsSync(schemas)) throw new ToolMissing(SCHEMAS);
    const findings: Finding[] = [];
    for (const path of judging.paths) findings.push(...(await judgeOne(judging, schemas, path)));
    return findings;
  },
});

async function judgeOne(judging: Judging, schemas: string, chosen: RepoPath): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const rendering of await renderManifests(judging, chosen)) {
    findings.push(...(await judgeRendering(judging, schemas, rendering)));
  }
  return findings;
}

async function judgeRendering(
  judging: Judging,
  schemas: string,
  rendering: Rendering,
): Promise<readonly Finding[]> {
  const { path } = rendering;
  const finding = (rule: string, message: string): Finding => ({
    rule,
    severity: 'error',
    path,
    message,
    hint: HINT,
  });
  if ('fault' in rendering) return [finding(rendering.rule, rendering.fault)];
  const output = await judging.call(
    [
      ...['-strict', '-summary', '-output', 'json'],
      ...['-schema-location', join(schemas, '{{.ResourceKind}}{{.KindSuffix}}.json')],
      '-',
    ],
    { input: rendering.manifests },
  );
  const answer = readJson(output);
  const resources = answer.get('resources').itemsIfAny();
  const valid = answer.get('summary').get('valid').number();
  if (valid + resources.length === 0) throw new ToolFailure(`did not judge ${path}`);
  const findings = resources.map((resource) =>
    finding(
      resource.get('status').text() === 'statusInvalid' ? 'kubeconform-invalid' : 'kubeconform-unknown',
      `${resource.get('kind').text()} ${resource.get('name').text()}: ${resource.get('msg').text()}`,
    ),
  );
  if (output.exitCode !== 0 && findings.length === 0) throw new ToolFailure(`did not say what ${path} lacks`);
  return findings;
}
