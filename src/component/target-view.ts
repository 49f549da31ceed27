/** What the managed platforms are told alike: the images, the processes and what each of them must know. */
import { literal } from '../render/view.ts';
import { applicationOf, jobView, listenerView, processView, sequence } from './application-view.ts';
import type { Issue } from '../errors.ts';
import type { View, ViewValue } from './contribution.ts';
import type { FactlessProject, Project } from './define.ts';

/** The components that deploy to a managed platform, in the order in which documents speak of them. */
export const TARGETS = {
  ecs: { name: 'Amazon ECS', provider: 'AWS' },
  'cloud-run': { name: 'Google Cloud Run', provider: 'Google Cloud' },
  'container-instances': { name: 'Azure Container Instances', provider: 'Azure' },
  digitalocean: { name: 'DigitalOcean App Platform', provider: 'DigitalOcean' },
} as const;

type Target = keyof typeof TARGETS;

/** Those that were chosen. */
export const targetsOf = ({ has }: FactlessProject): readonly Target[] =>
  (Object.keys(TARGETS) as Target[]).filter((target) => has(target));

/** `DATABASE_URL` → `database-url`, as the secret stores of Google and Microsoft want it. */
const kebab = (variable: string): string => variable.toLowerCase().replaceAll('_', '-');

/** Items of a list that a template prints with something between them, as JSON wants it. */
export const separated = (items: readonly View[]): readonly ViewValue[] =>
  items.map((item, index) => ({ ...item, separator: literal(index < items.length - 1 ? ',' : '') }));

/** Where images are kept, and whether the workflow's own token may push there; elsewhere somebody keeps a password. */
export function registryView(image: string): View {
  const host = registryHostOf(image);
  return { registryHost: literal(host), ownToken: host === 'ghcr.io' };
}

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
    ...registryView(project.image),
    cpuLimitMillis: app.resources.cpuLimitMillis,
    memoryLimitMb: app.resources.memoryLimitMb,
    settings: separated(settings),
    secrets: separated(secrets),
    hasSecrets: secrets.length > 0,
    hasEnvironment: settings.length + secrets.length > 0,
    trustedProxies: app.trustedProxiesSetting ?? '',
    migrateSecrets: separated(secrets.filter(({ name }) => name === app.migrateSecret)),
    hasMigrateSecrets: app.migrateSecret !== undefined,
    migrates: app.migrateTarget !== undefined,
    listeners: separated(app.listeners.map(listenerView)),
    hasListeners: app.listeners.length > 0,
    workers: separated(
      app.workers.map((worker) => ({
        ...processView(worker),
        health: sequence(['CMD', ...worker.healthCommand]),
        healthCommand: sequence(worker.healthCommand),
      })),
    ),
    hasWorkers: app.workers.length > 0,
    jobs: separated(app.jobs.map(jobView)),
    hasJobs: app.jobs.length > 0,
  };
}

/** The folders of a target's templates that the application has a use for. */
export function targetLayers(project: Project): readonly string[] {
  const { migrateTarget, listeners, workers, jobs } = applicationOf(project);
  return [
    ...(migrateTarget === undefined ? [] : ['migrate']),
    ...(listeners.length > 0 ? ['listeners'] : []),
    ...(workers.length > 0 ? ['workers'] : []),
    ...(jobs.length > 0 ? ['jobs'] : []),
  ];
}

/** Those whose way from one colour to the other covers one port of the application and no more. */
const ONE_PORT: readonly Target[] = ['cloud-run', 'container-instances'];

/** A target that would leave out what listens beside the service. */
export function listenerFaults(target: Target, project: Project): readonly Issue[] {
  const names = applicationOf(project).listeners.map(({ name }) => name);
  if (names.length === 0) return [];
  const others = Object.keys(TARGETS).filter((id) => !ONE_PORT.includes(id as Target));
  return [
    {
      id: 'target-of-one-port',
      message: `${TARGETS[target].name} is deployed to with one port of the application, and ${names.join(', ')} would be left out`,
      where: 'targets',
      hint: `leave ${target} out and use ${[...others, 'kustomize', 'helm'].join(', ')} or compose, which run it too`,
    },
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
function registryHostOf(image: string): string {
  const [first = ''] = image.split('/');
  return /[.:]/.test(first) ? first : 'docker.io';
}
