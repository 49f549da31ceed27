/** What a component adds to files that several components share: a fragment under `templates/<component>/_fragments`. */

/**
 * The kinds of shared file. Each has one assembler in `shared-files/`, which knows how fragments of its format are put
 * together and what must not occur twice.
 */
export type SharedFileKind =
  | 'compose'
  | 'workflow'
  | 'dependabot'
  | 'pre-commit'
  | 'prometheus'
  | 'prometheus-rule'
  | 'app-spec'
  | 'env'
  | 'makefile'
  | 'readme'
  | 'ignore'
  | 'attributes';

/** Values a template may print; see `render/view` for what each may hold. */
export interface View {
  readonly [name: string]: ViewValue;
}
export type ViewValue = string | number | boolean | ViewLiteral | View | readonly ViewValue[];
/** Text that the component made and vouches for: printed as it is. */
export interface ViewLiteral {
  readonly literal: string;
}

/** Opens a shared file: without an opening, contributions to it have no effect. */
export interface Opening {
  readonly type: 'open';
  readonly kind: SharedFileKind;
  /** Tells files of one kind apart: `base` and `production` for compose, `ci` for a workflow. */
  readonly id: string;
  readonly path: string;
  /** The `id` of the file that it is laid over, of the same kind, so that it stands alone: see shared-files/yaml-overlay. */
  readonly over?: string;
}

/**
 * A piece of a shared file: the text of a fragment, rendered with the component's view.
 * YAML fragments are whole documents in the shape of the file (`services: {redis: …}`); they are merged by structure:
 * maps join, lists append, a scalar that two fragments set differently is an error that names both.
 */
export interface Contribution {
  readonly type: 'fragment';
  readonly kind: SharedFileKind;
  readonly id: string;
  /** Path below the component's `_fragments` folder, without `.hbs`. */
  readonly fragment: string;
  /** Place among the others, ascending; ties go by component. */
  readonly order: number;
  /** Added to the component's view for this fragment. */
  readonly view?: View;
}

const opening =
  (kind: SharedFileKind) =>
  (id: string, path: string, { over }: { readonly over?: string } = {}): Opening => ({
    type: 'open',
    kind,
    id,
    path,
    ...(over !== undefined && { over }),
  });

/** Opens a file of each kind: `open.compose('base', 'docker-compose.yml')`. */
export const open = {
  compose: opening('compose'),
  workflow: opening('workflow'),
  dependabot: opening('dependabot'),
  preCommit: opening('pre-commit'),
  prometheus: opening('prometheus'),
  prometheusRule: opening('prometheus-rule'),
  appSpec: opening('app-spec'),
  env: opening('env'),
  makefile: opening('makefile'),
  readme: opening('readme'),
  ignore: opening('ignore'),
  attributes: opening('attributes'),
} as const;

type FragmentOptions = { readonly order?: number; readonly view?: View };

const fragmentOf =
  (kind: SharedFileKind) =>
  (id: string, fragment: string, { order = 50, view }: FragmentOptions = {}): Contribution => ({
    type: 'fragment',
    kind,
    id,
    fragment,
    order,
    ...(view && { view }),
  });

/** Adds a fragment to a file of each kind: `add.compose('base', 'compose/redis.yml')`. */
export const add = {
  /** Services, networks, volumes, secrets. */
  compose: fragmentOf('compose'),
  /** Jobs, or service containers and environment of a job. */
  workflow: fragmentOf('workflow'),
  /** Ecosystems under `updates`. */
  dependabot: fragmentOf('dependabot'),
  /** Hooks under `repos`. */
  preCommit: fragmentOf('pre-commit'),
  /** Scrape jobs under `scrape_configs`. */
  prometheus: fragmentOf('prometheus'),
  /** Groups of rules, in the form that they have in a file of Prometheus. */
  prometheusRule: fragmentOf('prometheus-rule'),
  /** Services, workers, jobs and routes of an app of DigitalOcean's App Platform. */
  appSpec: fragmentOf('app-spec'),
  /** `NAME=value` lines, each with a comment above. */
  env: fragmentOf('env'),
  /** Targets with a `## help` text. */
  makefile: fragmentOf('makefile'),
  /** A section in Markdown. */
  readme: fragmentOf('readme'),
  /** Patterns for .gitignore or .dockerignore, by id `git` or `docker`. */
  ignore: fragmentOf('ignore'),
  /** Lines of .gitattributes. */
  attributes: fragmentOf('attributes'),
} as const;
