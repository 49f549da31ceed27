// Measures whole processes beside `node -e 0`, in turns, and holds them to the limits of SPEC section 9.
//
//     npm run bench [-- --pairs 15] [-- --json]
//
// A bare Node runs before each of the others, so that a machine that is busy for a while slows both; what counts is the median
// of the quotients.
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment, npm, packEverything, startRegistry } from '../support/registry.mjs';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, pairs: { type: 'string', default: '15' } },
});
const pairs = Number(options.pairs);
if (!Number.isInteger(pairs) || pairs < 1) throw new Error('--pairs takes a whole number');

const LIMITS = {
  say: 1.2,
  render: 2.5,
  preset: 3,
  nothingNew: 2.5,
  memoryMb: 120,
  packages: 12,
  installedMb: 15,
  packedMb: 2,
  /** Twice as many repositories; with fewer, a garbage collector has no reason yet to look. */
  fleetGrowth: 1.2,
};
const MB = 1024 * 1024;
const PLOP_FILES = 150;
/** A preset with more files is a whole platform. */
const LARGE_PRESET_FILES = 150;
/** How many repositories a fleet has; the last two show that memory does not grow with them. */
const FLEETS = [20, 200, 400];

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/bin.js');
const folder = mkdtempSync(join(tmpdir(), 'bulwark-bench-'));
const tarballs = join(folder, 'tarballs');
const environment = environmentOf();
const out = join(folder, 'out');
let used = 0;

try {
  const report = await measure();
  const broken = brokenLimits(report);
  if (options.json) console.log(JSON.stringify({ ...report, broken }, null, 2));
  else console.log(markdown(report));
  for (const line of broken) console.error(`limit broken: ${line}`);
  process.exitCode = broken.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  progress('packing');
  const packed = packEverything(tarballs);
  const registry = await startRegistry(tarballs);
  try {
    const rows = [...ownRows(), coldCreate(registry.url), plop(), createVite()];
    const measured = rows.filter(({ skipped }) => skipped === undefined);
    const base = [];
    for (const row of measured) {
      progress(row.name);
      // The first run pays for a disk that has not been read yet, and keeps what it has compiled.
      await timeOf(row);
      for (let pair = 1; pair <= pairs; pair += 1) {
        const bare = await timeOf({ command: [process.execPath, '-e', '0'] });
        base.push(bare);
        row.times.push(await timeOf(row));
        row.quotients.push(row.times.at(-1) / bare);
      }
    }
    for (const one of measured.filter(({ hasMemory }) => hasMemory)) one.peakMb = await peakMbOf(one);
    return {
      node: process.version,
      machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'processor'}`,
      pairs,
      baseMs: median(base),
      rows: rows.map(({ name, limit, files, skipped, times, quotients, peakMb }) => ({
        name,
        ...(files !== undefined && { files }),
        ...(skipped === undefined ? { ms: median(times), times: median(quotients) } : { skipped }),
        ...(limit !== undefined && { limit }),
        ...(peakMb !== undefined && { peakMb }),
      })),
      fleets: await fleets(),
      memoryMb: await peakMemoryMb(),
      ...(await installed(registry.url, packed)),
    };
  } finally {
    registry.close();
  }
}

function row(name, command, more = {}) {
  return { name, command, times: [], quotients: [], ...more };
}

function ownRows() {
  const bulwark = (...args) => [process.execPath, program, ...args];
  const render = (...args) => bulwark(out, '--yes', ...args);
  const files = (...args) => JSON.parse(run(render('--dry-run', '--json', ...args)).stdout).files.length;
  const count = files();
  return [
    row('`--version`', bulwark('--version'), { limit: LIMITS.say }),
    row('`--help`', bulwark('--help'), { limit: LIMITS.say }),
    row('`--yes --no-git --no-verify`', render('--no-git', '--no-verify'), {
      limit: LIMITS.render,
      files: count,
    }),
    row('`--yes`: judged, with git and first commit', render(), { files: count }),
    ...largePresets(render, files),
    ...updates(bulwark),
  ];
}

function largePresets(render, files) {
  const { presets } = JSON.parse(run([process.execPath, program, 'list', '--json']).stdout);
  return presets
    .map(({ id }) => ({ id, count: files('--preset', id) }))
    .filter(({ count }) => count > LARGE_PRESET_FILES)
    .map(({ id, count }) =>
      row(`preset ${id}, \`--yes --no-git --no-verify\``, render('--no-git', '--no-verify', '--preset', id), {
        files: count,
        limit: LIMITS.preset,
      }),
    );
}

