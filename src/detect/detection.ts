/** What is found out about a repository that bulwark did not make: answers with their reasons, facts, places and doubts. */
import type { ComponentId } from '../component/define.ts';
import type { FieldValue } from '../component/fields.ts';
import type { RepoPath } from '../tree/repo-path.ts';

/** An answer that the repository gives by itself; the question's own field has parsed it. */
export interface Detected {
  /** Of the question: `stack`, `owner`, `none.port`. */
  readonly key: string;
  readonly value: FieldValue;
  /** What shows it: "EXPOSE 8080 in Dockerfile:12". */
  readonly because: string;
}

export type Language =
  | 'typescript'
  | 'javascript'
  | 'python'
  | 'rust'
  | 'go'
  | 'java'
  | 'kotlin'
  | 'ruby'
  | 'php'
  | 'csharp'
  | 'fsharp';

/** What a manifest (package.json, pyproject.toml, go.mod …) says of the code beside it. */
export interface ApplicationFacts {
  /** Of the manifest; the root is the empty string. */
  readonly folder: string;
  readonly manifest: RepoPath;
  readonly language: Language;
  /** By its package's common name: `express`, `next`, `django`, `spring-boot`. */
  readonly framework?: string;
  /** `server` answers requests, `static` is files that something else serves, `library` is code that others use. */
  readonly kind: 'server' | 'static' | 'library';
  readonly packageManager?: string;
  /** As the repository writes it: `20`, `3.12.4`, `>=18`. */
  readonly runtimeVersion?: string;
  /** A file of the repository. */
  readonly entryPoint?: RepoPath;
  readonly startCommand?: string;
  readonly testCommand?: string;
  readonly buildCommand?: string;
}

/** A container that runs beside the application or is it. */
export interface ServiceFacts {
  readonly name: string;
  /** Absent: it is built from the repository. */
  readonly image?: string;
  readonly path: RepoPath;
}

/** Where the repository is kept, as its remote says. */
export interface RepositoryFacts {
  readonly host: string;
  readonly owner: string;
  readonly name: string;
}

export interface RepositoryState {
  readonly language?: Language;
  readonly framework?: string;
  readonly packageManager?: string;
  readonly runtimeVersion?: string;
  readonly entryPoint?: RepoPath;
  readonly startCommand?: string;
  readonly testCommand?: string;
  readonly buildCommand?: string;
  /** Every port that the containers of the application listen on, ascending. */
  readonly ports: readonly number[];
  /** All that manifests describe, the outermost first; more than one server is a mono-repository. */
  readonly applications: readonly ApplicationFacts[];
  readonly services: readonly ServiceFacts[];
  /** Services of continuous integration that have a configuration here: `github`, `gitlab`. */
  readonly ci: readonly string[];
  readonly makeTargets: readonly string[];
  /** Names of variables in the example of an environment file. */
  readonly variables: readonly string[];
  /** SPDX identifier of the licence's text, also where it is none that we offer. */
  readonly licence?: string;
  readonly repository?: RepositoryFacts;
  readonly defaultBranch?: string;
  /** Another folder than the outermost of a git repository. */
  readonly subfolder?: string;
}

/** Where the repository keeps each kind of file; absent where there is none, or more than one habit. */
export interface Layout {
  readonly dockerfile?: RepoPath;
  readonly compose?: RepoPath;
  readonly composeOverlays: readonly RepoPath[];
  /** Folders, without a slash at the end; the root is the empty string. */
  readonly kubernetes?: string;
  readonly chart?: string;
  readonly terraform?: string;
  readonly workflows?: string;
  readonly nginx?: string;
  readonly monitoring?: string;
  readonly scripts?: string;
  readonly docs?: string;
  readonly tests?: string;
}

/** Files that play the role of a component, whoever wrote them. */
export interface Present {
  readonly component: ComponentId;
  readonly paths: readonly RepoPath[];
}

export interface Detection {
  /** In the order of the questions, at most one for each. */
  readonly answers: readonly Detected[];
  readonly facts: RepositoryState;
  /** Sorted by component. */
  readonly present: readonly Present[];
  readonly layout: Layout;
  /** What points two ways, is no possible answer or cannot be read, as sentences: nothing is guessed, it is asked. */
  readonly doubts: readonly string[];
  /** What keeps an image of the application from being built as it should; told to who adds one. */
  readonly imageDoubts: readonly string[];
}
