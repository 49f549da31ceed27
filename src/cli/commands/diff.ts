/** `bulwark diff`: what was changed since bulwark wrote it, by component. */
import { ExitCode, usageError } from '../../errors.ts';
import { editsOf, type Edit } from '../../repo/edits.ts';
import { readManaged } from '../../repo/managed-repo.ts';
import { isBinary } from '../../tree/is-binary.ts';
import { serializeDocument } from '../document.ts';
import { managedRoot } from '../managed-root.ts';
import { formatPatch } from '../format-diff.ts';
import { pathsIn } from '../paths-in.ts';
import { printable } from '../../printable.ts';
import type { Command } from './command.ts';

export const diff: Command = async (context) => {
  const { line, terminal, style, say } = context;
  const root = managedRoot(context);
  const repo = readManaged(root);
  const wanted = pathsIn(root, terminal.cwd, line.positionals);
  const isWanted = ({ path }: Edit): boolean =>
    wanted.length === 0 || wanted.some((want) => want === '' || path === want || path.startsWith(`${want}/`));
  const edits = editsOf(repo).filter(isWanted);
  if (edits.length === 0 && wanted.length > 0) refuseUnknown(wanted, [...repo.baseline.keys()]);
  if (line.options.has('json')) {
    const files = edits.map(({ path, base, kind }) => ({ path, component: base.component, change: kind }));
    terminal.out(serializeDocument({ ok: true, code: ExitCode.ok, issues: [], files }));
    return Promise.resolve(ExitCode.ok);
  }
  const components = [...new Set(edits.map(({ base }) => base.component))].sort();
  for (const component of components) {
    say(`${style.bold(component)}\n`);
    for (const edit of edits) if (edit.base.component === component) terminal.out(describe(edit));
  }
  if (edits.length === 0) say('Nothing was changed since bulwark wrote it.\n');
  return Promise.resolve(ExitCode.ok);
};

/** A path that is none of ours is a slip of the keys rather than a file without changes. */
function refuseUnknown(wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.filter(
    (want) => want !== '' && !known.some((path) => path === want || path.startsWith(`${want}/`)),
  );
  if (unknown.length === 0) return;
  throw usageError(
    unknown.map((path) => ({
      id: 'not-ours',
      message: `${path} is no file that bulwark wrote`,
      where: path,
      hint: 'without a path, bulwark diff shows all',
    })),
  );
}

function describe({ path, base, present, kind }: Edit): string {
  if (kind === 'mode') {
    return `${printable(path)}: is ${present?.executable === true ? '' : 'no longer '}executable\n`;
  }
  if (isBinary(base.content) || (present && isBinary(present.content)))
    return `Binary file ${printable(path)} ${kind}\n`;
  return formatPatch(path, base.content, present?.content);
}
