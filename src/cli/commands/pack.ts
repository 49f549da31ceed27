/** `bulwark pack init|lint|test`: what the author of a team's pack runs. */
import { basename, relative } from 'node:path';
import { version } from 'bulwark:package';
import { slugOf } from '../../component/names.ts';
import { ExitCode, usageError } from '../../errors.ts';
import { loadPacks } from '../../packs/load-packs.ts';
import type { LoadedPack } from '../../packs/load-pack.ts';
import { lintPack } from '../../packs/lint.ts';
import { subTree } from '../../packs/pack-tree.ts';
import { starterFiles } from '../../packs/starter.ts';
import { goldenDifferences, packCases, runCase, type CaseResult } from '../../packs/test-pack.ts';
import { nearest } from '../../plan/nearest.ts';
import { commitChanges } from '../../repo/commit-changes.ts';
import { openTarget, readTargetFiles } from '../../repo/open-repo.ts';
import type { Change } from '../../tree/change-set.ts';
import { repoPath, type RepoPath } from '../../tree/repo-path.ts';
import type { VirtualFile } from '../../tree/virtual-tree.ts';
import type { Finding } from '../../verify/check.ts';
import { serializeDocument } from '../document.ts';
import { packFolder, packPorts } from '../packs.ts';
import { printable } from '../../printable.ts';
import { shellWord } from '../repeat-command.ts';
import { formatIssues, formatSteps } from '../report.ts';
import type { Command, CommandContext } from './command.ts';

const ACTIONS = ['init', 'lint', 'test'] as const;

export const pack: Command = async (context) => {
  const [word = ''] = context.line.positionals;
  switch (word) {
    case 'init':
      return init(context);
    case 'lint':
      return lint(context);
    case 'test':
      return test(context);
    default: {
      const near = nearest(word, ACTIONS);
      throw usageError([
        {
          id: 'unknown-command',
          message: word === '' ? 'what is to be done with the pack?' : `there is no "pack ${word}"`,
          where: 'pack',
          hint: near === undefined ? 'use: bulwark pack init, lint or test' : `did you mean "pack ${near}"?`,
        },
      ]);
    }
  }
};

async function init(context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  const folder = packFolder(context);
  const name = slugOf(basename(folder));
  if (name === '') {
    throw usageError([
      {
        id: 'pack-name',
        message: 'the folder gives the pack its name, and holds no Latin letter',
        where: folder,
        hint: 'name another folder: bulwark pack init acme',
      },
    ]);
  }
  const files = [...starterFiles(name, version)].map(([path, text]) => ({
    path: repoPath(path, 'pack init'),
    content: Buffer.from(text),
  }));
  const present = readTargetFiles(
    openTarget(folder),
    files.map(({ path }) => path),
  );
  if (present.size > 0) {
    throw usageError(
      [...present.keys()].map((path) => ({
        id: 'file-differs',
        message: `${path} is there already`,
        where: path,
        hint: 'name a new folder',
      })),
    );
  }
  await commitChanges(
    folder,
    files.map(({ path, content }) => creation(path, content)),
    { signal },
  );
  const shown = shellWord(relative(terminal.cwd, folder) || '.');
  const next = [
    `bulwark pack lint ${shown}`,
    `bulwark pack test ${shown}`,
    `npm create bulwark my-service -- --pack ${shown.startsWith('.') ? shown : `./${shown}`}`,
  ];
  if (context.line.options.has('json')) {
    terminal.out(
      serializeDocument({ ok: true, code: ExitCode.ok, files: files.map(({ path }) => path), next }),
    );
  }
  context.say(`${context.style.bold(`the pack ${name} is in ${shown}`)}\n\nNext:\n${formatSteps(next)}`);
  return ExitCode.ok;
}

const creation = (path: RepoPath, content: Buffer): Change => ({
  kind: 'create',
  path,
  content,
  file: fileOf(path, content),
});

const fileOf = (path: RepoPath, content: Buffer): VirtualFile => ({
  path,
  content,
  executable: false,
  ownership: 'managed',
  origin: { component: 'pack', template: path },
});

