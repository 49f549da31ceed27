/** What of a repository a shell command needs: files, folders, Make targets, npm scripts, Python modules, services. */

export type Reference =
  | { readonly kind: 'path'; readonly path: string }
  | {
      readonly kind: 'make-target';
      readonly target: string;
      readonly folder: string;
      readonly makefile: string | undefined;
    }
  | { readonly kind: 'npm-script'; readonly script: string; readonly folder: string }
  | { readonly kind: 'python-module'; readonly module: string }
  | { readonly kind: 'compose-service'; readonly service: string; readonly files: readonly string[] };

type Words = readonly (string | undefined)[];

/** Commands that start the command behind them, with those of their options that take a value. */
const WRAPPERS: Readonly<Record<string, readonly string[]>> = {
  sudo: ['-u', '-g'],
  env: ['-u'],
  exec: [],
  nice: ['-n'],
  nohup: [],
  time: [],
  command: [],
  xargs: ['-n', '-I', '-P'],
  timeout: ['-s', '-k'],
  'uv run': ['--with', '--python', '--extra', '--group', '-p'],
  'poetry run': [],
  'pipenv run': [],
  'pdm run': [],
  npx: ['-p', '--package'],
  'pnpm exec': [],
};

/** The command without what only wraps it. */
function unwrapped(words: Words): Words {
  for (const [name, options] of Object.entries(WRAPPERS)) {
    const parts = name.split(' ');
    if (!parts.every((part, index) => words[index] === part)) continue;
    let from = parts.length;
    for (; from < words.length; from += 1) {
      const word = words[from];
      if (word === undefined) break;
      if (options.includes(word)) from += 1;
      else if (
        !word.startsWith('-') &&
        !/^[A-Za-z_]\w*=/.test(word) &&
        !(name === 'timeout' && /^\d/.test(word))
      )
        break;
    }
    return unwrapped(words.slice(from));
  }
  return words;
}

/** @returns what the command names; nothing for a command that is not known here */
export function referencesOf(command: Words): readonly Reference[] {
  const words = unwrapped(command);
  const [name] = words;
  if (name === undefined) return [];
  // Folders with a dot or slash in front are started by their path.
  if (/^\.{1,2}\//.test(name) || /^[\w.-]+\/.*\.(?:sh|py|js|mjs|ts)$/.test(name)) return [path(name)];
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return known?.(words.slice(1)) ?? [];
}

const path = (text: string): Reference => ({ kind: 'path', path: text });

/** The values of an option, written apart or behind `=`. */
function valuesOf(words: Words, ...options: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const option = options.find((one) => word === one || word?.startsWith(`${one}=`));
    if (option === undefined || word === undefined) return [];
    const value = word === option ? words[index + 1] : word.slice(option.length + 1);
    return value === undefined ? [] : [value];
  });
}

/** What is left without options and their values. */
function positional(words: Words, withValue: readonly string[]): Words {
  const left: (string | undefined)[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word !== undefined && withValue.includes(word)) index += 1;
    else if (!word?.startsWith('-')) left.push(word);
  }
  return left;
}

const paths = (texts: readonly (string | undefined)[]): readonly Reference[] =>
  texts.filter((text) => text !== undefined && text !== '-').map((text) => path(text ?? ''));

function interpreter(words: Words): readonly Reference[] {
  const [first, second] = words;
  if (first === '-m') return second === undefined ? [] : [{ kind: 'python-module', module: second }];
  if (first === '-c' || first === undefined) return [];
  const script = words.find((word) => !word?.startsWith('-'));
  // A flag before the script may be `-m` or `-c` after all: then the next word is no file.
  if (words.slice(0, words.indexOf(script)).some((word) => /^-\w*[cm]$/.test(word ?? ''))) {
    const at = words.findIndex((word) => word === '-m');
    const module = at < 0 ? undefined : words[at + 1];
    return module === undefined ? [] : [{ kind: 'python-module', module }];
  }
  return script !== undefined && /\.\w+$|\//.test(script) ? [path(script)] : [];
}

