/**
 * Writes templates/node/base/package-lock.json.hbs anew: `node test/support/write-node-lock.mjs`, after a change of the
 * package.json.hbs beside it. One lock is made with all options; what npm takes out of it without an option stands in the
 * template under that option. Addresses are the public registry's, whichever registry answered.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Handlebars from 'handlebars';

const BASE = join(import.meta.dirname, '../../templates/node/base');
const TEMPLATE = join(BASE, 'package-lock.json.hbs');
/** Answers that change which packages there are. */
const OPTIONS = ['auth', 'workflows'];
const REGISTRY = 'https://registry.npmjs.org';

const engine = Handlebars.create();
const render = engine.compile(readFileSync(join(BASE, 'package.json.hbs'), 'utf8'), { noEscape: true });

/** The lock for a set of options, begun with another lock where there is one. */
function lockFor(options, begin) {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-lock-'));
  try {
    const view = Object.fromEntries(OPTIONS.map((name) => [name, options.includes(name)]));
    writeFileSync(join(folder, 'package.json'), render({ ...view, slug: 'slug' }));
    if (begin) writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(begin));
    execFileSync(
      'npm',
      ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    return JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is locked stays locked: the lock that is there already is where npm begins. */
function present() {
  try {
    const source = engine.compile(readFileSync(TEMPLATE, 'utf8'), { noEscape: true });
    return JSON.parse(source({ slug: 'slug', ...Object.fromEntries(OPTIONS.map((name) => [name, true])) }));
  } catch {
    return undefined;
  }
}

const full = lockFor(OPTIONS, process.argv.includes('--renew') ? undefined : present());
const without = new Map(
  OPTIONS.map((name) => [
    name,
    lockFor(
      OPTIONS.filter((other) => other !== name),
      full,
    ),
  ]),
);

/** The option without which an entry is not there. */
const optionOf = (isThere) => OPTIONS.find((name) => !isThere(without.get(name)));

function resolved(path, entry) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const file = name.slice(name.indexOf('/') + 1);
  const { version, ...rest } = entry;
  delete rest.resolved;
  return { version, resolved: `${REGISTRY}/${name}/-/${file}-${version}.tgz`, ...rest };
}

/** Which registry answered does not matter. */
const withoutAddress = (entry) => JSON.stringify({ ...entry, resolved: undefined });

/** Lines of entries, those of an option between its marks; the last one is there always, so each may end with a comma. */
function entries(list, depth) {
  const pad = ' '.repeat(depth);
  if (list.at(-1)?.option !== undefined) throw new Error('the last entry depends on an option');
  let open;
  const lines = [];
  for (const [index, { key, value, option }] of list.entries()) {
    if (open !== option) {
      if (open !== undefined) lines.push('{{/if}}');
      if (option !== undefined) lines.push(`{{#if ${option}}}`);
      open = option;
    }
    const text =
      typeof value === 'string' ? value : JSON.stringify(value, null, 2).replaceAll('\n', `\n${pad}`);
    lines.push(`${pad}${JSON.stringify(key)}: ${text}${index < list.length - 1 ? ',' : ''}`);
  }
  return lines.join('\n');
}

const root = full.packages[''];
const dependencies = (kind) =>
  entries(
    Object.entries(root[kind]).map(([key, value]) => ({
      key,
      value: JSON.stringify(value),
      option: optionOf((lock) => key in lock.packages[''][kind]),
    })),
    8,
  );

const packages = Object.entries(full.packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => {
    for (const [name, lock] of without) {
      const there = lock.packages[path] ?? entry;
      if (withoutAddress(entry) !== withoutAddress(there))
        throw new Error(`${path} is another one without ${name}`);
    }
    return { key: path, value: resolved(path, entry), option: optionOf((lock) => path in lock.packages) };
  });

writeFileSync(
  TEMPLATE,
  `{
  "name": "{{slug}}",
  "version": "0.0.0",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": {
      "name": "{{slug}}",
      "version": "0.0.0",
      "dependencies": {
${dependencies('dependencies')}
      },
      "devDependencies": {
${dependencies('devDependencies')}
      },
      "engines": {
        "node": ${JSON.stringify(root.engines.node)}
      }
    },
${entries(packages, 4)}
  }
}
`,
);
