/**
 * What V8 has compiled of the program, kept beside it, so that the next run need not compile it again. Newer Nodes have the like
 * (`module.enableCompileCache`, since 22.8), in a folder for all programs; this one works on Node 20 too, and goes with the package.
 */
import { isAscii } from 'node:buffer';
import { accessSync, constants, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { dirname, resolve, sep } from 'node:path';
import { constants as vm, Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** The part of Node's loader that every hook of it uses (https://nodejs.org/api/modules.html#requireextensions). */
interface Loader {
  readonly _extensions: { '.js': (module: Module, path: string) => void };
  readonly _cache: Record<string, Module | undefined>;
  readonly wrap: (code: string) => string;
}

type Wrapped = (
  exports: unknown,
  require: (id: string) => unknown,
  module: Module,
  path: string,
  folder: string,
) => void;

/**
 * From now on the files of a folder are compiled once and not in each run. Where the folder cannot be written to, or
 * NODE_DISABLE_COMPILE_CACHE is set, all is as without it. V8 itself refuses what another version or other flags have made; of
 * the text it looks at the length alone, so that its checksum stands in the name, as Node's own cache has it.
 * @param folder absolute, of the program's own files: who may write to it may change the program as well
 */
export function keepCompiled(folder: string): void {
  if (process.env.NODE_DISABLE_COMPILE_CACHE || !isWritable(folder)) return;
  const loader = Module as unknown as Loader;
  const asBefore = loader._extensions['.js'];
  const scripts = new Map<string, Script>();
  let isOnNewGround = false;
  const compile = (module: Module, path: string): void => {
    const content = readFileSync(path);
    const keptAt = `${path}.${crc32(content).toString(16)}.${process.arch}.cache`;
    const cachedData = contentOf(keptAt);
    // Most of what is built is ASCII, which need not be decoded.
    const code = content.toString(isAscii(content) ? 'latin1' : 'utf8');
    const script = new Script(loader.wrap(code), {
      filename: path,
      importModuleDynamically: vm.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData && { cachedData }),
    });
    scripts.set(keptAt, script);
    isOnNewGround ||= script.cachedDataRejected !== false;
    const run = script.runInThisContext() as Wrapped;
    run.call(
      module.exports,
      module.exports,
      (id) =>
        (id.startsWith('.') ? besides(module, resolve(dirname(path), id)) : module.require(id)) as unknown,
      module,
      path,
      dirname(path),
    );
  };
  // Our files name one another whole: nothing has to be looked for.
  const besides = (parent: Module, path: string): unknown => {
    const loaded = loader._cache[path];
    if (loaded) return loaded.exports;
    const module = new Module(path, parent);
    module.filename = path;
    module.paths = parent.paths;
    loader._cache[path] = module;
    try {
      compile(module, path);
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- as Node's own loader does: the next one tries again
      delete loader._cache[path];
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };
  loader._extensions['.js'] = (module, path) => {
    (path.startsWith(folder + sep) ? compile : asBefore)(module, path);
  };
  // At the end, so that what was compiled on the way is kept too. A run that loads what none before it did has called functions of
  // the other files that they did not: all are kept anew.
  process.once('exit', () => {
    if (isOnNewGround) for (const [path, script] of scripts) if (!keep(path, script)) return;
  });
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Whole or not at all, for others may start meanwhile; a full disk is no reason to fail. */
function keep(path: string, script: Script): boolean {
  const beside = `${path}.${process.pid}`;
  try {
    writeFileSync(beside, script.createCachedData());
    renameSync(beside, path);
    return true;
  } catch {
    return false;
  }
}