function make(words: Words): readonly Reference[] {
  const folder = valuesOf(words, '-C', '--directory')[0] ?? '.';
  const makefile = valuesOf(words, '-f', '--file', '--makefile')[0];
  if (words.some((word, index) => word === undefined && words[index - 1] === '-C')) return [];
  return positional(words, ['-C', '-f', '-j', '-l', '-o', '-W', '-I', '--directory', '--file', '--makefile'])
    .filter(
      (word) => word !== undefined && !word.includes('=') && /^[\w.%/-]+$/.test(word) && !/^\d+$/.test(word),
    )
    .map((target) => ({ kind: 'make-target', target: target ?? '', folder, makefile }));
}

const COMPOSE_OPTIONS = [
  '-f',
  '--file',
  '-p',
  '--project-name',
  '--profile',
  '--env-file',
  '--project-directory',
  '--ansi',
  '--progress',
  '--parallel',
];
/** Options with a value of the subcommands that name services. */
const SERVICE_OPTIONS = [
  '-e',
  '--env',
  '-u',
  '--user',
  '-w',
  '--workdir',
  '--scale',
  '-n',
  '--tail',
  '--since',
  '--until',
  '-t',
  '--timeout',
  '--wait-timeout',
  '--index',
  '--entrypoint',
  '--name',
  '-v',
  '--volume',
  '-p',
  '--publish',
  '-s',
  '--signal',
  '--build-arg',
  '--pull',
  '--format',
];
/** Subcommands whose words are all services, and those where only the first is. */
const ALL_SERVICES = new Set([
  'up',
  'start',
  'stop',
  'restart',
  'build',
  'pull',
  'logs',
  'ps',
  'kill',
  'rm',
  'top',
  'pause',
  'unpause',
  'watch',
]);
const FIRST_SERVICE = new Set(['exec', 'run', 'port']);

function compose(words: Words): readonly Reference[] {
  let from = 0;
  while (from < words.length && words[from]?.startsWith('-'))
    from += COMPOSE_OPTIONS.includes(words[from] ?? '') ? 2 : 1;
  const global = words.slice(0, from);
  const files = valuesOf(global, '-f', '--file');
  const found = [...paths(files.filter((file) => file !== '-')), ...paths(valuesOf(global, '--env-file'))];
  // With a file that is only known when it runs, the services are not known either.
  if (global.includes(undefined) || valuesOf(global, '--project-directory').length > 0) return found;
  const subcommand = words[from];
  if (subcommand === undefined) return found;
  const rest = positional(words.slice(from + 1), SERVICE_OPTIONS);
  const named = ALL_SERVICES.has(subcommand) ? rest : FIRST_SERVICE.has(subcommand) ? rest.slice(0, 1) : [];
  for (const service of named) {
    if (service !== undefined && /^[\w.-]+$/.test(service))
      found.push({ kind: 'compose-service', service, files });
  }
  return found;
}

function docker(words: Words): readonly Reference[] {
  if (words[0] === 'compose') return compose(words.slice(1));
  const build = words[0] === 'buildx' ? words[1] : words[0];
  return build === 'build' ? paths(valuesOf(words, '-f', '--file')) : [];
}

function npm(words: Words): readonly Reference[] {
  const folder = valuesOf(words, '--prefix', '-C', '--dir', '--cwd')[0] ?? '.';
  // A workspace's scripts are in the package.json of somewhere else.
  if (
    words.some(
      (word) => word === undefined || /^(?:-w|--workspaces?|--filter|-r|--recursive)(?:=|$)/.test(word),
    )
  )
    return [];
  const [command, script] = positional(words, ['--prefix', '-C', '--dir', '--cwd']);
  const short = ['test', 'start', 't'].includes(command ?? '');
  const named =
    command === 'run' || command === 'run-script'
      ? script
      : short
        ? command === 't'
          ? 'test'
          : command
        : undefined;
  return named === undefined ? [] : [{ kind: 'npm-script', script: named, folder }];
}

