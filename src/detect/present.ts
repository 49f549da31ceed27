/** Which files of the repository play the role of a component, whoever wrote them. */
import type { ComponentId } from '../component/define.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { JudgedFile } from '../verify/check.ts';
import { isComposeFile } from '../verify/embedded/compose-stack.ts';
import { isDockerfile } from '../verify/embedded/dockerfile-syntax.ts';
import { chartFiles, kustomizationFiles } from './cluster-files.ts';
import type { Present } from './detection.ts';
import { dataServiceOf } from './image-names.ts';
import { monitoringPaths, nginxPaths, terraformPaths } from './layout.ts';
import type { Server } from './own-images.ts';
import { isOfEditor, type Sources } from './sources.ts';
import type { WorkflowReading } from './workflow-files.ts';

/** Components that are told by the path alone. */
const BY_PATH: readonly (readonly [ComponentId, RegExp])[] = [
  ['env', /(?:^|\/)\.?env[.-](?:example|sample|template|dist)$|(?:^|\/)example\.env$/],
  ['git', /^\.git(?:ignore|attributes)$/],
  ['make', /^(?:GNU)?[Mm]akefile$/],
  ['readme', /^readme(?:\.\w+)?$/i],
  [
    'project',
    /^(?:licen[cs]e(?:[-.][\w.-]+)?|(?:(?:\.github|docs)\/)?(?:CODEOWNERS|(?:SECURITY|CONTRIBUTING)\.md)|\.pre-commit-config\.yaml|\.editorconfig|\.github\/(?:dependabot\.ya?ml|renovate\.json5?)|renovate\.json5?)$/i,
  ],
  ['runbooks', /(?:^|\/)runbooks?\/[^/]+\.md$/i],
  ['disaster-recovery', /(?:^|\/)disaster[-_ ]recovery[^/]*\.md$/i],
  ['on-call', /(?:^|\/)on[-_]?call[^/]*\.md$/i],
  ['deployment-guide', /^(?:docs\/)?(?:deployment(?:[-_]guide)?|deploying)\.md$/i],
  ['architecture', /^(?:docs\/)?architecture\.md$/i],
  ['performance', /^(?:docs\/)?performance\.md$/i],
  ['backup', /(?:^|\/)(?:[a-z]+[-_])?backup\.sh$/i],
  ['production-readiness', /(?:^|\/)production[-_]readiness[^/]*\.md$/i],
  ['log-shipping', /(?:^|\/)fluent-?bit[^/]*\.(?:conf|ya?ml)$/],
  ['elk', /(?:^|\/)(?:elasticsearch|logstash|kibana)\.ya?ml$|(?:^|\/)logstash[^/]*\.conf$/],
  ['jaeger', /(?:^|\/)jaeger[^/]*\.ya?ml$|(?:^|\/)jaeger\/[^/]+\.ya?ml$/],
  ['digitalocean', /^\.do\/(?:app|deploy\.template)\.ya?ml$/],
  ['ecs', /(?:^|\/)task-?def(?:inition)?[^/]*\.json$/],
];

/** Other services of continuous integration, by the file each reads. */
const CI: readonly (readonly [service: string, path: RegExp])[] = [
  ['gitlab', /^\.gitlab-ci\.ya?ml$/],
  ['circleci', /^\.circleci\/config\.ya?ml$/],
  ['jenkins', /^Jenkinsfile$/],
  ['azure', /^\.?azure-pipelines\.ya?ml$/],
  ['bitbucket', /^bitbucket-pipelines\.ya?ml$/],
  ['travis', /^\.travis\.ya?ml$/],
  ['drone', /^\.drone\.ya?ml$/],
  ['buildkite', /^\.buildkite\/pipeline\.ya?ml$/],
];

/** The services of continuous integration that the repository is set up for, sorted. */
export const ciServicesOf = (sources: Sources, workflows: WorkflowReading): readonly string[] =>
  [
    ...(workflows.integration.length + workflows.delivery.length > 0 ? ['github'] : []),
    ...CI.filter(([, path]) => sources.paths.some((one) => path.test(one))).map(([service]) => service),
  ].sort();

/** @param servers data services that some file runs for the application, tests left out */
export function presentOf(
  sources: Sources,
  manifests: readonly JudgedFile[],
  workflows: WorkflowReading,
  servers: readonly Server[],
): readonly Present[] {
  const matching = (pattern: RegExp): readonly RepoPath[] =>
    sources.paths.filter((path) => pattern.test(path));
  const dockerfiles = sources.paths.filter((path) => isDockerfile(path) && !isOfEditor(path));
  const otherCi = CI.flatMap(([, path]) => matching(path));
  const found: readonly (readonly [ComponentId, readonly RepoPath[]])[] = [
    ...BY_PATH.map(([component, pattern]) => [component, matching(pattern)] as const),
    [
      'docker',
      dockerfiles.length === 0 ? [] : [...dockerfiles, ...matching(/(?:^|\/)(?:[\w.-]+)?\.dockerignore$/)],
    ],
    ['compose', sources.paths.filter((path) => isComposeFile(path) && !isOfEditor(path))],
    ['nginx', nginxPaths(sources)],
    ['kustomize', [...kustomizationFiles(sources), ...manifests].map(({ path }) => path)],
    ['helm', chartFiles(sources).map(({ path }) => path)],
    ['terraform', terraformPaths(sources)],
    ['monitoring', monitoringPaths(sources)],
    ['cloud-run', knativeServices(sources)],
    ['ci', [...workflows.integration, ...otherCi]],
    ['delivery', workflows.delivery],
    ...(['postgres', 'redis', 'rabbitmq'] as const).map(
      (component) =>
        [
          component,
          servers.filter(({ image }) => dataServiceOf(image) === component).map(({ path }) => path),
        ] as const,
    ),
  ];
  return found
    .filter(([, paths]) => paths.length > 0)
    .map(([component, paths]) => ({ component, paths: [...new Set(paths)].sort() }))
    .sort((a, b) => (a.component < b.component ? -1 : 1));
}

const knativeServices = (sources: Sources): readonly RepoPath[] =>
  sources
    .where((path) => /\.ya?ml$/.test(path))
    .filter(({ content }) =>
      /^apiVersion:[ \t]{0,9}["']?(?:serving\.knative\.dev|run\.googleapis\.com)\//m.test(
        content.toString('utf8', 0, 4096),
      ),
    )
    .map(({ path }) => path);
