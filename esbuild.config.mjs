// Builds the package into dist/: bundled, so that a cold `npm create` installs little and starts fast; templates are
// compiled here, so that no run compiles any.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { build, transform } from 'esbuild';
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
  'node:fs/promises',
  './fs-promise-proxy.js',
  '../fs-promise-proxy.js',
]);

/** Holds the digest of everything else in dist/: two builds with the same one render the same. */
const BUILD_DIGEST = 'build.sha256';

/** Only `--help` reads it. */
const HELP = 'help.json';

/** Small components come with the program: a file more takes longer to open than their templates to read. */
const SMALL_BYTES = 16 * 1024;

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
    onLoad({ filter: /^generators$/, namespace: NAMESPACE }, () => module(generatorsModule()));
    onLoad({ filter: /^build$/, namespace: NAMESPACE }, () =>
      module(`import { readFileSync } from 'node:fs';
        export const buildDigest = () => readFileSync(DIST + '/${BUILD_DIGEST}', 'utf8');`),
    );
    onLoad({ filter: /^help$/, namespace: NAMESPACE }, () =>
      module(`import { readFileSync } from 'node:fs';
        export const help = () => JSON.parse(readFileSync(DIST + '/${HELP}', 'utf8'));`),
    );
    onLoad({ filter: /^templates$/, namespace: NAMESPACE }, () => module(templateIndex()));
    onLoad({ filter: /^templates\//, namespace: NAMESPACE }, ({ path }) =>
      module(compiledTemplates(path.slice('templates/'.length))),
    );
  },
};

/** What is loaded only to run something. */
const programApart = {
  name: 'program-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(?:program|code-cache)\.ts$/ }, ({ path }) => ({
      path: path.replace(/\.ts$/, '.js'),
      external: true,
    }));
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

/** No prompt of ours opens an editor; what inquirer would open one with is half of its code, for the tables of old encodings. */
const noEditor = {
  name: 'no-editor',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^external-editor$|^@inquirer\/external-editor$/ }, ({ path }) => ({
      path,
      namespace: 'no-editor',
    }));
    onLoad({ filter: /./, namespace: 'no-editor' }, ({ path }) =>
      module(`export function editAsync() { throw new Error('bulwark does not carry ${path}'); }`),
    );
  },
};

rmSync(`${root}dist`, { recursive: true, force: true });
mkdirSync(`${root}dist/templates`, { recursive: true });
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
const { metafile } = await build({
  ...options,
  entryPoints: { program: `${root}src/program.ts` },
  metafile: true,
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  external: ['@cdktf/hcl2json'],
  plugins: [discovery, lightPlop, noEditor, smallPins],
});
// By themselves: what is loaded to say a version, or help, or to register our generators, is one small file each.
await build({
  ...options,
  entryPoints: {
    bin: `${root}src/bin.ts`,
    'code-cache': `${root}src/code-cache.ts`,
    plopfile: `${root}src/plopfile.ts`,
  },
  plugins: [discovery, programApart],
});
const joined = await joinProgram(metafile.outputs);
for (const file of joined) rmSync(`${root}dist/${file}`);
await turnIntoCommonJs();
// Plop takes what `import()` gives as default: of a CommonJS file that is all it exports.
appendFileSync(`${root}dist/plopfile.js`, 'module.exports = module.exports.default;\n');
chmodSync(`${root}dist/bin.js`, 0o755);
writeSchemas();
writeHelp();
writeBuildDigest();

/**
 * Splitting makes a chunk of every set of modules that some parts of the program share. Those that are always loaded become one
 * file, and the others ask that one for them.
 * @returns those chunks, as `chunk0`, `chunk1` … of the program
 */
