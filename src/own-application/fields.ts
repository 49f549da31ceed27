/** What is asked of an application of one's own, so that its image can be built. */
import type { Issue } from '../errors.ts';
import {
  boolean,
  choice,
  matching,
  text,
  type AnswersOf,
  type Fields,
  type KnownAnswers,
} from '../component/fields.ts';
import { knownSlug } from '../component/project-fields.ts';
import { commandWords, plainCommandFault } from './command-words.ts';
import { pathsFault } from './paths-list.ts';
import { factsOf, newestOf, TOOLCHAINS, type Toolchain } from './toolchains.ts';

const toolchainOf = (known: KnownAnswers): Toolchain => {
  const value = known.get('none.toolchain');
  return TOOLCHAINS.find((one) => one === value) ?? 'other';
};

/** Asked where the application is built by one of the toolchains. */
const of = (...toolchains: readonly Toolchain[]) => ({
  test: (known: KnownAnswers) => toolchains.includes(toolchainOf(known)),
  reason: `the toolchain is none of ${toolchains.join(', ')}`,
});

const KNOWN = TOOLCHAINS.filter((one) => one !== 'other');
/** Of all languages; which of them the toolchain has is seen once both are known. */
const VERSIONS = [...new Set(KNOWN.flatMap((one) => factsOf(one)?.versions ?? []))];
const STARTED = KNOWN.filter((one) => factsOf(one)?.start !== undefined);
/** Their images have Debian below, in which packages can be installed. */
const ON_DEBIAN = STARTED.concat('cargo');

/** https://www.debian.org/doc/debian-policy/ch-controlfields.html#source, several with a space between. */
const PACKAGES = '^(?:[a-z0-9][a-z0-9+.-]{1,60}(?: [a-z0-9][a-z0-9+.-]{1,60}){0,20})?$';
const packagesText = matching(PACKAGES, 'must be names of Debian packages with spaces between');

const FOLDER = '^(?:\\.|[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){0,4})$';
/** A package of Go below its module, or the name of a crate's binary. */
const PROGRAM = '^(?:\\.|(?:\\./)?[A-Za-z0-9_][A-Za-z0-9_-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){0,4})?$';
const REQUIREMENTS = '^[A-Za-z0-9_][A-Za-z0-9_-]*(?:/[A-Za-z0-9_][A-Za-z0-9_-]*)?\\.txt$';
const MAX_COMMAND = 300;

