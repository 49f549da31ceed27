/** What the managed platforms are told alike: the images, the processes and what each of them must know. */
import { literal } from '../render/view.ts';
import type { View, ViewValue } from './contribution.ts';
import type { ApplicationFacts, Process, Project } from './define.ts';

/** The branch whose images the files name as they stand; a deployment names the version instead. */
export const RELEASE_BRANCH = 'main';

/** The components that deploy to a managed platform, in the order in which documents speak of them. */
export const TARGETS = ['ecs', 'cloud-run', 'container-instances', 'digitalocean'] as const;

/** What the application says of itself. @throws (a bug) when the plan has no application */
export function applicationOf({ facts, stack }: Project): ApplicationFacts {
  if (!facts.app) throw new Error(`the stack ${stack} tells nothing of its application`);
  return facts.app;
}

/** `DATABASE_URL` → `database-url`, as the secret stores of Google and Microsoft want it. */
const kebab = (variable: string): string => variable.toLowerCase().replaceAll('_', '-');

/** Items of a list that a template prints with something between them, as JSON wants it. */
export const separated = (items: readonly View[]): readonly ViewValue[] =>
  items.map((item, index) => ({ ...item, separator: literal(index < items.length - 1 ? ',' : '') }));

/** A flow sequence that JSON and YAML read alike. */
const sequence = (command: readonly string[]) =>
  literal(`[${command.map((word) => JSON.stringify(word)).join(', ')}]`);

const processView = ({ name, does, command }: Process): View => ({
  name,
  does: literal(does),
  command: sequence(command),
  commandLine: literal(command.join(' ')),
});

/**
 * @param reserved settings that the platform sets by itself and refuses from others
 */
export function targetView(project: Project, reserved: readonly string[] = []): View {
  const app = applicationOf(project);
  const secrets = app.secrets.map(({ name, is }) => ({
    name,
    key: kebab(name),
    is: literal(is),
    // Made here, because in a template the braces of the workflow and of Handlebars run together.
    fromStore: literal(`\${{ secrets.${name} }}`),
  }));
  const settings = app.settings
    .filter(({ name }) => !reserved.includes(name))
    .map((setting) => ({ ...setting }));
  return {
    tag: RELEASE_BRANCH,
    settings: separated(settings),
    secrets: separated(secrets),
    hasSecrets: secrets.length > 0,
    hasEnvironment: settings.length + secrets.length > 0,
    migrateSecrets: separated(secrets.filter(({ name }) => name === app.migrateSecret)),
    hasMigrateSecrets: app.migrateSecret !== undefined,
    migrates: app.migrateTarget !== undefined,
    workers: separated(
      app.workers.map((worker) => ({
        ...processView(worker),
        health: sequence(['CMD', ...worker.healthCommand]),
        healthCommand: sequence(worker.healthCommand),
      })),
    ),
    hasWorkers: app.workers.length > 0,
    jobs: separated(app.jobs.map((job) => ({ ...processView(job), schedule: literal(job.schedule) }))),
    hasJobs: app.jobs.length > 0,
  };
}

/** The folders of a target's templates that the application has a use for. */
export function targetLayers(project: Project): readonly string[] {
  const { migrateTarget, workers, jobs } = applicationOf(project);
  return [
    ...(migrateTarget === undefined ? [] : ['migrate']),
    ...(workers.length > 0 ? ['workers'] : []),
    ...(jobs.length > 0 ? ['jobs'] : []),
  ];
}

/** The smallest of a platform's sizes, ascending, that holds what is wanted; its last where none does. */
export function smallestThatHolds<Size>(
  sizes: readonly Size[],
  holds: (size: Size) => boolean,
): { readonly size: Size; readonly isEnough: boolean } {
  const found = sizes.find(holds);
  const size = found ?? sizes.at(-1);
  if (size === undefined) throw new Error('a platform has at least one size');
  return { size, isEnough: found !== undefined };
}

/** The host of an image's name; without one it is Docker Hub's. */
export function registryHostOf(image: string): string {
  const [first = ''] = image.split('/');
  return /[.:]/.test(first) ? first : 'docker.io';
}
