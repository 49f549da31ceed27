/**
 * Finds out what an existing repository is, so that only what cannot be seen is asked. Brings parsers of YAML and TOML along:
 * a command imports it when it needs it, and not before.
 */
import type { ComponentId } from '../component/define.ts';
import { slugOf } from '../component/names.ts';
import { parseValue } from '../plan/parse-value.ts';
import type { Question } from '../plan/questions.ts';
import { SETTINGS_PATH } from '../repo/settings-file.ts';
import type { JudgedTree } from '../verify/check.ts';
import { recordOf, scalarText } from '../verify/embedded/plain-data.ts';
import { claimsOf, given, type Application } from './applications/application.ts';
import { findApplications, primaryOf } from './applications/find.ts';
import { manifestFiles, readCluster } from './cluster-files.ts';
import { conventionClaims, makeTargets, variableNames } from './conventions.ts';
import { readCompose } from './compose-files.ts';
import type { Detected, Detection, Language, RepositoryState } from './detection.ts';
import { dockerfileClaims, dockerfilesFor, dockerfilesOf } from './dockerfiles.ts';
import { shown, weigh, type Claim, type Verdict } from './evidence.ts';
import type { GitFacts } from './git-facts.ts';
import { readIdentity } from './identity.ts';
import { optionOf } from './image-names.ts';
import { layoutOf } from './layout.ts';
import { componentsOf, type Server } from './own-images.ts';
import { isSubject, type Subject } from './precedence.ts';
import { ciServicesOf, presentOf } from './present.ts';
import { Sources } from './sources.ts';
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
  const compose = readCompose(sources);
  const manifests = manifestFiles(sources);
  const cluster = readCluster(sources, manifests);
  const workflows = readWorkflows(sources, git);
  const running = [...compose.servers, ...cluster.servers];
  const present = presentOf(sources, manifests, workflows, running);
  const claims: readonly Claim[] = [
    ...stackClaims(
      sources,
      applications,
      images.map(({ path }) => path),
    ),
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
  };
}

/** The answers as the source `detected` of a run (src/plan/answers.ts). */
export const rawAnswersOf = ({ answers }: Detection): ReadonlyMap<string, unknown> =>
  new Map(answers.map(({ key, value }) => [key, value]));

/** bulwark's own settings say what the stack is; anything else that runs is an application of one's own. */
function stackClaims(
  sources: Sources,
  applications: readonly Application[],
  images: readonly string[],
): readonly Claim[] {
  const settings = recordOf(sources.json(sources.file(SETTINGS_PATH))?.answers);
  const own = Object.hasOwn(settings, 'stack') ? scalarText(settings.stack) : undefined;
  const claim = claimsOf(SETTINGS_PATH);
  const [first] = applications;
  const shows = first ? `${first.facts.language} by ${first.facts.manifest}` : images[0];
  return [
    ...claim('stack', 'settings', own, `answers.stack in ${SETTINGS_PATH}`),
    ...(shows === undefined ? [] : claim('stack', 'application', 'none', shows)),
  ];
}

const IDENTITY: ReadonlySet<Subject> = new Set(['name', 'description', 'licence', 'owner']);

/** The name of one application inside of a repository is not the repository's. */
const isOfWhole = ({ subject }: Claim, { facts }: Application): boolean =>
  facts.folder === '' || !IDENTITY.has(subject);

/** What the only manifest at the top says of the whole, where the application is another or none. */
function rootClaims(
  applications: readonly Application[],
  primary: Application | undefined,
): readonly Claim[] {
  const roots = applications.filter(
    ({ facts }) => facts.folder === '' && facts.manifest !== primary?.facts.manifest,
  );
  const [root] = roots;
  if (root === undefined || roots.length > 1 || primary?.facts.folder === '') return [];
  const shared: ReadonlySet<Subject> = new Set([...IDENTITY, 'packageManager', 'runtimeVersion']);
  const isShared = root.facts.language === primary?.facts.language || primary === undefined;
  return root.claims.filter(({ subject }) => (isShared ? shared : IDENTITY).has(subject));
}