async function joinProgram(outputs) {
  const inDist = (path) => path.slice(path.indexOf('dist/') + 'dist/'.length);
  const always = new Set(['program.js']);
  const imports = Object.fromEntries(
    Object.entries(outputs).map(([path, output]) => [
      inDist(path),
      output.imports.filter(({ kind }) => kind === 'import-statement'),
    ]),
  );
  // A set grows while it is walked.
  for (const file of always) {
    for (const { path, external } of imports[file]) if (external !== true) always.add(inDist(path));
  }
  const chunks = [...always].filter((file) => file !== 'program.js');
  const leads = chunks.map((file, index) => `export * as chunk${index} from './${file}';\n`);
  await build({
    ...options,
    outdir: undefined,
    outfile: `${root}dist/program.js`,
    allowOverwrite: true,
    stdin: { contents: `export * from './program.js';\n${leads.join('')}`, resolveDir: `${root}dist` },
    plugins: [
      {
        name: 'chunks-apart',
        setup({ onResolve }) {
          onResolve({ filter: /^\./ }, ({ path, kind }) =>
            kind === 'dynamic-import'
              ? { path: `./chunks/${path.slice(path.lastIndexOf('/') + 1)}`, external: true }
              : undefined,
          );
        },
      },
    ],
  });
  return chunks;
}

/**
 * Node loads the same files in half the time when they are CommonJS: no promise, no URL and no second look at the disk for
 * each. esbuild cannot split CommonJS, so it splits modules, and each is then turned.
 */
async function turnIntoCommonJs() {
  const files = tools.listFiles(`${root}dist`).filter((file) => file.endsWith('.js'));
  for (const file of files) {
    const isChunk = file.startsWith('chunks/');
    const { code } = await transform(readFileSync(`${root}dist/${file}`, 'utf8'), {
      format: 'cjs',
      platform: 'node',
      target: options.target,
      minify: true,
      define: { 'import.meta.url': '__filename' },
      banner: isChunk ? "const DIST=__dirname+'/..';" : 'const DIST=__dirname;',
      // Loaded by `import()`, each would take the long way again.
      supported: { 'dynamic-import': false },
    });
    writeFileSync(`${root}dist/${file}`, leadingToProgram(code));
  }
  writeFileSync(`${root}dist/package.json`, '{ "type": "commonjs" }\n');
}

/** Code of a chunk that asks the program, once, for what was joined with it. */
function leadingToProgram(code) {
  let asks = false;
  const led = code.replace(/\brequire\("\.\/([\w-]+\.js)"\)/g, (asked, name) => {
    const index = joined.indexOf(`chunks/${name}`);
    if (index < 0) return asked;
    asks = true;
    return `PROGRAM.chunk${index}`;
  });
  return asks ? `const PROGRAM=require("../program.js");\n${led}` : led;
}

function module(contents) {
  return { contents, loader: 'js', resolveDir: root };
}

function templateIndex() {
  const ids = readdirSync(`${root}templates`)
    .filter((name) => statSync(`${root}templates/${name}`).isDirectory())
    .sort();
  const isSmall = (id) => compiledTemplates(id).length < SMALL_BYTES;
  const imports = ids
    .filter(isSmall)
    .map((id, index) => [id, `small${index}`, `import * as small${index} from 'bulwark:templates/${id}';`]);
  const small = Object.fromEntries(imports.map(([id, name]) => [id, name]));
  const loaders = ids.map((id) => {
    const loaded = small[id] ?? `await import('bulwark:templates/${id}')`;
    return `${JSON.stringify(id)}: async () => (${loaded}).templates`;
  });
  return `
${imports.map(([, , line]) => line).join('\n')}
const loaders = { ${loaders.join(', ')} };
export const templates = async (component) => Object.hasOwn(loaders, component) ? loaders[component]() : [];`;
}

