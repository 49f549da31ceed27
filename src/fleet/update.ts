/** `fleet update` of one repository: in its folder, or in a copy of it and from there on a branch. */
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ExitCode, usageError } from '../errors.ts';
import type { ExecResult } from '../exec.ts';
import { emptyRow, refuseOffline, unfit, withoutThrowing } from './begin-row.ts';
import { checkoutOf, withCheckout, type Checkout, type CheckoutRequest } from './checkout.ts';
import { issueOfEnd, readDocument, type ChildDocument } from './child-document.ts';
import { branchOf } from './distinct.ts';
import { lookAtFolder, writtenBy } from './managed-folder.ts';
import type { FleetPorts } from './ports.ts';
import type { FleetRepository } from './repository.ts';
import type { BranchRow, Row, State } from './row.ts';

/** The branch of the updates of remotes, unless another is named. */
export const DEFAULT_BRANCH = 'bulwark/update';

export interface UpdateRequest {
  /** What `update` gets besides `--yes`, such as `--rules`. */
  readonly args: readonly string[];
  readonly dryRun: boolean;
  /** Absent: folders are updated where they are, and remotes on the default branch. */
  readonly branch?: string;
  /** Whether anything may leave this machine. */
  readonly push: boolean;
  /** Conflicts are left between markers; without it a repository that has any stays as it was. */
  readonly keepsConflicts: boolean;
  /** The version that updates, for the commit. */
  readonly version: string;
}

/**
 * @returns a row, whatever becomes of the repository
 * @throws only what is a bug
 */
export async function updateOf(
  repository: FleetRepository,
  request: UpdateRequest,
  ports: FleetPorts,
): Promise<Row> {
  return withoutThrowing(repository, ports, async () => {
    if (repository.kind === 'folder') {
      const folder = join(resolve(ports.base, repository.path), repository.folder);
      return request.branch === undefined
        ? updateInPlace(folder, repository, request, ports)
        : updateFolderOnBranch(folder, repository, { ...request, branch: request.branch }, ports);
    }
    refuseOffline(repository, ports);
    const { branch = DEFAULT_BRANCH, push } = request;
    const checkout = checkoutOf(repository, branchOf(repository, branch));
    return onBranch(checkout, { repository, folder: repository.folder, request, send: push }, ports);
  });
}

async function updateInPlace(
  folder: string,
  repository: FleetRepository,
  request: UpdateRequest,
  ports: FleetPorts,
): Promise<Row> {
  const { state, root } = lookAtFolder(folder);
  if (state !== 'managed') return unfit(repository, state);
  const row = { ...emptyRow(repository), ...writtenBy(root) };
  const end = await runUpdate(root, request, ports);
  const document = readDocument(end);
  if (document === undefined) return broken(row, end, ports);
  // Conflicts of an earlier run are refused without a plan; those are not ours to take back.
  const isLeft = document.code === ExitCode.conflicts && document.hasPlan && !request.dryRun;
  if (isLeft && !request.keepsConflicts) {
    const fault = await takeBack(root, ports);
    if (fault) return { ...told(row, document, request), state: 'failed', issues: [fault] };
  }
  return told(row, document, request);
}

/** Not ended by an interruption: markers would stay in files whose owner asked for none. */
async function takeBack(root: string, { bulwark }: FleetPorts): Promise<Row['issues'][number] | undefined> {
  const abort = (): Promise<ExecResult> => bulwark(root, ['update', '--abort']);
  let end = await abort();
  // A terminal sends Ctrl-C to all programs that it runs, so also to this one; once is once.
  if (end.exitCode !== ExitCode.ok) end = await abort();
  if (end.exitCode === ExitCode.ok) return undefined;
  const [issue] = readDocument(end)?.issues ?? [];
  return issue ?? issueOfEnd(end);
}

/** The work tree of the user stays as it is, with what is not committed in it: a copy of the last commit is updated. */
async function updateFolderOnBranch(
  folder: string,
  repository: FleetRepository,
  request: UpdateRequest & { readonly branch: string },
  ports: FleetPorts,
): Promise<Row> {
  const { state, root, workTree } = lookAtFolder(folder);
  if (state !== 'managed') return unfit(repository, state);
  if (workTree === undefined) {
    throw usageError([
      {
        id: 'fleet-branch',
        message: 'the folder is in no git repository, so there is no branch to be made',
        where: '--branch',
        hint: 'leave out --branch, or make it a repository: git init',
      },
    ]);
  }
  const url = pathToFileURL(workTree).href;
  const below = relative(workTree, root).split(sep).join('/');
  const branch = branchOf(repository, request.branch);
  return onBranch({ url, branch }, { repository, folder: below, request, send: true }, ports);
}

