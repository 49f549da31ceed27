/** Which pins of a repository are behind: their tag stands for something else by now. Nothing is changed. */
import { execUntil } from '../exec.ts';
import { reasonsToLeave } from '../pin/own-images.ts';
import { applyPins, type Replaced } from '../pin/pin-text.ts';
import { textsOf } from '../pin/pin-tree.ts';
import { needsOfPinned } from '../pin/plan-pins.ts';
import { NO_PINS } from '../pin/reference.ts';
import { readTree } from '../repo/read-tree.ts';
import type { Settings } from '../repo/settings-file.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { CommandContext } from './commands/command.ts';
import { lookUpAgain } from './look-up-pins.ts';

export interface BehindPin extends Replaced {
  readonly path: RepoPath;
}

export interface BehindPins {
  /** In the order of the files. */
  readonly behind: readonly BehindPin[];
  readonly notices: readonly string[];
}

/** @throws BulwarkError: `offline` (code 2), and what asking the registries throws */
export async function behindPins(
  context: CommandContext,
  root: string,
  { pins = NO_PINS, answers }: Settings,
): Promise<BehindPins> {
  const texts = textsOf((await readTree(root, execUntil(context.signal))).values());
  const needs = needsOfPinned(texts, () => true, pins, reasonsToLeave(texts, answers));
  const found = await lookUpAgain(context, needs);
  const { changed } = applyPins(texts, found.pins);
  return {
    behind: [...changed].flatMap(([path, { replaced }]) => replaced.map((one) => ({ path, ...one }))),
    notices: found.notices,
  };
}
