/** What a component is: one file in `generators/` that says what is asked, rendered and contributed. */
import type { Contribution, Opening, View } from './contribution.ts';
import type { Issue } from '../errors.ts';
import type { AnswersOf, Fields, FieldValue } from './fields.ts';

/** Name of a component: kebab-case, the name of its file in `generators/` and of its folder in `templates/`. */
export type ComponentId = string;

/** The question by which a component is chosen: `stack` takes one, `essential` is never asked, others take any set. */
export const CATEGORIES = {
  essential: 'what every generated repository has',
  stack: 'the application and its language',
  data: 'databases, caches and brokers',
  containers: 'how the application is built and run in containers',
  orchestration: 'how the containers run on a cluster',
  targets: 'managed platforms that it is deployed to',
  workflows: 'what runs in continuous integration',
  operations: 'documents for those who answer for the running system',
  repository: 'documents and habits of the repository',
} as const;
export type Category = keyof typeof CATEGORIES;

/** The forms of the project's one display name, derived and shown (SPEC section 1). */
export interface ProjectNames {
  /** As typed: `My Service`. */
  readonly display: string;
  /** DNS-1123 label: folder, image and Kubernetes name: `my-service`. */
  readonly slug: string;
  /** npm package name. */
  readonly npm: string;
  /** Terraform, Python and SQL identifier: `my_service`. */
  readonly identifier: string;
  /** Environment prefix: `MY_SERVICE`. */
  readonly envPrefix: string;
}

/** What one replica of the application is granted; it is promised the request and held to the limit. */
export interface Resources {
  readonly cpuRequestMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryRequestMb: number;
  readonly memoryLimitMb: number;
}

/** What runs from the image of the application beside the service that answers HTTP. */
export interface Process {
  /** DNS-1123 label: `worker`. */
  readonly name: string;
  /** Half a sentence for a comment or a document: "sends events and handles them". */
  readonly does: string;
  /** The program and its arguments; no shell is there to read them. */
  readonly command: readonly string[];
}

/** Runs until it is told to stop. */
export interface WorkerProcess extends Process {
  /** Ends with 0 while the process does its work. */
  readonly healthCommand: readonly string[];
}

/** Answers on a port of its own, beside the service: a WebSocket server. */
export interface ListenerProcess extends Process {
  readonly port: number;
  /** What a proxy passes on to it, with a request to upgrade the connection; starts with a slash: `/ws`. */
  readonly path: string;
  /** Served on its port over plain HTTP. */
  readonly livePath: string;
  readonly readyPath: string;
  /** Where Prometheus reads on its port. */
  readonly metricsPath?: string;
}

/** Runs once at each of its times and ends. */
export interface ScheduledProcess extends Process {
  /** Five fields of cron, in UTC. */
  readonly schedule: string;
}