const onlyLanguage = (applications: readonly Application[]): Language | undefined => {
  const [only, ...others] = new Set(applications.map(({ facts }) => facts.language));
  return others.length === 0 ? only : undefined;
};

/** What runs, if what the code speaks to is among it; what only the code speaks to, if nothing runs. */
function dataClaims(
  running: readonly Server[],
  applications: readonly Application[],
  sources: Sources,
): readonly Claim[] {
  const runs = componentsOf(running);
  const uses = new Map<ComponentId, string>();
  for (const { drivers } of applications) {
    for (const { component, because } of drivers) if (!uses.has(component)) uses.set(component, because);
  }
  const missing = [...uses].filter(([component]) => !runs.has(component));
  if (runs.size > 0 && missing.length > 0) {
    sources.doubt(
      `Data: ${[...runs.values()].join(', ')}; and ${missing.map(([, because]) => because).join(', ')} speaks to a server that nothing here runs`,
    );
    return [];
  }
  const found = runs.size > 0 ? runs : uses;
  const origin = runs.size > 0 ? 'compose' : 'library';
  if (found.size === 0) return [];
  return claimsOf('')('data', origin, [...found.keys()].sort(), [...found.values()].join(', '));
}

/** The verdict on every subject that something was said of. */
function weighAll(claims: readonly Claim[], questions: readonly Question[]): ReadonlyMap<Subject, Verdict> {
  const options = new Map(
    questions.flatMap(({ key, field }) =>
      field.kind === 'choice' && key.endsWith('.version') ? [[key, field.options] as const] : [],
    ),
  );
  // `postgres:16.3` and `postgres:16` are one choice.
  const chosen = claims.map((claim) => {
    const versions = options.get(claim.subject);
    return versions ? { ...claim, value: optionOf(String(claim.value), versions) } : claim;
  });
  const verdicts = new Map<Subject, Verdict>();
  for (const subject of new Set(chosen.map((claim) => claim.subject))) {
    const verdict = weigh(subject, chosen);
    if (verdict) verdicts.set(subject, verdict);
  }
  return verdicts;
}

/** Verdicts as answers, each parsed by its question's field; what it does not take is a doubt. */
function answersOf(
  weighed: ReadonlyMap<Subject, Verdict>,
  claims: readonly Claim[],
  questions: readonly Question[],
): { readonly answers: readonly Detected[]; readonly doubts: readonly string[] } {
  const answers: Detected[] = [];
  const doubts: string[] = [];
  const stack = weighed.get('stack');
  const isOwn = stack !== undefined && 'value' in stack && stack.value === 'none';
  for (const { key, field, component } of questions) {
    const verdict = isSubject(key) ? weighed.get(key) : undefined;
    // Where bulwark rendered the stack, its own settings hold what `none` asks.
    if (verdict === undefined || (component === 'none' && !isOwn)) continue;
    if ('doubt' in verdict) {
      doubts.push(`${field.label}: ${verdict.doubt}`);
      continue;
    }
    const parsed = parseValue(field, verdict.value);
    if ('value' in parsed) {
      const written = key === 'name' ? asTitled(parsed.value, claims) : undefined;
      const titled = written === undefined ? undefined : parseValue(field, written);
      answers.push(
        titled && 'value' in titled
          ? { key, value: titled.value, because: `${verdict.because}, written as in the readme` }
          : { key, value: parsed.value, because: verdict.because },
      );
    } else {
      doubts.push(`${field.label}: ${shown(verdict.value)} (${verdict.because}) ${parsed.fault}`);
    }
  }
  return { answers, doubts };
}

/** `Order Desk` for `order-desk`, where the readme's title is the same name as people write it. */
function asTitled(name: unknown, claims: readonly Claim[]): string | undefined {
  const title = claims.find(({ subject, origin }) => subject === 'name' && origin === 'title')?.value;
  return typeof title === 'string' && title !== name && slugOf(title) === slugOf(String(name))
    ? title
    : undefined;
}

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
