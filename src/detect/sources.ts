/** The files of an untrusted repository as far as detection reads them: capped, parsed once, and broken ones told as doubts. */
import { parse as parseToml } from 'smol-toml';
import { parseJson } from '../repo/json-text.ts';
import { isBinary } from '../tree/is-binary.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { JudgedFile, JudgedTree } from '../verify/check.ts';
import { isRecord, type PlainRecord } from '../verify/embedded/plain-data.ts';
import { baseName, linesOf, textOf } from '../verify/embedded/source-text.ts';
import { yamlDocuments, type YamlDocument } from '../verify/embedded/yaml-source.ts';
import { shown } from './evidence.ts';

/** A manifest or a configuration by hand is far smaller; what is larger was written by a machine. */
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_YAML_BYTES = 64 * 1024;
const MAX_TOML_BYTES = 64 * 1024;
/** The parser takes time with the square of the keys of one mapping, and milliseconds for a kilobyte of brackets. */
const MAX_YAML_LINES = 3000;
const MAX_YAML_SIGNS = 3000;
/** Of all YAML files together, so that a thousand small ones do not take minutes either. */
const MAX_YAML_TOTAL_BYTES = 512 * 1024;
const MAX_DEPTH = 100;
const MAX_NODES = 50_000;
const MAX_DOUBTS = 40;
/** Packages of Java are the deepest that is looked for. */
const MAX_SEGMENTS = 12;
/** Of one kind of file; the outermost are read. */
const MAX_OF_A_KIND = 100;

/** Folders whose files are of other projects, or show something instead of being it. */
const NOT_OURS =
  /(?:^|\/)(?:node_modules|bower_components|vendor|third_party|\.venv|venv|site-packages|\.terraform|\.git|\.next|__pycache__|tests?|__tests__|spec|e2e|cypress|playwright|fixtures|__fixtures__|testdata|examples?|samples?|cookbook)\//i;

class Unreadable extends Error {}

export interface YamlObject {
  readonly document: YamlDocument;
  readonly data: PlainRecord;
}

/** Files of a tree that say something, the outermost first. */
export class Sources {
  readonly tree: JudgedTree;
  /** All but what lies in folders of other projects, of tests and examples. */
  readonly paths: readonly RepoPath[];
  readonly #byName = new Map<string, RepoPath[]>();
  readonly #doubts = new Set<string>();
  readonly #unreadable = new Set<RepoPath>();
  #yamlBytes = 0;

  constructor(tree: JudgedTree) {
    this.tree = tree;
    const paths = [...tree.keys()].filter(
      (path) => !NOT_OURS.test(withoutPackage(path)) && depthOf(path) < MAX_SEGMENTS,
    );
    this.paths = paths.sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1));
    for (const path of this.paths) {
      const name = baseName(path);
      const known = this.#byName.get(name);
      if (known) known.push(path);
      else this.#byName.set(name, [path]);
    }
  }

  get doubts(): readonly string[] {
    return [...this.#doubts];
  }

  doubt(sentence: string): void {
    if (this.#doubts.size < MAX_DOUBTS) this.#doubts.add(sentence);
  }

  has(path: string): boolean {
    return this.tree.has(path as RepoPath);
  }

  file(path: string): JudgedFile | undefined {
    return this.tree.get(path as RepoPath);
  }

  /** The files of these exact names, the outermost first. */
  named(...names: readonly string[]): readonly JudgedFile[] {
    const paths = names.flatMap((name) => this.#byName.get(name) ?? []);
    if (paths.length > MAX_OF_A_KIND) {
      this.doubt(`${names.join(', ')}: of ${paths.length} files the outermost ${MAX_OF_A_KIND} were read`);
    }
    return this.#filesAt(names.length > 1 ? paths.sort((a, b) => depthOf(a) - depthOf(b)) : paths);
  }

  /** The files whose path passes the test, the outermost first. */
  where(test: (path: RepoPath) => boolean): readonly JudgedFile[] {
    return this.#filesAt(this.paths.filter(test));
  }

  /** The text without a byte order mark; undefined, with a doubt, for what is too large or is no text. */
  text(file: JudgedFile | undefined): string | undefined {
    return this.#attempt(file, plainTextOf);
  }

  lines(file: JudgedFile | undefined): readonly string[] {
    return file === undefined || this.text(file) === undefined ? [] : linesOf(file);
  }

  /** The object that the file holds; undefined, with a doubt, where it holds none. */
  json(file: JudgedFile | undefined): PlainRecord | undefined {
    return this.#attempt(file, (known) => {
      const reading = parseJson(plainTextOf(known));
      if ('value' in reading) return safeRecord(reading.value);
      throw new Unreadable(`cannot be read: line ${reading.fault.line}: ${reading.fault.message}`);
    });
  }

  toml(file: JudgedFile | undefined): PlainRecord | undefined {
    return this.#attempt(file, (known) => {
      const text = plainTextOf(known);
      if (known.content.length > MAX_TOML_BYTES) throw new Unreadable('is too large');
      return safeRecord(parseToml(text));
    });
  }

  /** The documents of a YAML file that are objects, with their lines. */
  yaml(file: JudgedFile | undefined): readonly YamlObject[] {
    const read = (known: JudgedFile): readonly YamlObject[] => {
      const fault = yamlFault(known, plainTextOf(known));
      if (fault !== undefined) throw new Unreadable(fault);
      this.#yamlBytes += known.content.length;
      if (this.#yamlBytes > MAX_YAML_TOTAL_BYTES) {
        throw new Unreadable('was not read: there is too much YAML before it');
      }
      const documents = yamlDocuments(known);
      for (const document of documents) {
        const [error] = document.errors;
        const wrong = error ? `line ${document.lineOfError(error)}: ${firstLine(error)}` : document.fault;
        if (wrong !== undefined) throw new Unreadable(`cannot be read: ${wrong}`);
      }
      return documents
        .filter(({ value }) => isRecord(value))
        .map((document) => ({ document, data: safeRecord(document.value) }));
    };
    return this.#attempt(file, read) ?? [];
  }

  /** Reads a file; what keeps it from being read becomes a doubt with its name, once. */
  #attempt<Read>(file: JudgedFile | undefined, read: (file: JudgedFile) => Read): Read | undefined {
    if (file === undefined || this.#unreadable.has(file.path)) return undefined;
    try {
      return read(file);
    } catch (error) {
      // Besides our own: what parsers throw at a mistake, and a stack that nesting has filled.
      this.#unreadable.add(file.path);
      const fault = error instanceof Unreadable ? error.message : `cannot be read: ${firstLine(error)}`;
      this.doubt(`${file.path} ${fault}`);
      return undefined;
    }
  }

  #filesAt(paths: readonly RepoPath[]): readonly JudgedFile[] {
    return paths.slice(0, MAX_OF_A_KIND).flatMap((path) => this.tree.get(path) ?? []);
  }
}

