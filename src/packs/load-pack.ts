/** One pack, from its files to what it brings: manifest, templates, components; code only after trust. */
import type { AnyComponent, ComponentId } from '../component/define.ts';
import { usageError, type Issue } from '../errors.ts';
import type { Template } from '../render/template-store.ts';
import { codeFiles, entryModules, loadCode, type PlopPack } from './code.ts';
import { readComponentFile, type ComponentData } from './component-file.ts';
import { componentOf } from './data-component.ts';
import type { FetchedPack } from './fetch-pack.ts';
import { MANIFEST, readManifest, type PackManifest } from './manifest.ts';
import { textIn, type PackTree } from './pack-tree.ts';
import { packTemplates } from './pack-templates.ts';
import type { PackPorts } from './ports.ts';
import { formatReference, placeOf, sourceOf, type Reference } from './reference.ts';
import { requireTrust } from './trust.ts';
import { satisfies } from './version-range.ts';

/** A component of a pack; of one that is data the data too, for they can be judged further. */
export interface PackComponent {
  readonly component: AnyComponent;
  /** The file that says it. */
  readonly path: string;
  readonly data?: ComponentData;
}

export interface LoadedPack {
  readonly manifest: PackManifest;
  readonly reference: Reference;
  /** Absolute, of a folder or an archive of this machine. */
  readonly place?: string;
  readonly tree: PackTree;
  readonly sha512: string;
  readonly commit?: string;
  /** Its content must not change while its reference stays. */
  readonly isFixed: boolean;
  /** Sha512 of the packs that it lies over, the nearest first. */
  readonly over: readonly string[];
  readonly components: readonly PackComponent[];
  /** By component: its own, those of the packs below, and ours. */
  readonly templates: ReadonlyMap<ComponentId, readonly Template[]>;
  /** New paths of rendered files by their old ones, of the pack and its components. */
  readonly renames: ReadonlyMap<string, string>;
  readonly hooks?: PlopPack;
}

/** How messages name a file of a pack. */
export const sourceInPack = (name: string, path: string): string => `${name}: ${path}`;

/**
 * Reads a pack.
 * @param over the packs that it lies over
 * @throws BulwarkError: `pack-code` (code 4) for code that is not trusted; (code 2) with everything that is wrong with its
 * files, each with its place, `pack-bulwark` where it is made for other versions of bulwark
 */
export async function loadPack(
  fetched: FetchedPack,
  manifest: PackManifest,
  over: readonly string[],
  ports: PackPorts,
): Promise<LoadedPack> {
  const { reference, tree, sha512, commit, isFixed } = fetched;
  const place = reference.kind === 'git' ? undefined : placeOf(reference, ports.cwd);
  const issues: Issue[] = manifestFaults(tree, manifest, ports.bulwark);
  const { byComponent, issues: templateIssues } = packTemplates(tree, manifest.name);
  issues.push(...templateIssues);
  const components: PackComponent[] = [];
  for (const path of [...tree.keys()].filter((file) => /^generators\/[^/]+\.(?:json|ya?ml)$/.test(file))) {
    const where = sourceInPack(manifest.name, path);
    const reading = await readComponentFile(textIn(tree, path) ?? '', where);
    if ('issues' in reading) {
      issues.push(...reading.issues);
      continue;
    }
    const { data } = reading;
    const name = path.slice('generators/'.length, path.lastIndexOf('.'));
    if (data.id === name) components.push({ component: componentOf(data), path, data });
    else issues.push(wrongName(data.id, name, where));
  }
  const modules = entryModules(tree, manifest);
  let hooks: PlopPack | undefined;
  if (modules.length > 0 && issues.length === 0) {
    const code = {
      name: manifest.name,
      source: place ?? sourceOf(reference),
      sha512,
      files: codeFiles(tree, manifest),
    };
    await requireTrust(code, ports);
    const loaded = await loadCode(tree, manifest, manifest.name, ports.disk);
    components.push(
      ...loaded.components.map((component) => ({
        component,
        path: modules.find((path) => path.startsWith(`generators/${component.id}.`)) ?? '',
      })),
    );
    issues.push(...loaded.issues);
    ({ hooks } = loaded);
  }
  issues.push(...listFaults(components, manifest, modules.length > 0 && issues.length > 0));
  if (issues.length > 0) throw usageError(issues);
  return {
    manifest,
    reference,
    ...(place !== undefined && { place }),
    tree,
    sha512,
    ...(commit !== undefined && { commit }),
    isFixed,
    over,
    components,
    templates: byComponent,
    renames: new Map(
      [manifest, ...components.map(({ data }) => data)].flatMap((from) =>
        Object.entries(from?.renames ?? {}),
      ),
    ),
    ...(hooks && { hooks }),
  };
}

