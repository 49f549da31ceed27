/** What is only seen from all files together: the stack, whose name counts, which registry and data services are meant. */
import type { ComponentId } from '../component/define.ts';
import { SETTINGS_PATH } from '../repo/settings-file.ts';
import { recordOf, scalarText } from '../verify/embedded/plain-data.ts';
import { claimsOf, type Application } from './applications/application.ts';
import type { Language } from './detection.ts';
import type { Claim } from './evidence.ts';
import type { GitFacts } from './git-facts.ts';
import { componentsOf, type Server } from './own-images.ts';
import type { Origin, Subject } from './precedence.ts';
import type { Sources } from './sources.ts';

/**
 * bulwark's own settings say what the stack is; anything else that runs is an application of one's own.
 * @param others what containers say of it, for a repository whose code is in a language that nobody here reads
 */
export function stackClaims(
  sources: Sources,
  applications: readonly Application[],
  others: readonly Claim[],
): readonly Claim[] {
  const settings = recordOf(sources.json(sources.file(SETTINGS_PATH))?.answers);
  const own = Object.hasOwn(settings, 'stack') ? scalarText(settings.stack) : undefined;
  const claim = claimsOf(SETTINGS_PATH);
  const first = applications.find(({ facts }) => facts.kind !== 'library') ?? applications[0];
  const shows = first
    ? `${first.facts.language} by ${first.facts.manifest}`
    : others.find(
        ({ subject, origin }) =>
          origin === 'dockerfile' || (subject === 'none.port' && IN_CONTAINER.has(origin)),
      )?.because;
  return [
    ...claim('stack', 'settings', own, `answers.stack in ${SETTINGS_PATH}`),
    ...(shows === undefined ? [] : claim('stack', 'application', 'none', shows)),
  ];
}

/** Of several registries those under the owner's own name: the images of others may be deployed as well. */
export function underOwner({ origin }: GitFacts, claims: readonly Claim[]): readonly Claim[] {
  const owner = origin?.owner.toLowerCase();
  const isOwn = ({ value }: Claim): boolean => String(value).split('/').slice(1).join('/') === owner;
  const registries = claims.filter(({ subject }) => subject === 'registry');
  return registries.some(isOwn)
    ? claims.filter((claim) => claim.subject !== 'registry' || isOwn(claim))
    : claims;
}

const IN_CONTAINER: ReadonlySet<Origin> = new Set(['compose', 'cluster']);

const IDENTITY: ReadonlySet<Subject> = new Set(['name', 'description', 'licence', 'owner']);

/** The name of one application inside of a repository is not the repository's. */
export const isOfWhole = ({ subject }: Claim, { facts }: Application): boolean =>
  facts.folder === '' || !IDENTITY.has(subject);

/** What the only manifest at the top says of the whole, where the application is another or none. */
export function rootClaims(
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

export const onlyLanguage = (applications: readonly Application[]): Language | undefined => {
  const [only, ...others] = new Set(applications.map(({ facts }) => facts.language));
  return others.length === 0 ? only : undefined;
};

/** What runs, if what the code speaks to is among it; what only the code speaks to, if nothing runs. */
export function dataClaims(
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
