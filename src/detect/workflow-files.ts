/** What workflows tell: where images are pushed, which servers tests run against, what they do. */
import type { RepoPath } from '../tree/repo-path.ts';
import type { JudgedFile } from '../verify/check.ts';
import { recordOf, scalarText, type PlainRecord } from '../verify/embedded/plain-data.ts';
import { isWorkflow, jobsOf, type Job, type Step } from '../verify/embedded/workflow-jobs.ts';
import { claimsOf } from './applications/application.ts';
import type { Claim } from './evidence.ts';
import type { GitFacts } from './git-facts.ts';
import { dataServiceOf, isForeign, parseImage } from './image-names.ts';
import { registryClaims, serverClaims, type Server } from './own-images.ts';
import type { Sources } from './sources.ts';

export interface WorkflowReading {
  readonly claims: readonly Claim[];
  readonly servers: readonly Server[];
  /** Workflows that try what was changed, and those that bring it to somebody. */
  readonly integration: readonly RepoPath[];
  readonly delivery: readonly RepoPath[];
}

/** Versions of languages that the set-up actions are told. */
const SET_UP: Readonly<Record<string, string>> = {
  'actions/setup-node': 'node-version',
  'actions/setup-python': 'python-version',
  'actions/setup-go': 'go-version',
  'actions/setup-java': 'java-version',
  'ruby/setup-ruby': 'ruby-version',
  'actions/setup-dotnet': 'dotnet-version',
};

const DEPLOYS =
  /\b(?:kubectl|helm)\s+(?:apply|upgrade|install|rollout|set)\b|\b(?:aws ecs update-service|gcloud run deploy|az container create|doctl apps|flyctl deploy|docker push|terraform apply)\b/;
const DEPLOY_ACTIONS =
  /^(?:aws-actions\/amazon-ecs-deploy|google-github-actions\/deploy|azure\/(?:webapps-deploy|k8s-deploy)|superfly\/flyctl|digitalocean\/app_action)/i;

export function readWorkflows(sources: Sources, git: GitFacts): WorkflowReading {
  const claims: Claim[] = [];
  const servers: Server[] = [];
  const integration: RepoPath[] = [];
  const delivery: RepoPath[] = [];
  for (const file of sources.where(isWorkflow)) {
    for (const { document, data } of sources.yaml(file)) {
      const jobs = jobsOf(data);
      const steps = jobs.flatMap((job) => job.steps.map((step) => ({ job, step })));
      for (const job of jobs) {
        for (const [name, service] of Object.entries(recordOf(job.data.services))) {
          const image = parseImage(scalarText(recordOf(service).image) ?? scalarText(service) ?? '');
          const where = `${file.path}:${document.lineOf([...job.path, 'services', name])}`;
          if (image && dataServiceOf(image))
            servers.push({ image, origin: 'workflow', where, path: file.path });
        }
      }
      for (const { job, step } of steps) {
        const where = `${file.path}:${document.lineOf(step.path)}`;
        claims.push(
          ...imageClaims(step, environmentOf(data, job, step), where, git),
          ...versionClaims(step, where),
        );
      }
      const pushes = steps.some(({ step }) => isPush(step));
      if (pushes) delivery.push(file.path);
      if (
        isIntegration(
          file,
          steps.map(({ step }) => step),
          pushes,
        )
      )
        integration.push(file.path);
    }
  }
  return { claims: [...claims, ...serverClaims(servers)], servers, integration, delivery };
}

const actionOf = (step: Step): string => step.uses?.replace(/@.*$/, '') ?? '';

const isPush = (step: Step): boolean => {
  const push = recordOf(step.data.with).push;
  return (
    (actionOf(step) === 'docker/build-push-action' &&
      push !== undefined &&
      push !== false &&
      push !== 'false') ||
    DEPLOY_ACTIONS.test(actionOf(step)) ||
    DEPLOYS.test(step.run?.slice(0, 20_000) ?? '')
  );
};

