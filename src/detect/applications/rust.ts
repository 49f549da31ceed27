/** Reads Cargo.toml: web frameworks of Rust, binaries, workspaces. */
import type { JudgedFile } from '../../verify/check.ts';
import { listOf, recordOf, scalarText, type PlainRecord } from '../../verify/embedded/plain-data.ts';
import { nearestAbove, type Sources } from '../sources.ts';
import {
  applicationOf,
  claimsOf,
  firstFile,
  frameworkOf,
  placeOf,
  plainVersion,
  type Application,
  type Framework,
} from './application.ts';

/** Only Rocket listens where nobody tells it to (rocket.rs, "Configuration"). */
const FRAMEWORKS: readonly (readonly Framework[])[] = [
  [
    { library: 'axum', name: 'axum' },
    { library: 'actix-web', name: 'actix-web' },
    { library: 'rocket', name: 'rocket', port: 8000 },
    { library: 'warp', name: 'warp' },
    { library: 'poem', name: 'poem' },
    { library: 'salvo', name: 'salvo' },
  ],
  // gRPC, often beside one of the others.
  [{ library: 'tonic', name: 'tonic' }],
];

/** @returns undefined for a Cargo.toml without a package: a workspace is read by its members */
export function readRust(manifest: JudgedFile, sources: Sources): Application | undefined {
  const data = sources.toml(manifest);
  if (data?.package === undefined) return undefined;
  const folder = placeOf(manifest);
  const own = recordOf(data.package);
  const inherited = inheritedFrom(folder, sources);
  const field = (name: string): unknown =>
    recordOf(own[name]).workspace === true ? inherited[name] : own[name];
  const dependencies = recordOf(data.dependencies);
  const framework = frameworkOf(new Set(Object.keys(dependencies)), FRAMEWORKS, manifest, sources);
  const [binary] = listOf(data.bin);
  const path = scalarText(recordOf(binary).path);
  const entryPoint = firstFile(sources, folder, [...(path === undefined ? [] : [path]), 'src/main.rs']);
  const version = scalarText(field('rust-version'));
  const name = scalarText(own.name);
  const isMember = folder !== '' && sources.has('Cargo.toml');
  return applicationOf(
    {
      manifest,
      language: 'rust',
      kind: entryPoint === undefined ? 'library' : 'server',
      framework: framework?.name,
      frameworkPort: framework?.port,
      entryPoint,
      startCommand:
        entryPoint === undefined
          ? undefined
          : `cargo run --release${isMember && name !== undefined ? ` --package ${name}` : ''}`,
      testCommand: isMember ? 'cargo test --workspace' : 'cargo test',
      buildCommand: 'cargo build --release',
      name,
      description: field('description'),
      licence: field('license'),
      libraries: new Set(Object.entries(dependencies).flatMap(([key, value]) => librariesOf(key, value))),
      claims: [
        ...claimsOf(manifest.path)('packageManager', 'manifest', 'cargo'),
        ...claimsOf(manifest.path)('runtimeVersion', 'manifest', version, `rust-version in ${manifest.path}`),
        ...toolchain(folder, sources),
      ],
    },
    sources,
  );
}

/** What `version.workspace = true` takes over. */
function inheritedFrom(folder: string, sources: Sources): PlainRecord {
  if (folder === '' || !sources.has('Cargo.toml')) return {};
  return recordOf(recordOf(sources.toml(sources.file('Cargo.toml'))?.workspace).package);
}

/** A crate, and for those that speak to several databases its feature of that name. */
function librariesOf(crate: string, value: unknown): readonly string[] {
  const features = listOf(recordOf(value).features).map(scalarText);
  const isPostgres =
    ['sqlx', 'diesel', 'sea-orm', 'diesel-async'].includes(crate) &&
    features.some((feature) => /^(?:sqlx-)?postgres$/.test(feature ?? ''));
  return isPostgres ? [crate, 'sqlx-postgres'] : [crate];
}

function toolchain(folder: string, sources: Sources) {
  const path = nearestAbove(sources, folder, ['rust-toolchain.toml', 'rust-toolchain']);
  if (path === undefined) return [];
  const channel = path.endsWith('.toml')
    ? scalarText(recordOf(sources.toml(sources.file(path))?.toolchain).channel)
    : sources.lines(sources.file(path))[0];
  return claimsOf(path)('runtimeVersion', 'version file', plainVersion(channel));
}