/** Updates of the largest repository: one that finds nothing new, and such that change 30 files or more, of which half may be edited. */
function updates(bulwark) {
  const home = join(folder, 'updated');
  const [pristine, edited] = ['pristine', 'edited'].map((name) => join(home, name));
  mkdirSync(home);
  run(bulwark(pristine, '--yes', '--preset', 'fastapi-platform'));
  const answers = ['--set', 'fastapi.port=9123', '--set', 'owner=globex', '--set', 'redis.maxMemoryMb=256'];
  const plan = JSON.parse(
    run(bulwark('update', ...answers, '--dry-run', '--json'), { cwd: pristine }).stdout,
  );
  const changed = plan.files.filter(({ path, change }) => change === 'update' && !isRecord(path));
  if (changed.length < 30)
    throw new Error(`the update changes ${changed.length} files, which are less than 30`);
  cpSync(pristine, edited, { recursive: true });
  const touched = changed.filter(({ path }, index) => index % 2 === 1 && !path.endsWith('.json'));
  for (const { path } of touched)
    appendFileSync(join(edited, path), path.endsWith('.md') ? '\nMine.\n' : '\n# mine\n');
  run(['git', 'commit', '--quiet', '--all', '--message', 'Edited'], { cwd: edited });
  const update = (name, from, args, more = {}) =>
    row(`update, ${name}`, bulwark('update', ...args), {
      cwd: out,
      prepare: () => cpSync(from, out, { recursive: true }),
      files: changed.length,
      hasMemory: true,
      ...more,
    });
  return [
    update('nothing new', pristine, [], { files: 0, limit: LIMITS.nothingNew }),
    update(`${changed.length} files, \`--no-verify\``, pristine, [...answers, '--no-verify']),
    update(`${changed.length} files, ${touched.length} of them edited, \`--no-verify\``, edited, [
      ...answers,
      '--no-verify',
    ]),
    update(`${changed.length} files, judged`, pristine, answers),
  ];
}

function isRecord(path) {
  return path === 'bulwark.json' || path.startsWith('.bulwark/');
}

/** As on a machine that has never seen bulwark. */
function coldCreate(registry) {
  const home = join(folder, 'cold');
  const env = { ...environment, ...cleanEnvironment(home, registry) };
  return row(
    'cold `npm create bulwark`, registry on loopback',
    ['npm', 'create', '--yes', 'bulwark', out, '--', '--yes', '--no-git'],
    {
      env,
      prepare: () => {
        putAway(join(home, 'npm-cache'));
      },
    },
  );
}

/** Plop, with a template of as many files as a platform has. */
function plop() {
  const home = join(folder, 'plop');
  mkdirSync(join(home, 'templates'), { recursive: true });
  const text = `# {{name}}\n${'A line of text that stands as it is.\n'.repeat(40)}{{#if name}}{{name}}{{/if}}\n`;
  for (let index = 0; index < PLOP_FILES; index += 1) {
    writeFileSync(join(home, `templates/file-${index}.md.hbs`), text);
  }
  writeFileSync(
    join(home, 'plopfile.mjs'),
    `export default (plop) => plop.setGenerator('files', {
      prompts: [{ type: 'input', name: 'name', message: 'Name' }],
      actions: [{ type: 'addMany', destination: '.', base: 'templates', templateFiles: 'templates/**', globOptions: { dot: true } }],
    });\n`,
  );
  const { version } = manifestOf(join(root, 'node_modules/plop'));
  return row(
    `plop ${version}, a template of ours`,
    [
      process.execPath,
      join(root, 'node_modules/plop/bin/plop.js'),
      '--plopfile',
      join(home, 'plopfile.mjs'),
      '--dest',
      out,
      'files',
      'my-service',
    ],
    { files: PLOP_FILES },
  );
}

function createVite() {
  const home = join(tmpdir(), 'bulwark-bench-cache');
  const place = join(home, 'node_modules/create-vite');
  if (!existsSync(place)) {
    progress('installing create-vite');
    mkdirSync(home, { recursive: true });
    try {
      npm(['install', '--prefix', home, 'create-vite', '--fetch-timeout=20000', '--fetch-retries=0'], {
        cwd: home,
        env: environment,
      });
    } catch {
      return row('create-vite', [], { skipped: 'the registry cannot be reached' });
    }
  }
  const { version, bin } = manifestOf(place);
  const script = join(place, bin['create-vite']);
  const command = [process.execPath, script, 'out', '--template', 'react-ts', '--no-interactive'];
  const vite = row(`create-vite ${version}, react-ts`, command, { cwd: folder });
  run(command, { cwd: folder });
  vite.files = filesBelow(out).length;
  return vite;
}

