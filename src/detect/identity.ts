/** Who and what the repository is, by its documents and its remote: name, description, owner, licence, contact. */
import type { JudgedFile } from '../verify/check.ts';
import { emailFault } from '../component/project-fields.ts';
import { claimsOf } from './applications/application.ts';
import type { Claim } from './evidence.ts';
import type { GitFacts } from './git-facts.ts';
import { licenceOfText } from './licence-text.ts';
import type { Sources } from './sources.ts';

const at = (sources: Sources, pattern: RegExp): readonly JudgedFile[] =>
  sources.where((path) => pattern.test(path));

const README = /^readme(?:\.(?:md|markdown|rst|txt|adoc))?$/i;
const LICENCE = /^(?:licen[cs]e|copying)(?:[-.][\w.-]+)?$/i;
const CODE_OWNERS = /^(?:(?:\.github|docs)\/)?CODEOWNERS$/;
const SECURITY = /^(?:(?:\.github|docs)\/)?SECURITY\.md$/i;

export function readIdentity(sources: Sources, git: GitFacts): readonly Claim[] {
  const claim = claimsOf('git');
  // Of a folder inside of a repository, the repository is no name.
  const isWhole = git.subfolder === undefined;
  return [
    ...claim(
      'name',
      'subfolder',
      git.subfolder?.split('/').at(-1),
      'the name of the folder in its repository',
    ),
    ...claim('name', 'remote', isWhole ? git.origin?.name : undefined, 'the remote origin'),
    ...claim('name', 'folder', git.folder === '' ? undefined : git.folder, 'the name of the folder'),
    ...claim('owner', 'remote', git.origin?.owner, 'the remote origin'),
    ...claim('mainBranch', 'remote', git.mainBranch, 'the branches of git'),
    ...readmeClaims(sources),
    ...licenceClaims(sources),
    ...codeOwnerClaims(sources),
    ...securityClaims(sources),
  ];
}

function licenceClaims(sources: Sources): readonly Claim[] {
  return at(sources, LICENCE).flatMap((file) => {
    const licence = licenceOfText(sources.text(file) ?? '');
    return claimsOf(file.path)('licence', 'licence file', licence, `the text of ${file.path}`);
  });
}

/** The readme's title, and the first sentence below it that is neither a picture nor a list. */
function readmeClaims(sources: Sources): readonly Claim[] {
  const [readme] = at(sources, README);
  if (readme === undefined) return [];
  const lines = sources.lines(readme).slice(0, 200);
  const titleAt = lines.findIndex(
    (line, index) =>
      /^#\s+\S/.test(line) || (/^={3,}\s*$/.test(lines[index + 1] ?? '') && line.trim() !== ''),
  );
  if (titleAt < 0) return [];
  const title = plainText((lines[titleAt] ?? '').replace(/^#\s+/, ''));
  const rest = lines.slice(titleAt + 1).map((line) => line.trim());
  const start = rest.findIndex(
    (line) => plainText(line) !== '' && !/^(?:[#=<>|*+~`-]|\[!|!\[|\d+\.|\.\. )/.test(line),
  );
  const heading = rest.findIndex((line) => line.startsWith('#'));
  const end = rest.findIndex((line, index) => index > start && line === '');
  const paragraph =
    start < 0 || (heading >= 0 && heading < start)
      ? ''
      : plainText(rest.slice(start, end < 0 ? start + 10 : end).join(' '));
  const sentence = /^.{1,400}?[.!?](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph.slice(0, 400);
  const claim = claimsOf(readme.path);
  return [
    ...claim('name', 'title', title === '' ? undefined : title, `the title of ${readme.path}`),
    ...claim(
      'description',
      'title',
      sentence === '' ? undefined : sentence,
      `the first sentence of ${readme.path}`,
    ),
  ];
}

/** Markdown without pictures, addresses, emphasis and tags. */
const plainText = (markdown: string): string =>
  markdown
    .slice(0, 2000)
    .replace(/\[?!\[[^\]]{0,200}\]\([^)]{0,500}\)(?:\]\([^)]{0,500}\))?/g, '')
    .replace(/\[([^\]]{0,200})\]\([^)]{0,500}\)/g, '$1')
    .replace(/<[^>]{0,500}>/g, '')
    .replace(/:\w{1,40}:/g, '')
    .replace(/[*_`#]+/g, '')
    .replace(/[\p{Extended_Pictographic}\p{Cc}\p{Cf}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

/** `@acme/platform`: the organisation of the teams that own the code. */
function codeOwnerClaims(sources: Sources): readonly Claim[] {
  const [file] = at(sources, CODE_OWNERS);
  const owners = new Set(
    sources
      .lines(file)
      .slice(0, 500)
      .flatMap((line) =>
        [...line.slice(0, 1000).matchAll(/(?:^|\s)@([\w-]{1,39})\/[\w-]+/g)].map(([, owner]) => owner),
      ),
  );
  return [...owners].flatMap((owner) =>
    file ? claimsOf(file.path)('owner', 'document', owner, `the teams of ${file.path}`) : [],
  );
}

/** The one address of the security policy; several are for a person to choose from. */
function securityClaims(sources: Sources): readonly Claim[] {
  const [file] = at(sources, SECURITY);
  const addresses = new Set(
    (sources.text(file) ?? '')
      .split(/[\s<>()[\]"'`,;]+/)
      .map((word) => word.replace(/^mailto:/, '').replace(/[.:*_]+$/, ''))
      .filter((word) => word.includes('@') && word.length < 255 && emailFault(word) === undefined),
  );
  if (file === undefined || addresses.size !== 1) return [];
  return claimsOf(file.path)('securityContact', 'document', [...addresses][0], `the address in ${file.path}`);
}
