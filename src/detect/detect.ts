/**
 * Finds out what an existing repository is, so that only what cannot be seen is asked. Brings parsers of YAML and TOML along:
 * a command imports it when it needs it, and not before.
 */
import type { Question } from '../plan/questions.ts';
import type { JudgedTree } from '../verify/check.ts';
import { answersOf, weighAll } from './answer-questions.ts';
import { given, type Application } from './applications/application.ts';
import { findApplications, primaryOf } from './applications/find.ts';
import { manifestFiles, readCluster } from './cluster-files.ts';
import { readCompose } from './compose-files.ts';
import { conventionClaims, makeTargets, variableNames } from './conventions.ts';
import type { Detection, Language, RepositoryState } from './detection.ts';
import { dockerfileClaims, dockerfilesFor, dockerfilesOf } from './dockerfiles.ts';
import { weigh, type Claim, type Verdict } from './evidence.ts';
import type { GitFacts } from './git-facts.ts';
import { readIdentity } from './identity.ts';
import { layoutOf } from './layout.ts';
import { ownImage, type Known } from './own-image/own-image.ts';
import type { Subject } from './precedence.ts';
import { ciServicesOf, presentOf } from './present.ts';
import { Sources } from './sources.ts';
import {
  dataClaims,
  isOfWhole,
  onlyLanguage,
  rootClaims,
  stackClaims,
  underOwner,
} from './whole-repository.ts';
import { readWorkflows } from './workflow-files.ts';

export type { Detected, Detection, Layout, Present, RepositoryState } from './detection.ts';

/**
 * Looks at a repository that exists. Pure, and total: whatever the files hold, it throws nothing; what is broken, too large or
 * contradicts itself is a doubt.
 * @param tree all files of the repository
 * @param git what git says of it
 * @param questions those of the catalog; only they are answered, and each answer is one that its question's field takes
 */
export function detect(tree: JudgedTree, git: GitFacts, questions: readonly Question[]): Detection {
  const sources = new Sources(tree);
  const applications = findApplications(sources);
  const primary = primaryOf(applications, sources);
  const language = primary?.facts.language ?? onlyLanguage(applications);
  const images = dockerfilesFor(dockerfilesOf(sources), primary?.facts.folder);
  const image = dockerfileClaims(images, language);
  const compose = readCompose(sources, git);
  const manifests = manifestFiles(sources);
  const cluster = readCluster(sources, manifests);
  const workflows = readWorkflows(sources, git);
  const running = [...compose.servers, ...cluster.servers];
  const present = presentOf(sources, manifests, workflows, running);
  const said: readonly Claim[] = [
    ...(primary ? primary.claims.filter((claim) => isOfWhole(claim, primary)) : []),
    ...rootClaims(applications, primary),
    ...image.claims,
    ...compose.claims,
    ...cluster.claims,
    ...workflows.claims,
    ...readIdentity(sources, git),
    ...dataClaims(running, applications, sources),
    ...conventionClaims(sources),
  ];
  const apart = underOwner(git, [...stackClaims(sources, applications, said), ...said]);
  const own = ownImage(primary, sources, knownOf(apart, images.length > 0));
  const claims = [...apart, ...own.claims];
  const layout = layoutOf(sources, images, manifests);
  const weighed = weighAll(claims, questions);
  const { answers, doubts } = answersOf(weighed, claims, questions);
  const contradictions = FACTS.flatMap(({ subject, label }) => {
    const verdict = weighed.get(subject);
    return verdict && 'doubt' in verdict ? [`${label}: ${verdict.doubt}`] : [];
  });
  return {
    answers,
    facts: {
      ...factsOf(weighed, primary, language),
      ports: [...new Set([...image.ports, ...compose.ports, ...cluster.ports])].sort((a, b) => a - b),
      applications: applications.map(({ facts }) => facts),
      services: compose.services,
      ci: ciServicesOf(sources, workflows),
      makeTargets: makeTargets(sources),
      variables: variableNames(sources),
      ...given(
        'licence',
        textIn(
          weigh(
            'licence',
            claims.filter(({ origin }) => origin === 'licence file'),
          ),
        ),
      ),
      ...given('repository', git.origin),
      ...given('defaultBranch', git.defaultBranch),
      ...given('subfolder', git.subfolder),
    },
    present,
    layout,
    doubts: [...sources.doubts, ...doubts, ...contradictions],
    imageDoubts: own.doubts,
  };
}

/** What the claims of all files say of the application together. */
function knownOf(claims: readonly Claim[], hasDockerfile: boolean): Known {
  const of = (subject: Subject): { readonly value: string; readonly because: string } | undefined => {
    const verdict = weigh(subject, claims);
    return verdict && 'value' in verdict
      ? { value: String(verdict.value), because: verdict.because }
      : undefined;
  };
  const start = of('startCommand');
  return {
    packageManager: of('packageManager')?.value,
    runtimeVersion: of('runtimeVersion'),
    start: start && { command: start.value, because: start.because },
    test: of('testCommand'),
    hasDockerfile,
  };
}

/** The answers as the source `detected` of a run (src/plan/answers.ts). */
export const rawAnswersOf = ({ answers }: Detection): ReadonlyMap<string, unknown> =>
  new Map(answers.map(({ key, value }) => [key, value]));

/** Facts that are no question's answer, with what a doubt calls them. */
const FACTS = [
  { subject: 'packageManager', label: 'Package manager' },
  { subject: 'runtimeVersion', label: 'Version of the language' },
  { subject: 'startCommand', label: 'Start command' },
] as const satisfies readonly { readonly subject: Subject; readonly label: string }[];

const textIn = (verdict: Verdict | undefined): string | undefined =>
  verdict && 'value' in verdict ? String(verdict.value) : undefined;

function factsOf(
  weighed: ReadonlyMap<Subject, Verdict>,
  primary: Application | undefined,
  language: Language | undefined,
): Partial<RepositoryState> {
  const facts = primary?.facts;
  return {
    ...given('language', language),
    ...given('framework', facts?.framework),
    ...given('packageManager', textIn(weighed.get('packageManager'))),
    ...given('runtimeVersion', textIn(weighed.get('runtimeVersion'))),
    ...given('entryPoint', facts?.entryPoint),
    ...given('startCommand', textIn(weighed.get('startCommand'))),
    ...given('testCommand', textIn(weighed.get('testCommand'))),
    ...given('buildCommand', facts?.buildCommand),
  };
}