function plainTextOf(file: JudgedFile): string {
  if (file.content.length > MAX_TEXT_BYTES) throw new Unreadable('is too large');
  if (isBinary(file.content)) throw new Unreadable('is no text');
  return textOf(file).replace(/^\uFEFF/, '');
}

/** Why the text is not given to the parser. */
function yamlFault(file: JudgedFile, text: string): string | undefined {
  if (file.content.length > MAX_YAML_BYTES) return 'is too large';
  if (text.split('\n').length > MAX_YAML_LINES) return 'has too many lines';
  return (text.match(/[[\]{},&*!]/g)?.length ?? 0) > MAX_YAML_SIGNS ? 'is too dense' : undefined;
}

/** Data that is safe to walk: not too deep, not too much, no key that would reach a prototype. */
function safeRecord(value: unknown): PlainRecord {
  let nodes = 0;
  const walk = (node: unknown, depth: number): void => {
    nodes += 1;
    if (nodes > MAX_NODES) throw new Unreadable('holds too much');
    if (depth > MAX_DEPTH) throw new Unreadable('is nested too deeply');
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      if (key === '__proto__') throw new Unreadable('holds the key "__proto__"');
      walk((node as PlainRecord)[key], depth + 1);
    }
  };
  walk(value, 0);
  if (!isRecord(value)) throw new Unreadable('holds no object');
  return value;
}

/** `org/springframework/samples` is the name of a package, and no folder of samples. */
const withoutPackage = (path: string): string =>
  path.replace(/(^|\/)src\/main\/(?:java|kotlin)\/.*$/, '$1src/main/');

/** Set up for an editor in a container or for the service itself: nobody deploys these. */
export const isOfEditor = (path: string): boolean =>
  /(?:^|\/)\.(?:devcontainer|github|gitpod|ci|circleci)\//.test(path);

const depthOf = (path: string): number => path.split('/').length - 1;

/** What a parser says, without the excerpt that it shows below. */
const firstLine = (error: unknown): string =>
  shown((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '').slice(1, -1);

/** The nearest file of a name in the folder or above it. */
export function nearestAbove(
  sources: Sources,
  folder: string,
  names: readonly string[],
): RepoPath | undefined {
  for (let at = folder; ; at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) {
    for (const name of names) if (sources.has(inFolder(at, name))) return inFolder(at, name);
    if (at === '') return undefined;
  }
}

export const inFolder = (folder: string, name: string): RepoPath =>
  (folder === '' ? name : `${folder}/${name}`) as RepoPath;
