/** Puts our part of a shared file into one that bulwark did not write: what is missing is added, nothing of the user's is touched. */
import type { Issue } from '../errors.ts';
import { isBinary } from '../tree/is-binary.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { appendMissingLines } from './append-lines.ts';
import { refuseMarkers } from './merge-lines.ts';
import { isMarkdown, noPlace, type Splice, type SpliceKind, type SpliceText } from './splice/splice.ts';
import { spliceEnv } from './splice/splice-env.ts';
import { spliceMakefile } from './splice/splice-makefile.ts';
import { spliceReadme } from './splice/splice-readme.ts';
import { spliceStructure } from './splice/splice-structure.ts';
import { readerOf } from './structure/merge-structure.ts';
import { readTexts, writeText } from './text-form.ts';

export type { Splice, SpliceKind } from './splice/splice.ts';

const splicePatterns: SpliceText = (ours, wanted) =>
  appendMissingLines(Buffer.from(ours), Buffer.from(wanted)).toString();

/**
 * By the kind of file: entries of the sections that several components share (YAML, JSON), targets, variables, patterns, sections
 * of prose. Twice is the same as once.
 * @param ours the user's file
 * @param wanted our file, or our part of it, whole and valid by itself
 * @returns `no-place` where both have one key and say different things of it, or the file is not built as such files are
 * @throws BulwarkError `unresolved-conflict` (code 3) when ours holds git's markers
 */
export async function spliceFile(
  path: RepoPath,
  kind: SpliceKind,
  ours: Buffer,
  wanted: Buffer,
): Promise<Splice> {
  const [theirs] = readTexts([wanted]);
  const [present] = readTexts([ours]);
  if (!present || !theirs) throw new Error('a text is missing');
  if (isBinary(ours)) return { kind: 'no-place', issue: noPlace(path, 'it is no text', theirs.text) };
  refuseMarkers(present.text, '', path);
  if (present.text.trim() === '') return { kind: 'spliced', content: wanted };
  const text = await splicer(kind, path).then((splice) => splice(present.text, theirs.text, path));
  if (typeof text !== 'string') return { kind: 'no-place', issue: text };
  if (text === present.text) return { kind: 'unchanged' };
  const content = await writeText(text, { base: present.form, ours: present.form, theirs: present.form });
  return { kind: 'spliced', content };
}

async function splicer(kind: SpliceKind, path: RepoPath): Promise<SpliceText> {
  switch (kind) {
    case 'env':
      return spliceEnv;
    case 'makefile':
      return spliceMakefile;
    case 'readme':
      return isMarkdown(path)
        ? spliceReadme
        : (_, wanted): Issue => noPlace(path, 'it is no Markdown', wanted);
    case 'ignore':
    case 'attributes':
      return splicePatterns;
    case 'prometheus-rule':
      return (_, wanted): Issue => noPlace(path, 'what it holds goes below an object of Kubernetes', wanted);
    case 'app-spec':
      return (_, wanted): Issue => noPlace(path, 'it is the app of something else', wanted);
    case 'compose':
    case 'workflow':
    case 'dependabot':
    case 'pre-commit':
    case 'prometheus':
    case 'package-json':
    case 'values': {
      const read = await readerOf(path);
      if (!read) {
        return (_, wanted): Issue => noPlace(path, 'its name does not say that it is YAML or JSON', wanted);
      }
      return (ours, wanted) => spliceStructure(read, kind, ours, wanted, path);
    }
  }
}