const kubectl = (words: Words): readonly Reference[] =>
  words[0] === 'kustomize'
    ? paths(positional(words.slice(1), ['-o', '--output']).slice(0, 1))
    : paths(
        valuesOf(words, '-f', '--filename', '-k', '--kustomize').filter((text) => !/^https?:/.test(text)),
      );

function helm(words: Words): readonly Reference[] {
  const values = paths(valuesOf(words, '-f', '--values').filter((text) => !/^https?:/.test(text)));
  const rest = positional(words, [
    '-f',
    '--values',
    '-n',
    '--namespace',
    '--set',
    '--set-string',
    '--version',
    '--timeout',
    '--kube-context',
    '--repo',
    '-o',
    '--output',
    '--set-file',
  ]);
  const [command] = rest;
  const at = ['lint', 'package', 'dependency', 'dep'].includes(command ?? '')
    ? rest.slice(1)
    : ['install', 'upgrade', 'template', 'test'].includes(command ?? '')
      ? rest.slice(2)
      : [];
  // `repo/chart` and a bare name are charts of a repository.
  const chart = at.find(
    (word) =>
      word !== undefined &&
      (/^\.{0,2}\/|\/.*\//.test(word) ||
        /^(?:helm|charts?|deploy|infrastructure|k8s|kubernetes)\//.test(word)),
  );
  return chart === undefined ? values : [...values, path(chart)];
}

const firstWords =
  (count: number) =>
  (words: Words): readonly Reference[] =>
    paths(positional(words, []).slice(0, count));

const COMMANDS: Readonly<Record<string, (words: Words) => readonly Reference[]>> = {
  make,
  npm,
  pnpm: npm,
  yarn: npm,
  docker,
  'docker-compose': compose,
  python: interpreter,
  python3: interpreter,
  node: (words) => interpreter(words).filter(({ kind }) => kind === 'path'),
  bash: (words) => interpreter(words).filter(({ kind }) => kind === 'path'),
  sh: (words) => interpreter(words).filter(({ kind }) => kind === 'path'),
  source: firstWords(1),
  '.': firstWords(1),
  cd: firstWords(1),
  pip: (words) => paths(valuesOf(words, '-r', '--requirement', '-c', '--constraint')),
  pip3: (words) => paths(valuesOf(words, '-r', '--requirement', '-c', '--constraint')),
  uv: (words) => paths(valuesOf(words, '-r', '--requirement')),
  kubectl,
  kustomize: (words) => (words[0] === 'build' ? paths(positional(words.slice(1), ['-o']).slice(0, 1)) : []),
  helm,
  terraform: (words) =>
    paths([
      ...valuesOf(words, '-chdir'),
      ...valuesOf(words, '-var-file', '-backend-config').filter((text) => /\.(?:tfvars|hcl)$/.test(text)),
    ]),
  k6: (words) =>
    words[0] === 'run'
      ? paths(
          positional(words.slice(1), [
            '-e',
            '--env',
            '--vus',
            '--duration',
            '-u',
            '-d',
            '-o',
            '--out',
            '--summary-export',
            '--tag',
            '-s',
          ]).slice(0, 1),
        )
      : [],
  psql: (words) => paths(valuesOf(words, '-f', '--file')),
  cp: (words) => paths(positional(words, []).slice(0, -1)),
  cat: (words) => paths(positional(words, [])),
  shellcheck: (words) => paths(positional(words, ['-s', '-e', '-x', '-S', '-f'])),
  hadolint: (words) =>
    paths(positional(words, ['-c', '--config', '-f', '--format', '--ignore', '-t', '--failure-threshold'])),
};
