// Builds the package into dist/: bundled, so that a cold `npm create` installs little and starts fast; templates are
// compiled here, so that no run compiles any.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build, transform } from 'esbuild';
import Handlebars from 'handlebars';
import { componentsModule, packageModule, root } from './discovery.config.mjs';

const NAMESPACE = 'bulwark';
/** What node-plop imports and a run of ours never calls: it renders with our engine and writes through our commit. */
const UNUSED_BY_US = new Set([
  'handlebars',
  'globby',
  'tinyglobby',
  'del',
  'resolve',
  'isbinaryfile',
  'title-case',
  'upper-case',
  'lower-case',
]);

/** From this size on a verbatim template is no part of the program's source, which is parsed as a whole. */
const STORED_FROM_BYTES = 8 * 1024;

const tools = await bundledTools();

const discovery = {
  name: 'bulwark-discovery',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^bulwark:/ }, ({ path }) => ({
      path: path.slice('bulwark:'.length),
      namespace: NAMESPACE,
    }));
    onLoad({ filter: /^components$/, namespace: NAMESPACE }, () => module(componentsModule()));
    onLoad({ filter: /^package$/, namespace: NAMESPACE }, () => module(packageModule()));
    onLoad({ filter: /^help$/, namespace: NAMESPACE }, () => module(helpModule()));
    onLoad({ filter: /^templates$/, namespace: NAMESPACE }, () => module(templateIndex()));
    onLoad({ filter: /^templates\//, namespace: NAMESPACE }, ({ path }) =>
      module(compiledTemplates(path.slice('templates/'.length))),
    );
  },
};

const programApart = {
  name: 'program-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/cli\/main\.ts$/ }, () => ({ path: './program.js', external: true }));
  },
};

/** Rendering needs commits and versions; what the actions take is for the checks, which have the whole file. */
const smallPins = {
  name: 'small-pins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/pins\/actions\.json$/ }, ({ path, importer }) =>
      importer === `${root}src/component/pins.ts` ? { path, namespace: 'small-pins' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'small-pins' }, () => {
      const actions = JSON.parse(readFileSync(`${root}src/component/pins/actions.json`, 'utf8'));
      const pins = Object.entries(actions).map(([name, { sha, version }]) => [name, { sha, version }]);
      return { contents: JSON.stringify(Object.fromEntries(pins)), loader: 'json' };
    });
  },
};

/** Keeps node-plop from pulling in what only a person's prompts or plop's own actions need. */
const lightPlop = {
  name: 'light-plop',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, importer }) => {
      if (!importer.includes('/node-plop/')) return undefined;
      if (path === 'inquirer') return { path: 'lazy-inquirer', namespace: NAMESPACE };
      return UNUSED_BY_US.has(path) ? { path: `unused/${path}`, namespace: NAMESPACE } : undefined;
    });
    onLoad({ filter: /^lazy-inquirer$/, namespace: NAMESPACE }, () =>
      module(`export default {
        registerPrompt: () => undefined,
        prompt: async (...given) => (await import('inquirer')).default.prompt(...given),
      };`),
    );
    onLoad({ filter: /^unused\//, namespace: NAMESPACE }, ({ path }) =>
      module(`module.exports = new Proxy(function () {}, {
        get: (_, key) => key === '__esModule' ? false : () => { throw new Error('bulwark does not carry ${path.slice('unused/'.length)}'); },
      });`),
    );
  },
};

rmSync(`${root}dist`, { recursive: true, force: true });
const options = {
  outdir: `${root}dist`,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.17',
  legalComments: 'none',
  logLevel: 'warning',
};
await build({
  ...options,
  entryPoints: { program: `${root}src/cli/main.ts`, pack: `${root}src/plopfile.ts` },
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  external: ['@cdktf/hcl2json'],
  plugins: [discovery, lightPlop, smallPins],
});
// By itself: what is loaded to say a version, or help, is this one small file.
await build({
  ...options,
  entryPoints: { bin: `${root}src/bin.ts` },
  plugins: [discovery, programApart],
});
await turnIntoCommonJs();
writeFileSync(`${root}dist/plopfile.js`, "module.exports = require('./pack.js').default;\n");
chmodSync(`${root}dist/bin.js`, 0o755);
writeSchemas();

/**
 * Node loads the same twenty files in half the time when they are CommonJS: no promise, no URL and no second look at the disk
 * for each. esbuild cannot split CommonJS, so it splits modules, and each is then turned.
 */
async function turnIntoCommonJs() {
  const files = tools.listFiles(`${root}dist`).filter((file) => file.endsWith('.js'));
  for (const file of files) {
    const { code } = await transform(readFileSync(`${root}dist/${file}`, 'utf8'), {
      format: 'cjs',
      platform: 'node',
      target: options.target,
      minify: true,
      define: { 'import.meta.url': '__filename' },
      // Loaded by `import()`, each would take the long way again.
      supported: { 'dynamic-import': false },
    });
    writeFileSync(`${root}dist/${file}`, code);
  }
  writeFileSync(`${root}dist/package.json`, '{ "type": "commonjs" }\n');
}

