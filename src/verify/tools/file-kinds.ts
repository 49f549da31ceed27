/** Which file is what, by its path: the same answer for every tool. */
import type { RepoPath } from '../../tree/repo-path.ts';

/** Names that Docker's own documentation, trivy and checkov take for a Dockerfile. */
export const isDockerfile = (path: RepoPath): boolean =>
  /(?:^|\/)(?:dockerfile(?:\.[^/]+)?|[^/]+\.dockerfile)$/i.test(path) && !path.endsWith('.dockerignore');

/** A Dockerfile by a name that only people read as one: `Dockerfile-worker`. */
export const isDashedDockerfile = (path: RepoPath): boolean => /(?:^|\/)dockerfile-[^/]*$/i.test(path);

export const isWorkflow = (path: RepoPath): boolean => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path);

/** A composite, JavaScript or Docker action. */
export const isAction = (path: RepoPath): boolean => /(?:^|\/)action\.ya?ml$/.test(path);

export const isDependabot = (path: RepoPath): boolean => /^\.github\/dependabot\.ya?ml$/.test(path);

export const isComposeFile = (path: RepoPath): boolean =>
  /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i.test(path);

export const isYaml = (path: RepoPath): boolean => /\.ya?ml$/i.test(path);

/** Folders whose `templates/` hold Go templates and not YAML. */
export function chartTemplateFolders(paths: readonly RepoPath[]): readonly string[] {
  return paths
    .filter((path) => /(?:^|\/)Chart\.yaml$/.test(path))
    .map((path) => `${path.slice(0, -'Chart.yaml'.length)}templates/`);
}
