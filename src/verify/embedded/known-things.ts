/** Whether what a command names is in the repository. */
import type { JudgedFile, JudgedTree } from '../check.ts';
import type { Reference } from './command-references.ts';
import { isComposeFile } from './compose-stack.ts';
import { makefileOf } from './makefile-source.ts';
import { dig, recordOf } from './plain-data.ts';
import { isKnownModule } from './python-modules.ts';
import { resolved, type RepositoryPaths } from './repository-paths.ts';
import { baseName, folderOf, textOf } from './source-text.ts';
import { yamlDocuments } from './yaml-source.ts';

export interface ReferenceFault {
  readonly rule:
    | 'references-path'
    | 'references-make-target'
    | 'references-npm-script'
    | 'references-python-module'
    | 'references-compose-service';
  readonly message: string;
}

type Of<Kind extends Reference['kind']> = Extract<Reference, { readonly kind: Kind }>;

/** Paths that are no files of a repository: absolute, of a home, URLs, sources of kustomize and Terraform, blanks. */
const ELSEWHERE = /^[/~]|^[a-z0-9+]+:|[<>$]|\/\/|\.{3}|\?ref=|^[\w-]+(?:\.[\w-]+)*\.(?:com|org|io|dev|net)\//;

export class KnownThings {
  readonly #tree: JudgedTree;
  readonly #paths: RepositoryPaths;

  constructor(tree: JudgedTree, paths: RepositoryPaths) {
    this.#tree = tree;
    this.#paths = paths;
  }

  /**
   * @param folder where the command runs; undefined when that is only known then
   * @param made what earlier commands have made
   * @returns why it does not exist; undefined when it does, or when that cannot be told
   */
  fault(
    reference: Reference,
    folder: string | undefined,
    made: ReadonlySet<string>,
  ): ReferenceFault | undefined {
    if (reference.kind === 'python-module') return this.#module(reference, folder);
    if (folder === undefined) return undefined;
    switch (reference.kind) {
      case 'path':
        return this.#path(reference, folder, made);
      case 'make-target':
        return this.#makeTarget(reference, folder);
      case 'npm-script':
        return this.#npmScript(reference, folder);
      case 'compose-service':
        return this.#composeService(reference, folder);
    }
  }

  #module({ module }: Of<'python-module'>, folder: string | undefined): ReferenceFault | undefined {
    if (isKnownModule(module, this.#tree, folder)) return undefined;
    return { rule: 'references-python-module', message: `the module ${module} is not in the repository` };
  }

  #path({ path }: Of<'path'>, folder: string, made: ReadonlySet<string>): ReferenceFault | undefined {
    if (path === '' || ELSEWHERE.test(path)) return undefined;
    const full = resolved(folder, path);
    if (full === undefined || this.#paths.isAccountedFor(full)) return undefined;
    if (made.has(path.replace(/^\.\//, '')) || made.has(full) || made.has(baseName(full))) return undefined;
    return { rule: 'references-path', message: `${path} is not in the repository` };
  }

  #makeTarget(
    { target, folder: inner, makefile }: Of<'make-target'>,
    folder: string,
  ): ReferenceFault | undefined {
    const at = resolved(folder, inner);
    if (at === undefined) return undefined;
    const names = makefile === undefined ? ['GNUmakefile', 'makefile', 'Makefile'] : [makefile];
    const file = names.map((name) => this.#file(at, name)).find((one) => one !== undefined);
    if (file && makefileOf(file).hasTarget(target)) return undefined;
    const message = file
      ? `${file.path} has no target ${target}`
      : `there is no Makefile with the target ${target}`;
    return { rule: 'references-make-target', message };
  }

  #npmScript({ script, folder: inner }: Of<'npm-script'>, folder: string): ReferenceFault | undefined {
    const at = resolved(folder, inner);
    if (at === undefined) return undefined;
    const file = this.#file(at, 'package.json');
    if (file && Object.hasOwn(scriptsOf(file), script)) return undefined;
    const message = file
      ? `${file.path} has no script ${script}`
      : `there is no package.json with the script ${script}`;
    return { rule: 'references-npm-script', message };
  }

  #composeService({ service, files }: Of<'compose-service'>, folder: string): ReferenceFault | undefined {
    const named = files.map((path) => this.#file(folder, path));
    // A file that is not there has a finding of its own.
    if (named.includes(undefined)) return undefined;
    const asked = named.filter((file) => file !== undefined);
    const judged =
      asked.length > 0
        ? asked
        : [...this.#tree.values()].filter(
            (file) => isComposeFile(file.path) && folderOf(file.path) === folder,
          );
    const composes = judged.map((file) => yamlDocuments(file)[0]?.value);
    // What a file includes is not looked into.
    if (
      composes.some(
        (data) => dig(data, 'services', service) !== undefined || dig(data, 'include') !== undefined,
      )
    )
      return undefined;
    if (judged.length === 0) return undefined;
    const message = `${judged.map(({ path }) => path).join(', ')} has no service ${service}`;
    return { rule: 'references-compose-service', message };
  }

  #file(folder: string, path: string): JudgedFile | undefined {
    const full = resolved(folder, path);
    return full === undefined ? undefined : this.#paths.file(full);
  }
}

function scriptsOf(manifest: JudgedFile): Readonly<Record<string, unknown>> {
  try {
    return recordOf(dig(JSON.parse(textOf(manifest)), 'scripts'));
  } catch {
    // That it does not parse is the finding of the check `syntax`.
    return {};
  }
}
