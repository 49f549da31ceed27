/** Ends what an earlier process left half done, and tells of it. */
import { recoverTarget } from '../repo/recover.ts';
import { printable } from '../printable.ts';

const TOLD = {
  cleared: 'what an interrupted run had prepared was removed; it had changed nothing',
  completed: 'an interrupted run had been whole; its traces were removed',
  'rolled-back': 'what an interrupted run had begun was taken back',
} as const;

/**
 * The first step of every command that looks at a repository.
 * @param say takes words for a person
 * @throws BulwarkError (code 74) while another bulwark is writing there, or where the system refuses
 */
export function recover(root: string, say: (text: string) => void): void {
  const { outcome, kept } = recoverTarget(root);
  if (outcome === 'nothing') return;
  say(`note: ${TOLD[outcome]}\n`);
  for (const { path, original } of kept) {
    const beside = original === undefined ? '' : `; what it was before is in ${printable(original)}`;
    say(`note: ${printable(path)} was edited after the interruption and stays as it is${beside}\n`);
  }
}
