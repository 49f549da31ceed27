/** Runs the real tools that are installed over a tree, several at once, and says what each of them said. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Exec } from '../exec.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { CheckResult, JudgedTree } from './check.ts';
import { tools as allTools } from './tools/index.ts';
import type { ReadText, ToolCheck } from './tools/tool.ts';

/** A tool on its way: it runs, then it has an outcome. */
export interface ToolEvent {
  readonly tool: string;
  readonly state: 'running' | CheckResult['outcome'];
}

export interface ToolsRequest {
  /** What is judged, and nothing else: a tool sees a copy of these files alone. */
  readonly tree: JudgedTree;
  readonly exec: Exec;
  readonly tools?: readonly ToolCheck[];
  /** Milliseconds, for each start of a program. */
  readonly timeout?: number;
  /** How many run at once; as many as there are cores. */
  readonly limit?: number;
  readonly onProgress?: (event: ToolEvent) => void;
  /** Once it is aborted no further tool is started. */
  readonly signal?: AbortSignal;
}

/** Far above what checkov, the slowest, needs for a large repository on a slow machine (about a minute). */
const DEFAULT_TIMEOUT = 300_000;

/**
 * Judges a tree by every tool.
 * @returns one result per tool, in the order of the tools
 */
export async function runTools(request: ToolsRequest): Promise<readonly CheckResult[]> {
  const { tree, tools = allTools, limit = availableParallelism(), onProgress } = request;
  const paths = [...tree.keys()].filter((path) => !isKept(path));
  const read = cachedReader(tree);
  const chosen = tools.map((tool) => ({ tool, paths: tool.choose(paths, read) }));
  const results = new Map<ToolCheck, CheckResult>();
  const waiting = chosen.filter((job) => job.paths.length > 0);
  if (waiting.length > 0) {
    const root = stage(tree, paths);
    try {
      await atMost(limit, waiting, async (job) => {
        if (request.signal?.aborted) return;
        onProgress?.({ tool: job.tool.id, state: 'running' });
        const result = await runOne(request, job.tool, root, job.paths);
        results.set(job.tool, result);
        onProgress?.({ tool: job.tool.id, state: result.outcome });
      });
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  return chosen.map(({ tool, paths: judged }): CheckResult => {
    const reason = judged.length === 0 ? `nothing here that it judges (${tool.judges})` : 'interrupted';
    return results.get(tool) ?? { check: tool.id, outcome: 'skipped', reason };
  });
}

async function runOne(
  { exec, timeout = DEFAULT_TIMEOUT }: ToolsRequest,
  tool: ToolCheck,
  root: string,
  paths: readonly RepoPath[],
): Promise<CheckResult> {
  const failed = (reason: string): CheckResult => ({ check: tool.id, outcome: 'failed', reason });
  try {
    return await tool.run({ root, paths, exec, timeout });
  } catch (error) {
    // Each tool answers for itself: one that breaks does not hide what the others say.
    return failed(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

/** What bulwark itself keeps beside the repository (SPEC 2): compressed, and no part of what is judged. */
const isKept = (path: string): boolean => path.startsWith('.bulwark/') || path.includes('/.bulwark/');

/**
 * Writes the files that are judged into a folder of their own. So a tool that looks for files itself sees the same as
 * the others and nothing that git ignores, and no tool can touch the user's files.
 */
function stage(tree: JudgedTree, paths: readonly RepoPath[]): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-verify-')));
  try {
    for (const path of paths) {
      const file = tree.get(path);
      if (!file) continue;
      const target = join(root, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, file.content, { mode: file.executable ? 0o755 : 0o644 });
    }
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
  return root;
}

/** Several tools look into the same files to see whether they are theirs. */
function cachedReader(tree: JudgedTree): ReadText {
  const texts = new Map<RepoPath, string>();
  return (path) => {
    const text = texts.get(path) ?? tree.get(path)?.content.toString('utf8') ?? '';
    texts.set(path, text);
    return text;
  };
}

async function atMost<T>(limit: number, jobs: readonly T[], run: (job: T) => Promise<void>): Promise<void> {
  const queue = jobs.values();
  const worker = async (): Promise<void> => {
    for (const job of queue) await run(job);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, jobs.length)) }, worker));
}
