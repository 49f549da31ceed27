/** What files of general conventions say of running the application: Makefile, Procfile, the example of an environment file. */
import { claimsOf } from './applications/application.ts';
import type { Claim } from './evidence.ts';
import { portsIn, portsOfCommand } from './ports-and-paths.ts';
import type { Sources } from './sources.ts';

const MAX_NAMES = 200;

/** Targets that a person calls, in the order of the Makefile. Read as lines: its variables may unfold without an end. */
export function makeTargets(sources: Sources): readonly string[] {
  const file = sources.file('Makefile') ?? sources.file('makefile') ?? sources.file('GNUmakefile');
  const targets = sources
    .lines(file)
    .map((line) => RULE.exec(line)?.[1])
    .flatMap((names) => names?.split(/[ \t]+/) ?? []);
  return [...new Set(targets)].slice(0, MAX_NAMES);
}

const RULE =
  /^([A-Za-z0-9][\w.-]{0,60}(?:[ \t]{1,9}[A-Za-z0-9][\w.-]{0,60}){0,9})[ \t]{0,9}(?<!=):(?!=|:=|::=)/;

const EXAMPLES = [
  '.env.example',
  '.env.sample',
  '.env.template',
  '.env.dist',
  'env.example',
  'example.env',
] as const;

/** What the application is told by its environment: the names alone, for even an example may hold a secret. */
export function variableNames(sources: Sources): readonly string[] {
  const [file] = sources.named(...EXAMPLES);
  const names = sources
    .lines(file)
    .map((line) => /^\s{0,9}(?:export\s{1,9})?#?\s?([A-Z][A-Z0-9_]{0,80})\s{0,9}=/.exec(line)?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(names)].slice(0, MAX_NAMES);
}

export const conventionClaims = (sources: Sources): readonly Claim[] => [
  ...(makeTargets(sources).includes('test') ? claimsOf('Makefile')('testCommand', 'make', 'make test') : []),
  ...procfileClaims(sources),
  ...exampleClaims(sources),
];

/** The process `web` is the one that answers requests (devcenter.heroku.com, "The Procfile"). */
function procfileClaims(sources: Sources): readonly Claim[] {
  const lines = sources.lines(sources.file('Procfile'));
  const index = lines.findIndex((line) => /^web:\s{0,9}\S/.test(line));
  if (index < 0) return [];
  const command = (lines[index] ?? '').slice('web:'.length).trim().slice(0, 300);
  const claim = claimsOf('Procfile');
  const because = `web in Procfile:${index + 1}`;
  return [
    ...claim('startCommand', 'configuration', command, because),
    ...portsOfCommand(command).flatMap((port) => claim('none.port', 'command', port, because)),
  ];
}

function exampleClaims(sources: Sources): readonly Claim[] {
  const [file] = sources.named(...EXAMPLES);
  return sources.lines(file).flatMap((line, index) => {
    const port = /^(?:export\s{1,9})?PORT=["']?(\d{2,5})["']?\s{0,9}(?:#.*)?$/.exec(line)?.[1];
    const because = `PORT in ${file?.path ?? ''}:${index + 1}`;
    return portsIn([port]).flatMap((one) => claimsOf(because)('none.port', 'configuration', one));
  });
}