/**
 * What a run has made goes out of the way of the next and is removed at the end only: where files were removed a moment ago, ext4
 * looks at each of them before it makes another (recently_deleted in fs/ext4/ialloc.c), which takes longer than the run.
 */
function putAway(place) {
  if (existsSync(place)) renameSync(place, join(folder, `used-${(used += 1)}`));
}

/** Runs a command as it is measured, on a clean slate, with a disk that has nothing left to do for the one before. */
async function timeOf({ command, cwd, env, prepare }) {
  putAway(out);
  prepare?.();
  spawnSync('sync');
  const [file, ...args] = command;
  const began = process.hrtime.bigint();
  const child = spawn(file, args, { cwd: cwd ?? folder, env: env ?? environment, stdio: 'ignore' });
  const status = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  if (status !== 0) {
    putAway(out);
    throw new Error(
      `${command.join(' ')} ended with ${status}: ${spawnSync(file, args, { cwd: cwd ?? folder, env: env ?? environment, encoding: 'utf8' }).stderr}`,
    );
  }
  return ms;
}

/** Runs a command for what it says. */
function run([file, ...args], more = {}) {
  putAway(out);
  const result = spawnSync(file, args, {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 64 * MB,
    ...more,
  });
  if (result.status !== 0)
    throw new Error(`${file} ${args.join(' ')} ended with ${result.status}: ${result.stderr}`);
  return result;
}

/** The largest of three default runs, judged: GNU time knows the peak; without it the process is looked at as it runs. */
async function peakMemoryMb() {
  const peaks = [];
  for (let index = 0; index < 3; index += 1) {
    peaks.push(await peakMbOf({ command: [process.execPath, program, out, '--yes', '--no-git'] }));
  }
  return Math.max(...peaks);
}

async function peakMbOf({ command, cwd = folder, prepare }) {
  putAway(out);
  prepare?.();
  const peak = existsSync('/usr/bin/time') ? peakByTime(command, cwd) : await peakByLooking(command, cwd);
  return peak / 1024;
}

function peakByTime(command, cwd) {
  const result = spawnSync('/usr/bin/time', ['-f', '%M', ...command], {
    cwd,
    env: environment,
    encoding: 'utf8',
  });
  if (result.status !== 0)
    throw new Error(`${command.join(' ')} ended with ${result.status}: ${result.stderr}`);
  return Number(result.stderr.trim().split('\n').at(-1));
}

async function peakByLooking([file, ...args], cwd) {
  const child = spawn(file, args, { cwd, env: environment, stdio: 'ignore' });
  let peak = 0;
  const ended = new Promise((resolve) => child.on('close', resolve));
  const look = setInterval(() => {
    const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' });
    peak = Math.max(peak, Number(stdout));
  }, 5);
  await ended;
  clearInterval(look);
  return peak;
}

/**
 * `fleet status` over local repositories, a third of them edited or behind; each is a process, so one run says enough.
 * The memory is that of the process that reports, without those that it starts.
 */
async function fleets() {
  const home = join(folder, 'fleet');
  mkdirSync(home);
  const make = [process.execPath, program, 'base', '--yes', '--no-verify', '--preset', 'minimal'];
  run(make, { cwd: home });
  const base = join(home, 'base');
  const behind = copyWith(base, 'bulwark.json', (text) =>
    text.replace('"healthPath": "/healthz"', '"healthPath": "/up"'),
  );
  const edited = copyWith(base, 'docker-compose.yml', (text) => `${text}# by hand\n`);
  const sources = [behind, base, base, edited, base, base];
  const peakFile = join(home, 'peak');
  const probe = join(home, 'probe.cjs');
  writeFileSync(
    probe,
    `if (process.argv[2] === 'fleet') process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS)));\n`,
  );
  const results = [];
  for (const [index, size] of FLEETS.entries()) {
    progress(`fleet of ${size}`);
    for (let number = FLEETS[index - 1] ?? 0; number < size; number += 1)
      cpSync(sources[number % sources.length], join(home, `r${number}`), { recursive: true });
    const names = Array.from({ length: size }, (_, number) => `r${number}`);
    const args = ['--require', probe, program, 'fleet', 'status', '--json', ...names];
    const began = process.hrtime.bigint();
    const { status, stdout } = spawnSync(process.execPath, args, {
      cwd: home,
      env: environment,
      encoding: 'utf8',
      maxBuffer: 64 * MB,
    });
    const ms = Number(process.hrtime.bigint() - began) / 1e6;
    const { counts } = JSON.parse(stdout);
    const third = Math.ceil(size / 6) + Math.ceil((size - 3) / 6);
    if (status !== 7 || counts.current !== size - third)
      throw new Error(`the fleet of ${size} ended with ${status}: ${JSON.stringify(counts)}`);
    results.push({ size, ms, memoryMb: Number(readFileSync(peakFile, 'utf8')) / 1024 });
  }
  return results;
}

