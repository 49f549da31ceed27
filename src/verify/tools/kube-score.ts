/** Kubernetes manifests by kube-score: what a workload needs to run safely and to be moved. */
import { KUBERNETES } from '../../component/pins.ts';
import type { Finding } from '../check.ts';
import { readJson, type JsonAnswer } from './json-answer.ts';
import { chooseManifests, isRendered, renderManifests } from './manifests.ts';
import { agreeing, argumentFor, defineTool, pathInside, ToolFailure, type ToolOutput } from './tool.ts';

/** Its grades: 1 is critical, 5 a warning, and above is fine. */
const CRITICAL = 1;
const WARNING = 5;

/** It says nothing at all where there is none of these. */
const JUDGED =
  /^kind:\s*(?:Pod|Deployment|StatefulSet|DaemonSet|(?:Cron)?Job|Service|Ingress|NetworkPolicy|PodDisruptionBudget|HorizontalPodAutoscaler)\s*$/m;

const SCORE = ['score', '--output-format', 'json', '--kubernetes-version', `v${KUBERNETES}`];

export const kubeScore = defineTool({
  id: 'kube-score',
  judges: 'Kubernetes manifests: hardening, probes, resources, disruption',
  command: 'kube-score',
  versionArgs: ['version'],
  install: {
    linux: 'go install github.com/zegl/kube-score/cmd/kube-score@latest, kubectl and helm',
    darwin: 'brew install kube-score kubernetes-cli helm',
    win32: 'scoop install kubectl helm, and https://github.com/zegl/kube-score/releases',
  },
  choose: (paths, read) =>
    chooseManifests(paths, read).filter((path) => isRendered(path) || JUDGED.test(read(path))),
  judge: async (judging) => {
    const { paths, call } = judging;
    const findings: Finding[] = [];
    for (const chosen of paths.filter(isRendered)) {
      for (const rendering of await renderManifests(judging, chosen)) {
        const { path } = rendering;
        if ('fault' in rendering) throw new ToolFailure(`did not judge ${path}, which does not render`);
        if (!JUDGED.test(rendering.manifests)) continue;
        const output = await call([...SCORE, '-'], { input: rendering.manifests });
        findings.push(...findingsIn(output, path, () => ({ path })));
      }
    }
    // Together, because one may be what another refers to.
    const plain = paths.filter((path) => !isRendered(path));
    if (plain.length > 0) {
      const output = await call([...SCORE, ...plain.map(argumentFor)]);
      findings.push(...findingsIn(output, plain.join(', '), (object) => placeOf(object, judging.root)));
    }
    return findings;
  },
});

type Place = Pick<Finding, 'path' | 'line'>;

function placeOf(object: JsonAnswer, root: string): Place {
  const line = object.get('file_row').lineIfAny();
  return { path: pathInside(root, object.get('file_name').text()), ...(line !== undefined && { line }) };
}

/** @param what was judged, for the reason when nothing was */
function findingsIn(
  output: ToolOutput,
  what: string,
  place: (object: JsonAnswer) => Place,
): readonly Finding[] {
  const objects = readJson(output).itemsIfAny();
  if (objects.length === 0) throw new ToolFailure(`did not judge ${what}`);
  const findings = objects.flatMap((object) => {
    const name = `${object.get('type_meta').get('kind').text()} ${object.get('object_meta').get('name').text()}`;
    return object
      .get('checks')
      .items()
      .filter((check) => !check.get('skipped').isTrue() && check.get('grade').number() <= WARNING)
      .map((check) => ({ ...findingOf(check, name), ...place(object) }));
  });
  return agreeing(output, findings);
}

function findingOf(result: JsonAnswer, name: string): Omit<Finding, keyof Place> {
  const check = result.get('check');
  const comments = result
    .get('comments')
    .itemsIfAny()
    .map((comment) => comment.get('summary').text());
  return {
    rule: check.get('id').text(),
    severity: result.get('grade').number() <= CRITICAL ? 'error' : 'warning',
    message: `${name}: ${[...new Set(comments)].join('; ') || check.get('name').text()}`,
    hint: check.get('comment').text() || 'https://github.com/zegl/kube-score/blob/master/README_CHECKS.md',
  };
}