/** The pack in the folder, over our catalog. */
async function load(
  context: CommandContext,
): Promise<{ readonly own: LoadedPack; readonly loaded: Awaited<ReturnType<typeof loadPacks>> }> {
  const loaded = await loadPacks([`${packFolder(context)}/`], context.catalog, packPorts(context));
  const [own] = loaded.named;
  if (!own) throw new Error('a reference gave no pack');
  return { own, loaded };
}

async function lint(context: CommandContext): Promise<ExitCode> {
  const { own, loaded } = await load(context);
  const findings = await lintPack(own, loaded.catalog);
  const code = findings.length === 0 ? ExitCode.ok : ExitCode.findings;
  if (context.line.options.has('json')) {
    context.terminal.out(serializeDocument({ ok: code === ExitCode.ok, code, findings }));
    return code;
  }
  context.terminal.out(findings.map(formatFinding).join(''));
  context.say(`${own.manifest.name}: ${own.tree.size} files, ${findings.length} findings\n`);
  return code;
}

const formatFinding = ({ path, line, rule, message, hint }: Finding): string =>
  printable(
    `${path}${line === undefined ? '' : `:${line}`} ${rule} ${message}\n${hint === undefined ? '' : `  fix: ${hint}\n`}`,
  );

async function test(context: CommandContext): Promise<ExitCode> {
  const { line, terminal, say, style, signal } = context;
  const { own, loaded } = await load(context);
  const results: CaseResult[] = [];
  for (const testCase of packCases(own, loaded.catalog)) {
    if (signal.aborted) break;
    const result = await runCase(testCase, own, loaded.catalog);
    results.push(result);
    const bad = result.findings.length + result.issues.length;
    say(`${bad === 0 ? style.green('ok') : style.red('failed')}  ${result.name}  ${result.files} files\n`);
  }
  const expected = new Map(subTree(own.tree, 'tests/golden').map(({ path, content }) => [path, content]));
  const found = new Map(
    results.flatMap(({ golden, own: files }) =>
      golden === undefined
        ? []
        : [...files].map(([path, content]) => [`${golden}/${path}`, content] as const),
    ),
  );
  if (line.options.has('write')) await writeGolden(context, expected, found);
  const differences =
    line.options.has('write') || expected.size === 0 ? [] : goldenDifferences(expected, found);
  const bad = results.filter(({ findings, issues }) => findings.length + issues.length > 0);
  const code = bad.length + differences.length === 0 ? ExitCode.ok : ExitCode.findings;
  if (line.options.has('json')) {
    const cases = results.map(({ name, files, findings, issues }) => ({ name, files, findings, issues }));
    terminal.out(serializeDocument({ ok: code === ExitCode.ok, code, cases, differences }));
    return code;
  }
  for (const { name, findings, issues } of bad) {
    terminal.out(`${name}\n${findings.map(formatFinding).join('')}${formatIssues(issues, style)}`);
  }
  terminal.out(differences.map((text) => `${printable(text)}\n`).join(''));
  say(`${results.length} cases, ${bad.length} failed, ${differences.length} golden files differ\n`);
  return code;
}

/** Makes `tests/golden` what was rendered: all of it or nothing. */
async function writeGolden(
  context: CommandContext,
  expected: ReadonlyMap<string, Buffer>,
  found: ReadonlyMap<string, Buffer>,
): Promise<void> {
  const folder = packFolder(context);
  const paths = [...new Set([...expected.keys(), ...found.keys()])].map((path) =>
    repoPath(`tests/golden/${path}`, path),
  );
  const disk = readTargetFiles(openTarget(folder), paths);
  const changes = paths.flatMap((path): Change[] => {
    const content = found.get(path.slice('tests/golden/'.length));
    const present = disk.get(path);
    if (content && !present) return [creation(path, content)];
    if (content && present && !content.equals(present.content))
      return [{ kind: 'update', path, content, file: fileOf(path, content), previous: present.content }];
    return !content && present ? [{ kind: 'delete', path, previous: present.content }] : [];
  });
  await commitChanges(folder, changes, { signal: context.signal });
  context.say(`wrote ${found.size} files to tests/golden\n`);
}