export const applicationFields = {
  toolchain: choice('Toolchain', TOOLCHAINS, {
    help: 'What installs the dependencies of the application and builds it; with "other" it is any program that keeps the contract of app/README.md.',
    default: 'other',
    ask: true,
  }),
  version: text('Language version', {
    help: 'The version of the language whose image the application is built on.',
    default: (known) => newestOf(toolchainOf(known)),
    maxLength: 10,
    ...matching(
      `^(?:${VERSIONS.map((version) => version.replace('.', '\\.')).join('|')})$`,
      'must be a version that has an image here',
    ),
    when: of(...KNOWN),
  }),
  folder: text('Folder of the application', {
    help: 'Where its manifest lies; a dot is the top of the repository.',
    default: '.',
    maxLength: 100,
    ...matching(FOLDER, 'must be a folder of the repository, such as backend, or a dot'),
    when: of(...KNOWN),
  }),
  files: text('Files of the image', {
    help: 'The files and folders of the application, with commas between; nothing else reaches the build.',
    default: (known) => (factsOf(toolchainOf(known))?.files ?? []).join(', '),
    maxLength: 4000,
    validate: pathsFault,
    when: of(...KNOWN),
  }),
  requirements: text('Requirements', {
    help: 'The file that names the packages of Python for production, from the folder of the application.',
    default: 'requirements.txt',
    maxLength: 100,
    ...matching(REQUIREMENTS, 'must be a text file in the folder of the application or one below'),
    when: of('pip'),
  }),
  hashes: boolean('Hashes', {
    help: 'Whether the requirements name the hash of each package, so that no other is installed.',
    default: true,
    when: of('pip'),
  }),
  program: text('Program', {
    help: 'With Go the package that is compiled, such as ./cmd/api; with Rust the name of the binary.',
    default: (known) => (toolchainOf(known) === 'cargo' ? knownSlug(known) : '.'),
    maxLength: 100,
    ...matching(PROGRAM, 'must be a package such as ./cmd/api, or the name of a binary'),
    when: of('go', 'cargo'),
  }),
  assets: text('Files of the program', {
    help: 'What a compiled program reads when it runs, with commas between, such as templates, static; empty for nothing.',
    default: '',
    maxLength: 1000,
    validate: (value) => (value === '' ? undefined : pathsFault(value)),
    when: of('go', 'cargo'),
  }),
  dependenciesFirst: boolean('Dependencies first', {
    help: 'Whether the dependencies are compiled before the code: so for a single crate whose Cargo.toml lists no targets.',
    default: true,
    when: of('cargo'),
  }),
  buildCommand: text('Build command', {
    help: 'What is run once all files are there, such as npm run build; empty for nothing.',
    default: '',
    maxLength: MAX_COMMAND,
    validate: plainCommandFault,
    when: of(...STARTED),
  }),
  startCommand: text('Start command', {
    help: 'What the container runs, such as node dist/server.js; it is started without a shell, so that signals reach it.',
    default: '',
    ask: true,
    maxLength: MAX_COMMAND,
    validate: startFault,
    when: of(...STARTED),
  }),
  testCommand: text('Test command', {
    help: 'What continuous integration runs once the dependencies are installed, such as npm test; empty for nothing.',
    default: '',
    maxLength: MAX_COMMAND,
    validate: plainCommandFault,
    when: of(...KNOWN),
  }),
  buildPackages: text('Packages to build', {
    help: 'Debian packages that dependencies are compiled with, with spaces between; they stay out of the image.',
    default: (known) => (toolchainOf(known) === 'bundler' ? 'build-essential libyaml-dev' : ''),
    maxLength: 500,
    ...packagesText,
    when: of(...ON_DEBIAN),
  }),
  runPackages: text('Packages to run', {
    help: 'Debian packages that the application needs when it runs, such as libpq5, with spaces between.',
    default: '',
    maxLength: 500,
    ...packagesText,
    when: of(...ON_DEBIAN),
  }),
} as const satisfies Fields;

export type ApplicationAnswers = AnswersOf<typeof applicationFields>;

/** The form alone; which port stands for `$PORT` changes nothing of it. */
function startFault(command: string): string | undefined {
  if (command === '') return undefined;
  const read = commandWords(command, 1);
  return 'fault' in read ? `${read.fault}: name a program and its arguments` : undefined;
}

/**
 * What is wrong with answers that are right each by itself.
 * @param isThere whether the application is written already, so that nothing of it may be supposed
 */
export function applicationFaults(answers: ApplicationAnswers, isThere: boolean): readonly Issue[] {
  const facts = factsOf(answers.toolchain);
  if (facts === undefined) return [];
  const issues: Issue[] = [];
  if (!facts.versions.includes(answers.version)) {
    issues.push({
      id: 'no-image-of-version',
      message: `there is no pinned image of ${facts.language} ${answers.version}`,
      where: 'none.version',
      hint: `take one of ${facts.versions.join(', ')}: --none-version ${facts.versions.at(-1) ?? ''}`,
    });
  }
  if (isThere && facts.start !== undefined && answers.startCommand === '') {
    issues.push({
      id: 'start-command-unknown',
      message: 'nothing here says how the application starts in production',
      where: 'none.startCommand',
      hint: `say it: --none-start-command '${facts.start(8080).join(' ')}', with the program and arguments of yours`,
    });
  }
  return issues;
}