/** @throws BulwarkError (code 2): `pack-missing-manifest`, or everything that is wrong with it */
export async function manifestOf({ reference, tree }: FetchedPack): Promise<PackManifest> {
  const shown = formatReference(reference);
  const text = textIn(tree, MANIFEST);
  if (text === undefined) {
    const near = [...tree.keys()].find((path) => path.endsWith(`/${MANIFEST}`));
    throw usageError([
      {
        id: 'pack-missing-manifest',
        message: `there is no ${MANIFEST}`,
        where: shown,
        hint:
          near === undefined
            ? 'name the folder of a pack, or start one: bulwark pack init'
            : `there is ${near}: name its folder`,
      },
    ]);
  }
  const reading = await readManifest(text, `${shown}: ${MANIFEST}`);
  if ('issues' in reading) throw usageError(reading.issues);
  return reading.manifest;
}

function manifestFaults(tree: PackTree, manifest: PackManifest, bulwark: string): Issue[] {
  const where = sourceInPack(manifest.name, MANIFEST);
  const missing = (['rules', 'hooks'] as const).filter((key) => {
    const path = manifest[key];
    return path !== undefined && !tree.has(path);
  });
  const modules = [...tree.keys()].filter((path) => /^generators\/.*\.(?:ts|mts|cts)$/.test(path));
  return [
    ...(satisfies(bulwark, manifest.bulwark)
      ? []
      : [
          {
            id: 'pack-bulwark',
            message: `the pack is made for bulwark ${manifest.bulwark}, and this is ${bulwark}`,
            where: `${where}#/bulwark`,
            hint: 'use another version of the pack, or of bulwark: npm create bulwark@latest',
          },
        ]),
    ...missing.map((key) => ({
      id: 'pack-value',
      message: `there is no file ${manifest[key] ?? ''}`,
      where: `${where}#/${key}`,
      hint: 'name a file of the pack',
    })),
    ...modules.map((path) => ({
      id: 'component-code',
      message: 'TypeScript is not loaded from a pack',
      where: sourceInPack(manifest.name, path),
      hint: 'compile it to JavaScript, or write the component as data',
    })),
  ];
}

const wrongName = (id: string, name: string, where: string): Issue => ({
  id: 'component-value',
  message: `the component is named "${id}", and its file "${name}"`,
  where: `${where}#/id`,
  hint: 'give both one name',
});

/** @param isPartial whether some components could not be read, so that nothing is to be said of missing ones */
function listFaults(
  components: readonly PackComponent[],
  { name, components: listed }: PackManifest,
  isPartial: boolean,
): Issue[] {
  const ids = components.map(({ component }) => component.id);
  const where = `${sourceInPack(name, MANIFEST)}#/components`;
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [
    ...twice.map((id) => ({
      id: 'component-value',
      message: `two files say the component "${id}"`,
      where: sourceInPack(name, `generators/${id}`),
      hint: 'remove one of the two',
    })),
    ...(listed && !isPartial
      ? [...listed.filter((id) => !ids.includes(id)), ...ids.filter((id) => !listed.includes(id))]
      : []
    ).map((id) => ({
      id: 'pack-value',
      message: ids.includes(id)
        ? `"${id}" is in generators/ and not in the list`
        : `there is no generators/${id}.json`,
      where,
      hint: 'leave out the list, or name in it what generators/ holds',
    })),
  ];
}
