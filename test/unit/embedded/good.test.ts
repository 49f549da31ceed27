/** Every check over the good repository, and what a run makes of checks that skip, throw or are told to be quiet. */
import { describe, expect, it } from 'vitest';
import type { EmbeddedCheck } from '../../../src/verify/check.ts';
import { embeddedChecks } from '../../../src/verify/embedded/index.ts';
import { shell } from '../../../src/verify/embedded/shell.ts';
import { runEmbedded } from '../../../src/verify/run-embedded.ts';
import { findingsOf, goodTree, judge, treeOf } from './twins.ts';

describe('runEmbedded', () => {
  it('passes the good repository with every check judging something', async () => {
    const results = await runEmbedded(goodTree());
    expect(results.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual(
      embeddedChecks.map(({ id }) => `${id} passed`),
    );
  });

  it('skips what has nothing to judge and says so', async () => {
    const results = await runEmbedded(treeOf({ 'notes.txt': 'nothing\n' }));
    const skipped = results.filter(({ outcome }) => outcome === 'skipped').map(({ check }) => check);
    expect(skipped).toEqual([
      'syntax',
      'compose',
      'dockerfile',
      'workflows',
      'kubernetes',
      'hcl',
      'shell',
      'metrics',
      'references',
    ]);
  });

  it('reports a check that throws as failed, never as passed', async () => {
    const broken: EmbeddedCheck = {
      ...shell,
      run: () => {
        throw new TypeError('no such thing');
      },
    };
    expect(await judge(broken, goodTree())).toEqual({
      check: 'shell',
      outcome: 'failed',
      reason: 'TypeError: no such thing',
    });
  });

  it('leaves out binary files and what bulwark keeps', async () => {
    const tree = treeOf({ 'a.sh': '#!/bin/bash\0', '.bulwark/b.sh': '#!/bin/bash\necho\n' });
    expect(await judge(shell, tree)).toMatchObject({ outcome: 'skipped' });
  });

  it.each([
    ['with a reason', '# bulwark:allow shell-strict-mode is sourced\n', 0],
    ['without a reason', '# bulwark:allow shell-strict-mode\n', 1],
    ['of another rule', '# bulwark:allow shell-crlf is sourced\n', 1],
    ['too far above', '# bulwark:allow shell-strict-mode is sourced\n\n', 1],
  ])('heeds an allowance %s', async (_, comment, count) => {
    const tree = treeOf({ 'a.sh': `#!/bin/bash\n${comment}echo hello\n` });
    expect(findingsOf(await judge(shell, tree))).toHaveLength(count);
  });

  it('has rules whose ids are unique and whose texts are whole', () => {
    const rules = embeddedChecks.flatMap((check) => check.rules);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(rule.summary).toMatch(/^\S.*\.$/);
      expect(rule.fix).not.toBe('');
      expect(rule.source).not.toBe('');
    }
  });
});
