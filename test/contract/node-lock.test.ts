/** Does the lock of the rendered Node application hold what its package.json asks for, all of it and nothing else, for each set of options? */
import { describe, expect, it } from 'vitest';
import { render, textOf } from '../support/render.ts';

interface Dependencies {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
interface Locked extends Dependencies {
  readonly name?: string;
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
}
interface Lock {
  readonly name: string;
  readonly packages: Readonly<Record<string, Locked>>;
}

/** The folder in which a package finds another one: its own, or the next above it. */
function placeOf(packages: Lock['packages'], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}

/** What is asked for and not there, and what is there and nobody asks for. */
function faultsOf({ packages }: Lock): {
  readonly missing: readonly string[];
  readonly idle: readonly string[];
} {
  const missing: string[] = [];
  const reached = new Set(['']);
  for (const path of reached) {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = packages[path] ?? {};
    const needed = { ...dependencies, ...(path === '' && devDependencies) };
    for (const name of Object.keys({ ...needed, ...optionalDependencies, ...peerDependencies })) {
      const place = placeOf(packages, path, name);
      if (place !== undefined) reached.add(place);
      else if (name in needed) missing.push(`${name} of ${path}`);
    }
  }
  return { missing, idle: Object.keys(packages).filter((path) => !reached.has(path)) };
}

describe.each([
  ['none', 'false'],
  ['database', 'false'],
  ['none', 'true'],
  ['database', 'true'],
])('with node.auth=%s and node.workflows=%s', (auth, workflows) => {
  const files = async (): Promise<{ lock: Lock; manifest: Dependencies & { readonly name: string } }> => {
    const rendered = await render({
      name: 'Order Desk',
      stack: 'node',
      'node.auth': auth,
      'node.workflows': workflows,
    });
    return {
      lock: JSON.parse(textOf(rendered, 'package-lock.json')) as Lock,
      manifest: JSON.parse(textOf(rendered, 'package.json')) as Dependencies & { name: string },
    };
  };

  it('locks what package.json names', async () => {
    const { lock, manifest } = await files();
    expect([lock.name, lock.packages['']?.name]).toEqual([manifest.name, manifest.name]);
    expect(lock.packages['']?.dependencies).toEqual(manifest.dependencies);
    expect(lock.packages['']?.devDependencies).toEqual(manifest.devDependencies);
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
    expect('bcrypt' in (manifest.dependencies ?? {})).toBe(auth === 'database');
    expect('ws' in (manifest.dependencies ?? {})).toBe(workflows === 'true');
  });

  it('locks all that is needed, and nothing else', async () => {
    const { lock } = await files();
    expect(faultsOf(lock)).toEqual({ missing: [], idle: [] });
  });

  it('would be found without one of them, or with one too many', async () => {
    const { lock } = await files();
    const { 'node_modules/avvio': avvio, ...others } = lock.packages;
    expect(avvio).toBeDefined();
    expect(faultsOf({ ...lock, packages: others }).missing).toEqual(['avvio of node_modules/fastify']);
    const more = { ...lock.packages, 'node_modules/left-pad': { version: '1.3.0' } };
    expect(faultsOf({ ...lock, packages: more }).idle).toEqual(['node_modules/left-pad']);
  });

  it('names the public registry and a hash for each', async () => {
    const { lock } = await files();
    for (const [path, { resolved, integrity, version }] of Object.entries(lock.packages)) {
      if (path === '') continue;
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const file = `${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
      expect(resolved, path).toBe(`https://registry.npmjs.org/${name}/-/${file}`);
      expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    }
  });
});
