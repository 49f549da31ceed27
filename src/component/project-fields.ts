/** The questions about the project as a whole; every component may use their answers. */
import { displayNameFault, slugOf } from './names.ts';
import { choice, matching, text, type Fields, type KnownAnswers } from './fields.ts';

const GITHUB_OWNER = '^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$';
/** Registry host with optional port, then lower-case path segments (distribution/reference grammar). */
const REGISTRY = '^[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]{1,5})?(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$';
const EMAIL = '^[^@\\s<>"\'`\\\\]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+$';

/** A fully qualified host name (RFC 1123 section 2.1), in lower case as Kubernetes wants it. */
const DOMAIN = '^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,8}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$';

/**
 * A branch (git-check-ref-format) whose name is an image's tag too, for images are named after their branch
 * (distribution/reference grammar): so no slash. `develop` is staging's.
 */
const MAIN_BRANCH = '^(?!develop$|HEAD$|.*\\.lock$)[A-Za-z0-9][A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]+)*$';

/** The fault of an e-mail address in plain words, or undefined. */
export const emailFault = (value: string): string | undefined =>
  new RegExp(EMAIL).test(value) ? undefined : 'must be an e-mail address';

const stringAt = (known: KnownAnswers, key: string): string => String(known.get(key) ?? '');

/** The slug that the project will have, as far as its name is known. */
export const knownSlug = (known: KnownAnswers): string => slugOf(stringAt(known, 'name')) || 'my-service';

/** "The Order Desk service", and not "The My Service service". */
const describeName = (name: string): string =>
  /service$/i.test(name) ? `The ${name}` : `The ${name} service`;

export const projectFields = {
  name: text('Name', {
    help: 'What people call the project; folder, image and identifier names are derived from it.',
    default: 'my-service',
    ask: true,
    maxLength: 60,
    validate: displayNameFault,
  }),
  description: text('Description', {
    help: 'One sentence for the README and the image labels.',
    default: (known) => describeName(stringAt(known, 'name')),
    ask: true,
    maxLength: 4096,
    validate: (value) => (value.trim() === '' ? 'must not be empty' : undefined),
  }),
  owner: text('Owner', {
    help: 'The GitHub user or organisation that the repository belongs to.',
    default: (known) => `${slugOf(stringAt(known, 'name')).slice(0, 34) || 'my'}-team`,
    ask: true,
    maxLength: 39,
    ...matching(GITHUB_OWNER, 'must be a GitHub user or organisation: letters, digits and single hyphens'),
  }),
  registry: text('Image registry', {
    help: 'Where images are pushed, without the image name, for example ghcr.io/acme.',
    default: (known) => `ghcr.io/${stringAt(known, 'owner').toLowerCase()}`,
    maxLength: 200,
    ...matching(REGISTRY, 'must be a registry host and a lower-case path, such as ghcr.io/acme'),
  }),
  domain: text('Domain', {
    help: 'The host name under which it is reached in production.',
    default: (known) => `${knownSlug(known)}.example.com`,
    maxLength: 253,
    ...matching(DOMAIN, 'must be a host name in lower case, such as api.acme.com'),
  }),
  mainBranch: text('Main branch', {
    help: 'What changes are merged into and production is deployed from; develop is for staging.',
    default: 'main',
    maxLength: 100,
    ...matching(MAIN_BRANCH, 'must be the name of a branch without a slash, and another than develop'),
  }),
  licence: choice('Licence', ['Apache-2.0', 'MIT', 'proprietary'], {
    help: 'Under which terms the code is given to others.',
    default: 'Apache-2.0',
    ask: true,
  }),
  securityContact: text('Security contact', {
    help: 'The e-mail address that takes reports of vulnerabilities; empty for private GitHub reports only.',
    default: '',
    maxLength: 254,
    validate: (value) => (value === '' ? undefined : emailFault(value)),
  }),
} as const satisfies Fields;
