/**
 * The rendered repositories of a few answer sets, kept as files, so that a change of the output is seen in review.
 * `npm run golden` writes them anew.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../src/component/fields.ts';
import { render } from '../support/render.ts';

interface Sample {
  readonly name: string;
  readonly preset: string | null;
  readonly answers: Readonly<Record<string, FieldValue>>;
  /** What of the tree is kept, where the rest is that of another sample. */
  readonly only?: RegExp;
}

const SAMPLES: readonly Sample[] = [
  { name: 'fastapi', preset: null, answers: { name: 'My Service' } },
  { name: 'fastapi-platform', preset: 'fastapi-platform', answers: { name: 'My Service' } },
  {
    name: 'fastapi-platform-helm',
    preset: 'fastapi-platform',
    answers: { name: 'My Service', orchestration: ['helm'] },
    only: /^(?:helm\/|scripts\/(?:deploy-helm|fetch-charts)\.sh$)/,
  },
  {
    name: 'fastapi-logs',
    preset: null,
    answers: {
      name: 'My Service',
      containers: ['docker', 'compose', 'log-shipping', 'elk', 'jaeger'],
    },
    only: /^(?:docker\/(?:elasticsearch|fluent-bit|jaeger|kibana|logstash)\/|docker-compose\.prod\.yml$|scripts\/make_logging_secrets\.sh$)/,
  },
  {
    // What these pages say where Helm is beside Kustomize, and where no other tells whom to call or how to deploy.
    name: 'fastapi-platform-backup',
    preset: 'fastapi-platform',
    answers: {
      name: 'My Service',
      orchestration: ['helm', 'kustomize'],
      operations: ['backup', 'disaster-recovery', 'runbooks'],
    },
    only: /^docs\/(?:DISASTER_RECOVERY|runbooks\/(?:restore|alerts\/backup-too-old))\.md$/,
  },
  { name: 'node', preset: null, answers: { name: 'My Service', stack: 'node', 'node.auth': 'database' } },
  { name: 'minimal', preset: 'minimal', answers: { name: 'OrderDesk 2', owner: 'acme' } },
];

const trees = join(import.meta.dirname, 'trees');

describe.each(SAMPLES)('golden tree $name', ({ name, preset, answers, only }) => {
  it('is what is rendered', async () => {
    const whole = await render(answers, preset);
    const tree = new Map([...whole.tree].filter(([path]) => only?.test(path) ?? true));
    const folder = join(trees, name);
    if (process.env.BULWARK_GOLDEN === 'write') {
      rmSync(folder, { recursive: true, force: true });
      for (const file of tree.values()) {
        mkdirSync(dirname(join(folder, file.path)), { recursive: true });
        writeFileSync(join(folder, file.path), file.content, { mode: file.executable ? 0o755 : 0o644 });
      }
    }
    const kept = filesBelow(folder);
    expect(kept).toEqual([...tree.keys()]);
    for (const file of tree.values()) {
      expect(readFileSync(join(folder, file.path), 'utf8'), file.path).toBe(file.content.toString('utf8'));
      expect((statSync(join(folder, file.path)).mode & 0o100) !== 0, `${file.path}: executable`).toBe(
        file.executable,
      );
    }
  });
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort((a, b) => (a < b ? -1 : 1));
}
