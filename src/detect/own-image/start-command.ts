/** How the application starts in production, where the repository shows it: no development server, and no guess. */
import { commandWords } from '../../own-application/command-words.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import { recordOf, scalarText } from '../../verify/embedded/plain-data.ts';
import type { Application } from '../applications/application.ts';
import { inFolder, type Sources } from '../sources.ts';

export interface Start {
  readonly command: string;
  readonly because: string;
}

/** Programs that restart, compile or serve for a developer; those that the application itself depends on are meant. */
const FOR_DEVELOPERS = new Set([
  ...[
    'nodemon',
    'ts-node',
    'ts-node-dev',
    'tsx',
    'vite',
    'nest',
    'ng',
    'react-scripts',
    'webpack',
    'gatsby',
    'astro',
  ],
  ...['concurrently', 'npm', 'pnpm', 'yarn', 'npx', 'pm2', 'forever', 'dotenv', 'env-cmd', 'bun', 'deno'],
]);

/** @param found the strongest claim on the start command: a Procfile, or `npm start` */
export function startOfNode(
  { facts, libraries }: Application,
  sources: Sources,
  found: Start | undefined,
): Start | undefined {
  const data = recordOf(sources.json(sources.file(facts.manifest)));
  const scripts = recordOf(data.scripts);
  const script = ['start:prod', 'start:production', 'start'].find(
    (name) => typeof scripts[name] === 'string',
  );
  const runsScript = found === undefined || /^(?:npm|pnpm|yarn)(?: run)? start(?::\w+)?$/.test(found.command);
  const written = runsScript ? scalarText(script === undefined ? undefined : scripts[script]) : found.command;
  if (written === undefined) return startOfFile(facts.entryPoint, facts.folder, facts.manifest);
  const command = written.trim().replace(/^(?:cross-env )?(?:NODE_ENV=production )?/, '');
  const because = runsScript ? `scripts.${script ?? 'start'} in ${facts.manifest}` : found.because;
  const read = commandWords(command, 1);
  if ('fault' in read) return undefined;
  const [program = '', second = ''] = read.words;
  if (FOR_DEVELOPERS.has(program) && !(libraries.has(program) && program === 'tsx')) return undefined;
  return /^(?:dev|develop)$/.test(second) ? undefined : { command, because };
}

/** `npm start` without a script runs `server.js`; a file of TypeScript has to be built first. */
function startOfFile(
  entryPoint: RepoPath | undefined,
  folder: string,
  manifest: RepoPath,
): Start | undefined {
  const file = entryPoint?.slice(folder === '' ? 0 : folder.length + 1);
  return file !== undefined && /\.[cm]?js$/.test(file)
    ? { command: `node ${file}`, because: `the file that ${manifest} leads to` }
    : undefined;
}

