/** Which files and folders of a repository are the application, so that its image is built from them alone. */
import { isBarePath, MAX_PATHS } from '../../own-application/paths-list.ts';
import type { Sources } from '../sources.ts';

/** Tests, documents, deployment and what tools leave behind: of no use to the program that runs. */
const FOLDERS_APART =
  /^(?:docs?|documentation|examples?|samples?|tests?|__tests__|spec|e2e|cypress|playwright|fixtures|testdata|benchmarks?|coverage|node_modules|venv|env|__pycache__|tmp|temp|logs?|target|k8s|kubernetes|kustomize|manifests|helm|charts?|deploy|deployments?|infra|infrastructure|terraform|ansible|monitoring|docker|nginx|backups?|screenshots?|tools|hack|scripts?)$/i;
const FILES_APART =
  /^(?:(?:readme|changelog|changes|history|contributing|code_of_conduct|security|license|licence|notice|authors|codeowners|makefile|gnumakefile|justfile|taskfile|procfile|dockerfile|containerfile|vagrantfile|jenkinsfile|brewfile|cloudbuild|skaffold|tiltfile|renovate|codecov|bulwark)(?:[.-].*)?|(?:docker-)?compose(?:[.-].*)?\.ya?ml|(?:eslint|prettier|jest|vitest|cypress|playwright|commitlint|lint-staged|stylelint|karma|babel-jest)\.(?:config|setup|conf).*|.*\.(?:md|rst|log|orig|bak|pem|key|p12|pfx|sqlite3?|db)|(?:requirements[-_.])?(?:dev|test|tests)[-_]?(?:requirements)?\.txt|requirements[-_](?:dev|test|tests|lint|docs).*\.txt|tox\.ini|pytest\.ini|mypy\.ini|conftest\.py|noxfile\.py|bun\.lockb?|mvnw|mvnw\.cmd|gradlew\.bat)$/i;
/** Of files with a dot before their name only what installs or builds. */
const DOTTED =
  /^\.(?:npmrc|pnpmfile\.cjs|yarnrc|mvn|cargo|ruby-version|babelrc.*|swcrc|browserslistrc|sequelizerc)$/;

export interface ImageFiles {
  readonly files: readonly string[];
  /** Of the application by their place, and with a name that cannot be listed. */
  readonly unlistable: readonly string[];
}

/**
 * @param folder of the application; the root is the empty string
 * @param wanted names that a manifest speaks of, although they would be apart
 * @returns undefined where there is too much to list
 */
export function imageFiles(
  sources: Sources,
  folder: string,
  wanted: (name: string) => boolean,
): ImageFiles | undefined {
  const below = folder === '' ? '' : `${folder}/`;
  const folders = new Map<string, boolean>();
  for (const path of sources.tree.keys()) {
    if (!path.startsWith(below)) continue;
    const [name = '', ...rest] = path.slice(below.length).split('/');
    folders.set(name, rest.length > 0 || folders.get(name) === true);
  }
  const own = [...folders]
    .filter(([name, isFolder]) => wanted(name) || belongs(name, isFolder))
    .map(([name]) => name)
    .sort();
  return own.length > MAX_PATHS
    ? undefined
    : { files: own.filter(isBarePath), unlistable: own.filter((name) => !isBarePath(name)) };
}

function belongs(name: string, isFolder: boolean): boolean {
  if (name.startsWith('.')) return DOTTED.test(name);
  return !(isFolder ? FOLDERS_APART : FILES_APART).test(name);
}