function module(contents) {
  return { contents, loader: 'js', resolveDir: root };
}

function templateIndex() {
  const ids = readdirSync(`${root}templates`)
    .filter((name) => statSync(`${root}templates/${name}`).isDirectory())
    .sort();
  const loaders = ids.map((id) => `${JSON.stringify(id)}: () => import('bulwark:templates/${id}')`);
  return `
const loaders = { ${loaders.join(', ')} };
export const templates = async (component) =>
  Object.hasOwn(loaders, component) ? (await loaders[component]()).templates : [];`;
}

/** One module per component: compiled functions and verbatim text, in the shape of the store in development. */
function compiledTemplates(component) {
  const folder = `${root}templates/${component}`;
  const entries = tools.listFiles(folder).map((file) => {
    const { layer, path, rendered } = tools.placeTemplate(file);
    const content = readFileSync(`${folder}/${file}`);
    const source = `templates/${component}/${file}`;
    const executable = (statSync(`${folder}/${file}`).mode & 0o100) !== 0;
    const place = JSON.stringify({ layer, path, source, executable });
    if (!rendered && content.length >= STORED_FROM_BYTES) return `stored(${place}, ${store(content, source)})`;
    const body = rendered ? `compiled(${compile(content.toString('utf8'), source)})` : verbatim(content);
    return `{ ...${place}, body: ${body} }`;
  });
  return `
import { compiled, stored } from ${JSON.stringify(`${root}src/render/template-runtime.ts`)};
export const templates = [${entries.join(',\n')}];`;
}

function compile(text, source) {
  try {
    return Handlebars.precompile(text, { ...tools.COMPILE_OPTIONS });
  } catch (error) {
    throw new Error(`${source}: ${error.message}`, { cause: error });
  }
}

function verbatim(content) {
  const text = content.toString('utf8');
  return Buffer.from(text).equals(content)
    ? `Buffer.from(${JSON.stringify(text)})`
    : `Buffer.from(${JSON.stringify(content.toString('base64'))}, 'base64')`;
}

/** Puts a text beside the program, as it is and as the baseline holds it; gives the expression of its location. */
function store(content, source) {
  const location = `${root}dist/${source}`;
  mkdirSync(dirname(location), { recursive: true });
  writeFileSync(location, content);
  writeFileSync(`${location}${tools.PACKED_SUFFIX}`, tools.packText(content));
  // The program's chunks stand in a folder of their own.
  return `__dirname + ${JSON.stringify(`/../${source}`)}`;
}

/** Source of the module `bulwark:help`: the text of `--help` by command. */
function helpModule() {
  const questions = tools.questionsOf(sortedComponents());
  const texts = Object.keys(tools.COMMANDS).map((command) => [command, tools.formatHelp(questions, command)]);
  return `export const help = ${JSON.stringify(Object.fromEntries(texts))};\n`;
}

/** The TypeScript that this script needs too, so that a rule stands in one place. */
async function bundledTools() {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { COMPILE_OPTIONS } from './src/render/engine.ts';
        export { placeTemplate } from './src/render/template-store.ts';
        export { listFiles } from './src/render/template-folder.ts';
        export { answersSchema, settingsSchema } from './src/plan/answers-schema.ts';
        export { questionsOf } from './src/plan/questions.ts';
        export { COMMANDS } from './src/cli/options.ts';
        export { formatHelp } from './src/cli/help.ts';
        export { PACKED_SUFFIX } from './src/render/template-runtime.ts';
        export { packText } from './src/repo/baseline.ts';
        export { components, presets } from 'bulwark:components';`,
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    banner: {
      js: "import{createRequire as bulwarkRequire}from'node:module';const require=bulwarkRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'components',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^bulwark:components$/ }, () => ({ path: 'components', namespace: NAMESPACE }));
          onLoad({ filter: /.*/, namespace: NAMESPACE }, () => module(componentsModule()));
        },
      },
    ],
  });
  // A name of its own: two builds at once must not read each other's.
  const location = `${root}node_modules/.cache/bulwark-build-${process.pid}.mjs`;
  mkdirSync(dirname(location), { recursive: true });
  writeFileSync(location, outputFiles[0].text);
  try {
    return await import(location);
  } finally {
    rmSync(location);
  }
}

function sortedComponents() {
  return [...tools.components].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function writeSchemas() {
  const questions = tools.questionsOf(sortedComponents());
  const presets = tools.presets.map(({ id }) => id);
  mkdirSync(`${root}schema`, { recursive: true });
  for (const [name, schema] of [
    ['answers', tools.answersSchema(questions, presets)],
    ['bulwark', tools.settingsSchema(questions, presets)],
  ]) {
    writeFileSync(`${root}schema/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
  }
}