function copyWith(base, file, edit) {
  const place = `${base}-${file}`;
  cpSync(base, place, { recursive: true });
  const path = join(place, file);
  const text = readFileSync(path, 'utf8');
  if (edit(text) === text) throw new Error(`${file} is no longer what the bench edits`);
  writeFileSync(path, edit(text));
  for (const args of [
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'step'],
  ])
    run(['git', ...args], { cwd: place });
  return place;
}

/** What `npm install` of the packed package puts on a disk. */
async function installed(registry, packed) {
  const place = join(folder, 'installed');
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', 'create-bulwark'];
  const child = spawn('npm', args, { cwd: place, env: cleanEnvironment(place, registry), stdio: 'ignore' });
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}`);
  const lock = JSON.parse(readFileSync(join(place, 'node_modules/.package-lock.json'), 'utf8'));
  const sizes = filesBelow(join(place, 'node_modules')).map((file) => statSync(file).size);
  return {
    packages: Object.keys(lock.packages).length,
    installedMb: sizes.reduce((sum, size) => sum + size, 0) / MB,
    packedMb: statSync(packed).size / MB,
  };
}

function filesBelow(place) {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function manifestOf(place) {
  return JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
}

/** As a user has it: nothing of the npm that runs this, no answers, an author for git. */
function environmentOf() {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|BULWARK_|CI$)/i.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'user.name',
    GIT_CONFIG_VALUE_0: 'Bench',
    GIT_CONFIG_KEY_1: 'user.email',
    GIT_CONFIG_VALUE_1: 'bench@example.com',
  };
}

function brokenLimits({ rows, ...report }) {
  const broken = rows
    .filter(({ times, limit }) => limit !== undefined && times > limit)
    .map(({ name, times, limit }) => `${name} takes ${times.toFixed(2)} × a bare Node, more than ${limit}`);
  const [few, many] = report.fleets.slice(-2);
  if (many.memoryMb > few.memoryMb * LIMITS.fleetGrowth)
    broken.push(
      `a fleet of ${many.size} takes ${many.memoryMb.toFixed(1)} MB, one of ${few.size} ${few.memoryMb.toFixed(1)}`,
    );
  for (const key of ['memoryMb', 'packages', 'installedMb', 'packedMb']) {
    if (report[key] > LIMITS[key])
      broken.push(`${key} is ${report[key].toFixed(1)}, more than ${LIMITS[key]}`);
  }
  return broken;
}

function markdown({ node, machine, baseMs, rows, fleets, ...report }) {
  const line = (...cells) => `| ${cells.join(' | ')} |`;
  const mb = (key) => [`${report[key].toFixed(1)} MB`, `${LIMITS[key]} MB`];
  return [
    `Node ${node}, ${machine}; medians of ${report.pairs} pairs.`,
    '',
    line('whole process', 'files', 'time', '× `node -e 0`', 'limit', 'peak memory'),
    line('---', '--:', '--:', '--:', '--:', '--:'),
    line('`node -e 0`', '', `${baseMs.toFixed(0)} ms`, '1.00', '', ''),
    ...rows.map(({ name, files = '', ms, times, limit = '', skipped, peakMb }) =>
      skipped === undefined
        ? line(
            name,
            files,
            `${ms.toFixed(0)} ms`,
            times.toFixed(2),
            limit,
            peakMb === undefined ? '' : `${peakMb.toFixed(0)} MB`,
          )
        : line(name, files, `skipped: ${skipped}`, '', limit, ''),
    ),
    '',
    line('`fleet status`', 'time', 'a repository', 'peak memory of the report'),
    line('---', '--:', '--:', '--:'),
    ...fleets.map(({ size, ms, memoryMb }) =>
      line(
        `${size} repositories`,
        `${(ms / 1000).toFixed(1)} s`,
        `${(ms / size).toFixed(0)} ms`,
        `${memoryMb.toFixed(1)} MB`,
      ),
    ),
    '',
    line('', 'measured', 'limit'),
    line('---', '--:', '--:'),
    line('peak memory of a judged run', ...mb('memoryMb')),
    line('packages installed', report.packages, LIMITS.packages),
    line('installed', ...mb('installedMb')),
    line('packed', ...mb('packedMb')),
  ].join('\n');
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