interface BranchUpdate {
  readonly repository: FleetRepository;
  /** Below the root of the copy. */
  readonly folder: string;
  readonly request: UpdateRequest;
  readonly send: boolean;
}

function onBranch(
  checkout: CheckoutRequest,
  { repository, folder, request, send }: BranchUpdate,
  ports: FleetPorts,
): Promise<Row> {
  return withCheckout(checkout, ports, async (copy) => {
    const { state, root } = lookAtFolder(join(copy.root, folder));
    if (state !== 'managed') return unfit(repository, state);
    const row = { ...emptyRow(repository), ...writtenBy(root) };
    const end = await runUpdate(root, request, ports);
    const document = readDocument(end);
    if (document === undefined) return broken(row, end, ports);
    const result = told(row, document, request);
    const isWhole = document.code === ExitCode.ok || (document.conflicts > 0 && request.keepsConflicts);
    // Where nothing but bulwark's own records would change there is nothing for anybody to review.
    if (request.dryRun || !isWhole || document.updates === 0) return result;
    const branch = await putOnBranch(copy, document, { repository, request, send });
    if (branch === undefined) return { ...result, state: 'current' };
    if (branch.outcome === 'held') {
      return { ...result, state: 'held', code: ExitCode.ok, branch, issues: [heldBy(branch)] };
    }
    return { ...result, branch };
  });
}

async function putOnBranch(
  copy: Checkout,
  document: ChildDocument,
  { repository, request, send }: Pick<BranchUpdate, 'repository' | 'request' | 'send'>,
): Promise<BranchRow | undefined> {
  const branch = await copy.publish(messageOf(document, request), send);
  return branch?.outcome === 'pushed' && repository.kind === 'folder'
    ? { ...branch, outcome: 'made' }
    : branch;
}

const heldBy = ({ name }: BranchRow): Row['issues'][number] => ({
  id: 'fleet-held',
  message: `the branch ${name} has commits that are not of bulwark fleet, and stays as it is`,
  where: name,
  hint: 'merge it or delete it; the next run makes it anew',
});

/** What the commit says: the files by what becomes of them, as far as the report lists them. */
export function messageOf(
  { files, updates, conflicts }: Pick<ChildDocument, 'files' | 'updates' | 'conflicts'>,
  { version }: Pick<UpdateRequest, 'version'>,
): string {
  const rest = updates - files.length;
  return [
    conflicts > 0
      ? `Update to bulwark ${version}, with conflicts to resolve`
      : `Update to bulwark ${version}`,
    '',
    ...files.map(({ path, change }) => `${change.padEnd(8)}  ${path}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ].join('\n');
}

function runUpdate(
  root: string,
  request: UpdateRequest,
  { bulwark, signal }: FleetPorts,
): Promise<ExecResult> {
  const { args, dryRun } = request;
  return bulwark(root, ['update', '--yes', ...args, ...(dryRun ? ['--dry-run'] : [])], signal);
}

function broken(
  row: Omit<Row, 'state' | 'code'>,
  end: ExecResult,
  { signal }: Pick<FleetPorts, 'signal'>,
): Row {
  if (signal.aborted) return { ...row, state: 'interrupted', code: ExitCode.interrupted };
  return { ...row, state: 'failed', code: end.exitCode ?? ExitCode.machine, issues: [issueOfEnd(end)] };
}

function told(
  row: Omit<Row, 'state' | 'code'>,
  { code, issues, updates, conflicts, files }: ChildDocument,
  { dryRun }: Pick<UpdateRequest, 'dryRun'>,
): Row {
  return { ...row, state: stateOf(code, updates, dryRun), code, updates, conflicts, files, issues };
}

function stateOf(code: number, updates: number, dryRun: boolean): State {
  switch (code) {
    case ExitCode.ok:
      return updates === 0 ? 'current' : dryRun ? 'would be updated' : 'updated';
    case ExitCode.conflicts:
      return 'conflicts';
    case ExitCode.ruleBroken:
      return 'rules broken';
    case ExitCode.usage:
      return 'refused';
    default:
      return 'failed';
  }
}