/** A metric that the application exports. */
export interface ExportedMetric {
  /** As its source code says it; a histogram is read with `_bucket`, `_sum` and `_count` behind it. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
}

/** Where Prometheus reads the metrics of one of the application's processes. */
export interface MetricsEndpoint {
  /** The service, a listener or a worker, by its name. */
  readonly process: string;
  readonly port: number;
  readonly path: string;
  /** The one of the application's secrets that is shown as a bearer token. */
  readonly tokenSecret?: string;
  readonly metrics: readonly ExportedMetric[];
}

/** What the application tells the other components of itself; a stack provides it. */
export interface ApplicationFacts {
  /** The name under which other containers reach it: `api`. */
  readonly service: string;
  readonly port: number;
  /** Paths that are served, each starting with a slash. */
  readonly livePath: string;
  readonly readyPath: string;
  readonly metricsPath?: string;
  /** What can be measured of it, process by process; the service's own stands first. */
  readonly metrics: readonly MetricsEndpoint[];
  /** Served, and for those alone who run it: no proxy passes these paths on. */
  readonly privatePaths: readonly string[];
  /** Below it passwords and tokens are tried: a proxy lets few requests of one client through. */
  readonly authenticationPath?: string;
  /** Numeric user and group of the image. */
  readonly uid: number;
  /** The targets of its Dockerfile. */
  readonly productionTarget: string;
  readonly developmentTarget?: string;
  /** The target that applies the migrations once and ends; its image has the tag of the other and `-migrate`. */
  readonly migrateTarget?: string;
  /** Run in the image of the service: ends with 0 once no migration is left to apply, and with another code when it waited in vain. */
  readonly awaitMigrationsCommand?: readonly string[];
  readonly listeners: readonly ListenerProcess[];
  readonly workers: readonly WorkerProcess[];
  readonly jobs: readonly ScheduledProcess[];
  /** What it must know in production and is no secret: the variable and its value. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  /** The one of `settings` that lists the networks whose X-Forwarded-For it believes, separated by commas. */
  readonly trustedProxiesSetting?: string;
  /** Secrets that it must know: variables, each read as `NAME` or from the file that `NAME_FILE` points to. */
  readonly secrets: readonly { readonly name: string; readonly is: string }[];
  /** The one of `secrets` that the migrations need. */
  readonly migrateSecret?: string;
  /** Seconds from SIGTERM until it has ended at the latest. */
  readonly stopSeconds: number;
  readonly resources: Resources;
}

/** How the stack is started on one machine; told by what writes the compose files. */
export interface ComposeFacts {
  /** `docker compose` with the files of production. */
  readonly production: string;
}

/** What continuous integration does, in this order; the jobs of one stage wait for those of the stages before it. */
export const STAGES = ['quality', 'security', 'test', 'build', 'deploy'] as const;
export type Stage = (typeof STAGES)[number];

/** The jobs of the pipeline by their stage, sorted. */
export type Jobs = Readonly<Record<Stage, readonly string[]>>;

/** Facts that components provide to each other; a second provider of one is an error that names both. */
export interface Facts {
  readonly app?: ApplicationFacts;
  readonly compose?: ComposeFacts;
}

/** A script of the repository that makes files with secrets which the production stack mounts: without them Docker does not start it. */
export interface SecretScript {
  readonly order: number;
  /** What is typed to try the stack, by the README and by continuous integration. */
  readonly command: string;
  /** As half a sentence: "a certificate that nobody trusts". */
  readonly makes: string;
  /** The section of the deployment guide that tells how it is done for good, as a link of Markdown. */
  readonly section: string;
}

/** One arrow of the picture in the generated README, e.g. `api` to `postgres`, labelled `SQL`. */
export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A document of the generated repository that its README leads to. */
export interface DocumentLink {
  readonly path: string;
  readonly title: string;
  /** What stands in it, as half a sentence of Markdown: "who is called, when, and by whom". */
  readonly tells: string;
}

/** What is known of the project as a whole while a component renders. */
export interface Project {
  readonly names: ProjectNames;
  readonly description: string;
  /** GitHub user or organisation. */
  readonly owner: string;
  /** Image repository without tag: `ghcr.io/acme/my-service`. */
  readonly image: string;
  readonly licence: string;
  readonly securityContact: string;
  /** Where it is reached in production: `my-service.example.com`. */
  readonly domain: string;
  /** What production is deployed from; a name that is a tag of an image too. */
  readonly mainBranch: string;
  readonly stack: ComponentId;
  /** `components`: the repository was there before, with files of its own. */
  readonly manages: 'repository' | 'components';
  /** False for what `eject` leaves behind: without that which serves bulwark alone. */
  readonly isLookedAfter: boolean;
  /** Whether the repository has a file of its owner's in the place of the one that we render under this path. */
  readonly keeps: (path: string) => boolean;
  /** All components of the plan, sorted. */
  readonly components: readonly ComponentId[];
  readonly has: (component: ComponentId) => boolean;
  readonly facts: Facts;
  /** Also what the pipeline would do where nothing runs it. */
  readonly jobs: Jobs;
  /** In their order. */
  readonly secretScripts: readonly SecretScript[];
  /** The answer to another component's field; throws (a bug) where there is no such field in the plan. */
  readonly answer: (key: string) => unknown;
}

/** What is known of the project before the components have told their facts. */
export type FactlessProject = Omit<Project, 'facts' | 'jobs' | 'secretScripts'>;

/** A file that stood at `from` stands at `to` now; with a slash at the end of both, a folder. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** Files that are written only with another of ours, and not where the user has his own in its place. */
export interface Companionship {
  readonly of: string;
  /** Paths; `docker/*` is every file of that folder. */
  readonly files: readonly string[];
}

export interface ComponentDefinition<F extends Fields = Fields> {
  readonly id: ComponentId;
  readonly category: Category;
  /** One line for `bulwark list`. */
  readonly description: string;
  /** Chosen unless the user says otherwise, where it applies. */
  readonly chosenByDefault: boolean;
  /** Components that must be in the plan too. */
  readonly requires?: readonly ComponentId[];
  /** Stacks it is made for; absent: any. */
  readonly stacks?: readonly ComponentId[];
  /** It is about no application: added where none was found, also to an empty repository, it brings none. */
  readonly standsAlone?: boolean;
  readonly fields: F;
  readonly facts?: (answers: AnswersOf<F>, project: FactlessProject) => Facts;
  /** The jobs that it adds to continuous integration; a template says what one waits for by `{{needs.build}}`. */
  readonly jobs?: (answers: AnswersOf<F>, project: FactlessProject) => Partial<Jobs>;
  readonly secretScripts?: (answers: AnswersOf<F>) => readonly SecretScript[];
  /** What is wrong with answers that are right each by itself. */
  readonly faults?: (answers: AnswersOf<F>, project: Project) => readonly Issue[];
  /** Folders of `templates/<id>/` that are rendered besides `base`. Default: none. */
  readonly layers?: (answers: AnswersOf<F>, project: Project) => readonly string[];
  /** What the templates may say besides the project view. */
  readonly view?: (answers: AnswersOf<F>, project: Project) => View;
  readonly contributes?: (answers: AnswersOf<F>, project: Project) => readonly (Opening | Contribution)[];
  readonly diagram?: (answers: AnswersOf<F>, project: Project) => readonly DiagramEdge[];
  /** In the order in which one would read them. */
  readonly documents?: (answers: AnswersOf<F>, project: Project) => readonly DocumentLink[];
  /** Paths (or folders, with a trailing slash) that are the user's once edited: application code. */
  readonly seeded?: readonly string[];
  /** Paths that files had in earlier versions, or have under other answers: a user's edits follow to the new one. */
  readonly renames?: (answers: AnswersOf<F>, project: Project) => readonly Rename[];
  /** Files, its own or others', that go with one of ours: the scripts of an image with its Dockerfile. */
  readonly companions?: (answers: AnswersOf<F>, project: Project) => readonly Companionship[];
  /** What a person does next, in order; commands as they are typed in the new folder. */
  readonly nextSteps?: (answers: AnswersOf<F>, project: Project) => readonly string[];
  /** Answer sets that drive golden, contract and tool tests; `default` is always among them. */
  readonly samples: { readonly default: Partial<AnswersOf<F>> } & Readonly<
    Record<string, Partial<AnswersOf<F>>>
  >;
}

/** A component whose field types are not known statically, as the engine sees it. */
export type AnyComponent = ComponentDefinition;

/**
 * Declares a component; the default export of a file in `generators/`.
 *
 *     export default defineComponent({ id: 'redis', category: 'data', … });
 */
export const defineComponent = <const F extends Fields>(definition: ComponentDefinition<F>): AnyComponent =>
  // Sound: the engine calls a component's functions only with answers that its own fields have parsed.
  definition as unknown as AnyComponent;

/** A set of answers under a name; a file in `generators/presets/`. */
export interface PresetDefinition {
  readonly id: string;
  readonly description: string;
  /** Answers by key (`stack`, `containers`, `fastapi.python`); what is not named keeps its default. */
  readonly answers: Readonly<Record<string, FieldValue>>;
}

/** Declares a preset; the default export of a file in `generators/presets/`. */
export const definePreset = (preset: PresetDefinition): PresetDefinition => preset;
