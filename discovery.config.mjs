// What `generators/` and `templates/` hold, as modules for the build (esbuild) and the tests (vitest).
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('.', import.meta.url));

const modulesIn = (folder) =>
  readdirSync(`${root}${folder}`)
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => `${root}${folder}/${name}`);

const importAll = (folder, name) => {
  const files = modulesIn(folder);
  const imports = files.map((file, index) => `import ${name}${index} from ${JSON.stringify(file)};`);
  return `${imports.join('\n')}\nexport const ${name} = [${files.map((_, index) => `${name}${index}`).join(', ')}];\n`;
};

/** Source of the module `bulwark:components`. */
export const componentsModule = () =>
  importAll('generators', 'components') + importAll('generators/presets', 'presets');

/** Source of the module `bulwark:templates` in development: templates are read and compiled as they are. */
export const templatesModule = () => `
import { templateFolder } from ${JSON.stringify(`${root}src/render/template-folder.ts`)};
export const templates = templateFolder(${JSON.stringify(`${root}templates`)});
`;

/** Source of the module `bulwark:package`. */
export const packageModule = () =>
  `export const version = ${JSON.stringify(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version)};\n`;

/** Source of the module `bulwark:generators` in development; the build writes what it gives. */
const generatorsModule = () => `
import { components } from 'bulwark:components';
import { plopGenerators } from ${JSON.stringify(`${root}src/plop/generators.ts`)};
export const generators = plopGenerators(components);
`;

const sources = {
  'bulwark:components': componentsModule,
  'bulwark:generators': generatorsModule,
  'bulwark:templates': templatesModule,
  'bulwark:package': packageModule,
  'bulwark:build': () => 'export const buildDigest = () => undefined;',
};

/** The modules for vitest. */
export const discoveryForVite = () => ({
  name: 'bulwark-discovery',
  enforce: 'pre',
  resolveId: (id) => (id in sources ? `\0${id}` : undefined),
  load: (id) => (id.startsWith('\0bulwark:') ? sources[id.slice(1)]() : undefined),
});
