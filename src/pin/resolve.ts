/** Asks for all that is to be pinned: each once, a few at a time, and all that goes wrong is said together. */
import { BulwarkError, ExitCode, type Issue, usageError } from '../errors.ts';
import type { AskGitHub } from './github.ts';
import { canonicalImage, type ActionName, type ActionPin, type ImageName, type Pins } from './reference.ts';
import { hostOfRegistry, WANTED_PLATFORMS, type AskRegistry, type ImageContent } from './registry.ts';

export interface Wanted {
  /** By the key under which the pin is recorded. */
  readonly images: ReadonlyMap<string, ImageName>;
  readonly actions: ReadonlyMap<string, ActionName>;
}

export interface Resolved {
  readonly pins: Pins;
  /** Actions that name a branch. */
  readonly branches: ReadonlySet<string>;
  readonly notices: readonly string[];
}

const AT_ONCE = 6;
/** After these a host is not asked again. */
const LOST: ReadonlySet<string> = new Set(['unreachable', 'rate-limited', 'proxy-failed']);
/** Fewer left than this is worth a word. */
const FEW_REMAINING = 10;

/**
 * @throws BulwarkError with every issue: code 8 where a content is not what its digest says, 74 where a host cannot be asked, else 2
 */
export async function resolvePins(
  { images, actions }: Wanted,
  askRegistry: AskRegistry,
  askGitHub: AskGitHub,
): Promise<Resolved> {
  const failures: Failure[] = [];
  const guarded = async <T>(host: string, name: string, action: () => Promise<T>): Promise<T | undefined> => {
    // A host that does not answer is not waited for again, reference by reference.
    const lost = failures.find((failure) => failure.host === host && failure.isLost);
    if (lost) {
      lost.names.push(name);
      return undefined;
    }
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof BulwarkError) || error.exitCode === ExitCode.interrupted) throw error;
      const isLost = error.issues.some(({ id }) => LOST.has(id));
      failures.push({ error, host, isLost, names: [name] });
      return undefined;
    }
  };

  const contents = new Map<string, ImageContent>();
  const commits = new Map<string, ActionPin>();
  const branches = new Set<string>();
  const imageJobs = new Map([...images.values()].map((image) => [canonicalImage(image), image]));
  await atOnce(AT_ONCE, [
    ...[...imageJobs].map(([name, image]) => async () => {
      const content = await guarded(hostOfRegistry(image.registry), name, () => askRegistry(image));
      if (content) contents.set(name, content);
    }),
    ...[...actions].map(([key, action]) => async () => {
      const content = await guarded('github', key, () => askGitHub(action));
      if (content?.outcome === 'pinned') commits.set(key, content.pin);
      else if (content) branches.add(key);
    }),
  ]);
  if (failures.length > 0) throw together(failures);
  return {
    pins: {
      images: Object.fromEntries(
        [...images].flatMap(([key, image]) => {
          const content = contents.get(canonicalImage(image));
          return content ? [[key, content.digest]] : [];
        }),
      ),
      actions: Object.fromEntries(commits),
    },
    branches,
    notices: [...contents]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, content]) => noticesOf(name, content)),
  };
}

function noticesOf(name: string, { platforms, remaining }: ImageContent): string[] {
  const missing =
    platforms === null ? [] : WANTED_PLATFORMS.filter((platform) => !platforms.includes(platform));
  return [
    ...(platforms === null ? [`${name} is for one platform only`] : []),
    ...missing.map((platform) => `${name} is not there for ${platform}`),
    ...(remaining !== undefined && remaining < FEW_REMAINING
      ? [`${name.split('/')[0] ?? name} answers ${remaining} more times for now`]
      : []),
  ];
}

interface Failure {
  readonly error: BulwarkError;
  readonly host: string;
  readonly isLost: boolean;
  /** What could not be asked for because of it. */
  readonly names: string[];
}

/** One error of many; an issue that several references ran into is said once, with all of them. */
function together(failures: readonly Failure[]): BulwarkError {
  const said = new Map<string, { readonly issue: Issue; readonly names: string[] }>();
  for (const { error, names } of failures) {
    for (const issue of error.issues) {
      const key = `${issue.id} ${issue.where ?? issue.message}`;
      const known = said.get(key);
      if (known) known.names.push(...names);
      else said.set(key, { issue, names: [...names] });
    }
  }
  const codes = failures.map(({ error }) => error.exitCode);
  const code = [ExitCode.integrity, ExitCode.machine].find((one) => codes.includes(one)) ?? ExitCode.usage;
  const issues = [...said.values()]
    .sort((a, b) => ((a.issue.where ?? '') < (b.issue.where ?? '') ? -1 : 1))
    .map(({ issue, names }) => ({ ...issue, message: withNames(issue.message, names) }));
  const [first, ...rest] = issues;
  if (!first) throw new Error('no failure to tell of');
  return new BulwarkError(code, [first, ...rest], { cause: failures[0]?.error });
}

const withNames = (message: string, names: readonly string[]): string =>
  names.length === 1 && message.includes(names[0] ?? '')
    ? message
    : `${message} (needed for ${[...new Set(names)].sort().join(', ')})`;

/** Runs jobs, never more than so many at the same time. */
async function atOnce(limit: number, jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const queue = jobs.values();
  const work = async () => {
    for (const job of queue) await job();
  };
  await Promise.all(Array.from({ length: limit }, work));
}

/** Under `--offline`: code 2, with everything that would have to be asked for. */
export function offlineError({ images, actions }: Wanted): BulwarkError {
  return usageError(
    [...images.keys(), ...actions.keys()].sort().map((key) => ({
      id: 'offline',
      message: `what ${key} stands for would have to be asked for, and --offline forbids it`,
      where: key,
      hint: 'leave out --offline',
    })),
  );
}
