/** Code of a pack: which files it is, and, once it is trusted, its components and its plop pack. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import type { NodePlopAPI } from 'node-plop';
import { CATEGORIES, type AnyComponent } from '../component/define.ts';
import { BulwarkError, usageError, type Issue } from '../errors.ts';
import type { PackManifest } from './manifest.ts';
import type { PackDisk } from './pack-disk.ts';
import type { PackTree } from './pack-tree.ts';
import { isObject } from './shape.ts';

const MODULE = /\.(?:js|mjs|cjs)$/;
/** What a module can load besides modules. */
const LOADABLE = /\.(?:js|mjs|cjs|json|node|wasm)$/;

/** A plop pack: `export default (plop, config) => …`. */
export type PlopPack = (plop: NodePlopAPI, config: Readonly<Record<string, unknown>>) => unknown;

/** The modules that would be loaded, sorted; none: the pack is data. */
export const entryModules = (tree: PackTree, { hooks }: PackManifest): readonly string[] =>
  [...tree.keys()]
    .filter((path) => /^generators\/[^/]+$/.test(path) && MODULE.test(path))
    .concat(hooks ?? []);

/** Every file that those could load too. */
export const codeFiles = (tree: PackTree, { hooks }: PackManifest): readonly string[] =>
  [...tree.keys()].filter(
    (path) => path === hooks || (MODULE.test(path) && !/^(?:templates|tests)\//.test(path)),
  );

export interface LoadedCode {
  readonly components: readonly AnyComponent[];
  readonly hooks?: PlopPack;
  readonly issues: readonly Issue[];
}

/**
 * Loads trusted code from a folder of its own that holds exactly the files of the digest, and is gone afterwards: modules import
 * what they need at their top.
 * @returns with the components what is wrong with them: `component-code`
 */
export async function loadCode(
  tree: PackTree,
  manifest: PackManifest,
  source: string,
  disk: PackDisk,
): Promise<LoadedCode> {
  const folder = disk.temporary();
  const components: AnyComponent[] = [];
  const issues: Issue[] = [];
  let hooks: PlopPack | undefined;
  try {
    for (const { path, content } of tree.values()) {
      if (LOADABLE.test(path) && !/^(?:templates|tests)\//.test(path)) disk.writeBelow(folder, path, content);
    }
    if (!tree.has('package.json'))
      disk.writeBelow(folder, 'package.json', Buffer.from('{ "type": "module" }\n'));
    for (const path of entryModules(tree, manifest)) {
      const where = `${source}: ${path}`;
      const fail = (message: string): void => {
        issues.push({
          id: 'component-code',
          message,
          where,
          hint: 'export one component, or a plop pack, as default',
        });
      };
      let exported: unknown;
      try {
        exported = await importModule(join(folder, path));
      } catch (error) {
        fail(
          `the module cannot be loaded: ${error instanceof Error ? error.message.replaceAll(folder, '') : 'it threw'}`,
        );
        continue;
      }
      if (path === manifest.hooks) {
        if (typeof exported === 'function') hooks = exported as PlopPack;
        else fail('its default export is no function (plop, config)');
        continue;
      }
      const fault = componentFault(exported, path);
      if (fault === undefined) components.push(answerable(exported as AnyComponent, where));
      else fail(fault);
    }
  } finally {
    disk.remove(folder);
  }
  return { components, issues, ...(hooks && { hooks }) };
}

/** The bundle is CommonJS, whose `import()` our build turns into `require`, which older versions of Node 20 do not let load modules. */
const nativeImport = new Script('(url) => import(url)', {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});

async function importModule(file: string): Promise<unknown> {
  const load = nativeImport.runInThisContext() as (url: string) => Promise<{ readonly default?: unknown }>;
  return (await load(pathToFileURL(file).href)).default;
}

/** As far as it can be told without running it. */
function componentFault(exported: unknown, path: string): string | undefined {
  if (!isObject(exported)) return 'its default export is no component';
  const { id, category, description, fields, samples } = exported;
  const name = /([^/]+)\.[a-z]+$/.exec(path)?.[1];
  if (id !== name)
    return `the component is named ${JSON.stringify(id)}, and the file ${JSON.stringify(name)}`;
  if (typeof category !== 'string' || !Object.hasOwn(CATEGORIES, category))
    return 'it has no category that there is';
  if (typeof description !== 'string' || description === '') return 'it has no description';
  if (
    !isObject(fields) ||
    !Object.values(fields).every((field) => isObject(field) && typeof field.kind === 'string')
  )
    return 'its fields are none';
  return isObject(samples) && isObject(samples.default) ? undefined : 'it has no sample "default"';
}

/** What a pack's component throws is the pack's fault, not a bug of ours. */
function answerable(component: AnyComponent, where: string): AnyComponent {
  const guarded = Object.entries(component).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'function' ? guard(value as (...given: unknown[]) => unknown, key, where) : value,
  ]);
  return Object.fromEntries(guarded) as AnyComponent;
}

const guard =
  (run: (...given: unknown[]) => unknown, key: string, where: string) =>
  (...given: unknown[]): unknown => {
    try {
      return run(...given);
    } catch (error) {
      if (error instanceof BulwarkError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw usageError([
        {
          id: 'component-code',
          message: `"${key}" of the component threw: ${message}`,
          where,
          hint: 'tell those who keep the pack',
        },
      ]);
    }
  };