/** One module per component: compiled functions, and of which pieces its verbatim texts are made. */
function compiledTemplates(component) {
  const folder = `${root}templates/${component}`;
  const verbatim = [];
  const entries = tools.listFiles(folder).map((file) => {
    const { layer, path, rendered } = tools.placeTemplate(file);
    const content = readFileSync(`${folder}/${file}`);
    const source = `templates/${component}/${file}`;
    const executable = (statSync(`${folder}/${file}`).mode & 0o100) !== 0;
    const place = JSON.stringify({ layer, path, source, executable });
    // Fragments are no files, so the baseline does not hold them.
    if (!rendered && layer === tools.FRAGMENTS)
      return `{ ...${place}, body: Buffer.from(${JSON.stringify(content.toString('utf8'))}) }`;
    if (rendered) return `{ ...${place}, body: compiled(${compile(content.toString('utf8'), source)}) }`;
    verbatim.push(content);
    return `verbatim(${place}, texts[${verbatim.length - 1}])`;
  });
  const location = `templates/${component}`;
  const { pieces, texts } = tools.cutIntoPieces(verbatim);
  const forms = pieces.map((piece) => tools.packPiece(piece));
  if (pieces.length > 0) {
    writeFileSync(`${root}dist/${location}`, Buffer.concat(pieces));
    writeFileSync(`${root}dist/${location}${tools.PACKED_SUFFIX}`, Buffer.concat(forms));
  }
  const [textExtents, formExtents] = [extentsOf(pieces), extentsOf(forms)];
  const kept = pieces.map((_, index) => ({ text: textExtents[index], form: formExtents[index] }));
  return `
import { compiled, verbatimTemplates } from ${JSON.stringify(`${root}src/render/template-runtime.ts`)};
const texts = ${JSON.stringify(texts)};
const verbatim = verbatimTemplates(DIST + ${JSON.stringify(`/${location}`)}, ${JSON.stringify(kept)});
export const templates = [${entries.join(',\n')}];`;
}

/** Where each part lies when they stand one after the other. */
function extentsOf(parts) {
  let end = 0;
  return parts.map(({ length }) => [end, (end += length)]);
}

/**
 * In parentheses V8 compiles a function at once (and esbuild leaves them): of a component that is loaded most templates are
 * rendered, and each would else be read twice.
 */
function compile(text, source) {
  try {
    const parts = Object.entries(tools.specificationOf(text)).map(([name, part]) => {
      const written = typeof part === 'function' ? `(${part})` : JSON.stringify(part);
      return `${JSON.stringify(name)}: ${written}`;
    });
    return `{ ${parts.join(', ')} }`;
  } catch (error) {
    throw new Error(`${source}: ${error.message}`, { cause: error });
  }
}

/** Source of the module `bulwark:generators`: what plop lists, so that no component is loaded for it. */
function generatorsModule() {
  return `export const generators = ${JSON.stringify(tools.plopGenerators(tools.components))};\n`;
}

/** The text of `--help` by command. */
function writeHelp() {
  const questions = tools.questionsOf(sortedComponents());
  const texts = Object.keys(tools.COMMANDS).map((command) => [command, tools.formatHelp(questions, command)]);
  writeFileSync(`${root}dist/${HELP}`, JSON.stringify(Object.fromEntries(texts)));
}

/** The TypeScript that this script needs too, so that a rule stands in one place. */
async function bundledTools() {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { specificationOf } from './src/render/template-compiler.ts';
        export { FRAGMENTS, placeTemplate } from './src/render/template-store.ts';
        export { listFiles } from './src/render/template-folder.ts';
        export { answersSchema, settingsSchema } from './src/plan/answers-schema.ts';
        export { rulesSchema } from './src/rules/rules-schema.ts';
        export { questionsOf } from './src/plan/questions.ts';
        export { COMMANDS } from './src/cli/options.ts';
        export { formatHelp } from './src/cli/help.ts';
        export { plopGenerators } from './src/plop/generators.ts';
        export { PACKED_SUFFIX } from './src/render/template-runtime.ts';
        export { packPiece } from './src/repo/baseline.ts';
        export { cutIntoPieces } from './src/render/pieces.ts';
        export { componentShape } from './src/packs/component-file.ts';
        export { fleetShape } from './src/fleet/fleet-file.ts';
        export { manifestShape } from './src/packs/manifest.ts';
        export { publishedSchema } from './src/packs/shape.ts';
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

function writeBuildDigest() {
  const hash = createHash('sha256');
  for (const file of tools.listFiles(`${root}dist`)) {
    const content = readFileSync(`${root}dist/${file}`);
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  writeFileSync(`${root}dist/${BUILD_DIGEST}`, hash.digest('hex'));
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
    ['rules', tools.rulesSchema()],
    ['pack', tools.publishedSchema(tools.manifestShape, 'pack.json: a pack of templates for bulwark')],
    [
      'fleet',
      tools.publishedSchema(tools.fleetShape, 'fleet.yaml: repositories that bulwark looks after together'),
    ],
    ['component', tools.publishedSchema(tools.componentShape, 'A component of a pack, as data')],
  ]) {
    writeFileSync(`${root}schema/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
  }
}