const TRIES =
  /\b(?:npm (?:t|test|ci)|npm run [\w:-]*(?:test|lint|check)|(?:pnpm|yarn|bun)\s(?:run\s)?[\w:-]*(?:test|lint)|pytest|tox|nox|ruff|mypy|go (?:test|vet)|golangci-lint|cargo (?:test|clippy)|mvnw? |\.\/mvnw|gradlew|gradle |rspec|rails test|rake|phpunit|composer test|dotnet (?:test|build)|make (?:test|check|lint|ci)|docker build)\b/;

const isIntegration = (file: JudgedFile, steps: readonly Step[], pushes: boolean): boolean =>
  steps.some((step) => TRIES.test(step.run?.slice(0, 20_000) ?? '')) ||
  (!pushes && /\/(?:ci|test|tests|build|lint|check)[\w-]*\.ya?ml$/.test(file.path));

/** Variables of the workflow, the job and the step; the inner ones win. */
const environmentOf = (workflow: PlainRecord, job: Job, step: Step): ReadonlyMap<string, string> =>
  new Map(
    [workflow.env, job.data.env, step.data.env].flatMap((env) =>
      Object.entries(recordOf(env)).map(([name, value]) => [name, scalarText(value) ?? ''] as const),
    ),
  );

const MAX_EXPRESSIONS = 20;

/** `ghcr.io/${{ github.repository }}` as it comes out; undefined where something is not known before the run. */
function evaluated(text: string, env: ReadonlyMap<string, string>, git: GitFacts): string | undefined {
  const { origin } = git;
  const known = new Map([
    ['github.repository', origin && `${origin.owner}/${origin.name}`],
    ['github.repository_owner', origin?.owner],
    ['github.event.repository.name', origin?.name],
  ]);
  let result = text.slice(0, 1000);
  // A variable may itself be made of expressions; each is put in at most once a step.
  for (let count = 0; count < MAX_EXPRESSIONS && result.length <= 2000; count += 1) {
    const [expression, inner] = /\$\{\{\s{0,9}([\w.]{1,80})\s{0,9}\}\}/.exec(result) ?? [];
    if (expression === undefined || inner === undefined) break;
    const value = inner.startsWith('env.') ? env.get(inner.slice(4)) : known.get(inner);
    if (value === undefined) return undefined;
    result = result.replace(expression, () => value);
  }
  return result.includes('${{') ? undefined : result;
}

/** A tag is what the run makes of it, and not asked for here. */
const withoutTag = (image: string): string => image.replace(/:(?:\$\{\{.*|[^/]*)$/, '');

function imageClaims(
  step: Step,
  env: ReadonlyMap<string, string>,
  where: string,
  git: GitFacts,
): readonly Claim[] {
  const inputs = recordOf(step.data.with);
  const input =
    actionOf(step) === 'docker/metadata-action'
      ? scalarText(inputs.images)
      : actionOf(step) === 'docker/build-push-action'
        ? scalarText(inputs.tags)
        : undefined;
  const names = (input ?? '')
    .slice(0, 4000)
    .split(/[\n,]/)
    .map((line) => line.trim().replace(/^name=/, ''))
    .filter((line) => line !== '');
  return names.slice(0, 20).flatMap((name) => {
    const whole = evaluated(withoutTag(name), env, git)?.toLowerCase();
    const image = whole === undefined ? undefined : parseImage(whole);
    return image === undefined || isForeign(image)
      ? []
      : registryClaims(image, 'workflow', `the images of ${where}`);
  });
}

function versionClaims(step: Step, where: string): readonly Claim[] {
  const input = SET_UP[actionOf(step)];
  const version = input === undefined ? undefined : scalarText(recordOf(step.data.with)[input]);
  const plain = /^v?(\d+(?:\.\d+){0,2})(?:\.x)?$/.exec(version ?? '')?.[1];
  return claimsOf(where)('runtimeVersion', 'workflow', plain, `${actionOf(step)} in ${where}`);
}