/** What makes the application, by framework, and the server that its documentation puts before it. */
const MADE_BY: Readonly<Record<string, { readonly pattern: RegExp; readonly kind: 'asgi' | 'wsgi' }>> = {
  fastapi: {
    pattern: /^(\w{1,40})(?:\s{0,3}:\s{0,3}\w{1,40})?\s{0,3}=\s{0,3}(?:fastapi\.)?FastAPI\(/m,
    kind: 'asgi',
  },
  starlette: { pattern: /^(\w{1,40})\s{0,3}=\s{0,3}Starlette\(/m, kind: 'asgi' },
  litestar: { pattern: /^(\w{1,40})\s{0,3}=\s{0,3}Litestar\(/m, kind: 'asgi' },
  quart: { pattern: /^(\w{1,40})\s{0,3}=\s{0,3}Quart\(/m, kind: 'asgi' },
  flask: { pattern: /^(\w{1,40})\s{0,3}=\s{0,3}(?:flask\.)?Flask\(/m, kind: 'wsgi' },
  falcon: { pattern: /^(\w{1,40})\s{0,3}=\s{0,3}falcon\.App\(/m, kind: 'wsgi' },
};
/** A module may make it by a function, which the server calls. */
const FACTORY = /^def (create_app|make_app)\(\s{0,3}\)/m;
const CALLED = /^(\w{1,40})\s{0,3}=\s{0,3}(?:create_app|make_app)\(/m;

/** @param found a Procfile's command */
export function startOfPython(
  application: Application,
  sources: Sources,
  found: Start | undefined,
): Start | undefined {
  if (found !== undefined) return 'fault' in commandWords(found.command, 1) ? undefined : found;
  const { facts, libraries } = application;
  const server = (kind: 'asgi' | 'wsgi', target: string): string | undefined => {
    const quoted = target.includes('(') ? `'${target}'` : target;
    if (kind === 'asgi') {
      return libraries.has('uvicorn') || libraries.has('fastapi')
        ? `uvicorn ${quoted} --host 0.0.0.0 --port $PORT`
        : undefined;
    }
    if (libraries.has('gunicorn')) return `gunicorn ${quoted} --bind 0.0.0.0:$PORT`;
    return libraries.has('waitress') ? `waitress-serve --listen=0.0.0.0:$PORT ${target}` : undefined;
  };
  if (facts.framework === 'django') return startOfDjango(application, sources, server);
  const { entryPoint } = facts;
  if (entryPoint === undefined) return undefined;
  const text = sources.text(sources.file(entryPoint)) ?? '';
  const because = `what ${entryPoint} makes`;
  const made = facts.framework === undefined ? undefined : MADE_BY[facts.framework];
  const module = moduleOf(entryPoint, facts.folder, sources);
  const name = made?.pattern.exec(text)?.[1] ?? CALLED.exec(text)?.[1];
  const factory = FACTORY.exec(text)?.[1];
  if (made && (name !== undefined || (factory !== undefined && made.kind === 'wsgi'))) {
    const command = server(made.kind, `${module}:${name ?? `${factory ?? ''}()`}`);
    return command === undefined ? undefined : { command, because };
  }
  const file = entryPoint.slice(facts.folder === '' ? 0 : facts.folder.length + 1);
  return made === undefined && facts.framework !== 'streamlit' && /__name__\s{0,3}==/.test(text)
    ? { command: `python ${file}`, because: `${entryPoint} runs by itself` }
    : undefined;
}

function startOfDjango(
  { facts }: Application,
  sources: Sources,
  server: (kind: 'asgi' | 'wsgi', target: string) => string | undefined,
): Start | undefined {
  const below = facts.folder === '' ? '' : `${facts.folder}/`;
  for (const kind of ['wsgi', 'asgi'] as const) {
    const files = sources.where(
      (path) =>
        path.startsWith(below) &&
        path.endsWith(`/${kind}.py`) &&
        path.slice(below.length).split('/').length <= 3,
    );
    const [file, ...others] = files.filter((one) =>
      (sources.text(one) ?? '').includes(`get_${kind}_application`),
    );
    if (file === undefined || others.length > 0) continue;
    const command = server(kind, `${moduleOf(file.path, facts.folder, sources)}:application`);
    if (command !== undefined) return { command, because: file.path };
  }
  return undefined;
}

/** `shop.main` for `src/shop/main.py`, where `src` is no package itself. */
function moduleOf(path: RepoPath, folder: string, sources: Sources): string {
  const inside = path.slice(folder === '' ? 0 : folder.length + 1).replace(/(?:\/__init__)?\.py$/, '');
  const isPackage = sources.has(inFolder(folder, 'src/__init__.py'));
  return (isPackage ? inside : inside.replace(/^src\//, '')).replaceAll('/', '.');
}

export function startOfRuby(
  { facts, libraries }: Application,
  sources: Sources,
  found: Start | undefined,
): Start | undefined {
  if (found !== undefined && found.command !== 'bin/rails server')
    return 'fault' in commandWords(found.command, 1) ? undefined : found;
  if (!libraries.has('puma')) return undefined;
  const settings = inFolder(facts.folder, 'config/puma.rb');
  return sources.has(settings)
    ? { command: 'bundle exec puma --config config/puma.rb', because: settings }
    : sources.has(inFolder(facts.folder, 'config.ru'))
      ? {
          command: 'bundle exec puma --bind tcp://0.0.0.0:$PORT',
          because: inFolder(facts.folder, 'config.ru'),
        }
      : undefined;
}
