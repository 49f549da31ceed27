/** What bulwark keeps of a repository, as pinning needs it: read, and as it stands on the disk. */
import { usageError } from '../errors.ts';
import type { PinRecords } from '../pin/plan-pins.ts';
import { BASELINE_PATH, readBaseline } from '../repo/baseline.ts';
import { LOCK_PATH, parseLock } from '../repo/lockfile.ts';
import { openTarget, readTargetFiles, type Target } from '../repo/open-repo.ts';
import { parseSettings, SETTINGS_PATH } from '../repo/settings-file.ts';
import type { RepoPath } from '../tree/repo-path.ts';

/** What bulwark keeps here; undefined where it keeps nothing. */
export function recordsAt(root: string): PinRecords | undefined {
  const target: Target = openTarget(root);
  if (target.state !== 'bulwark') return undefined;
  const files = readTargetFiles(target, [SETTINGS_PATH, LOCK_PATH, BASELINE_PATH]);
  const originals = new Map([...files].map(([path, { content }]) => [path, content]));
  const missing = [SETTINGS_PATH, LOCK_PATH, BASELINE_PATH].filter((path) => !originals.has(path));
  if (missing.length > 0) {
    throw usageError(
      missing.map((path) => ({
        id: 'record-missing',
        message: `${path} is missing in a repository that bulwark wrote`,
        where: path,
        hint: 'restore it from git, or run: bulwark update --rebuild',
      })),
    );
  }
  const text = (path: RepoPath) => originals.get(path)?.toString('utf8') ?? '';
  const settings = parseSettings(text(SETTINGS_PATH));
  const lock = parseLock(text(LOCK_PATH));
  return { settings, lock, baseline: readBaseline(text(BASELINE_PATH), lock), originals };
}
