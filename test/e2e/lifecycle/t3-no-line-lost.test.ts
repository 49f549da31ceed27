/**
 * T3: over more than 500 random triples of a file no line that only the user has disappears in an update: it stands there, or in
 * a marked conflict; and an update after the update changes nothing. The merge alone is held to more laws in merge-laws.test.ts.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineComponent } from '../../../src/component/define.ts';
import { catalogOf, type Catalog } from '../../../src/plan/catalog.ts';
import { lineTriple, triple, type Triple } from '../../unit/merge/random-files.ts';
import { newLife, runCommand, type Life } from '../../support/repository-life.ts';

/** Repositories, and files of each kind in each: 25 × 6 × 4 triples. */
const REPOSITORIES = 25;
const FILES = 6;
const SEED = 20261121;
const MINUTES = 60_000;

const KINDS = { yml: triple('yaml'), json: triple('json'), toml: triple('toml'), txt: lineTriple } as const;

interface RandomFile extends Triple {
  readonly path: string;
  /** What becomes of it beside its text: a side that has not got it, or ends its lines otherwise. */
  readonly fate: 'both' | 'crlf' | 'deleted by us' | 'deleted by them' | 'new to both';
}

/** Files of every kind, the same in every run. */
function randomFiles(repository: number): readonly RandomFile[] {
  return Object.entries(KINDS).flatMap(([ending, triples], kind) =>
    fc
      .sample(
        fc.record({
          sides: triples,
          fate: fc.oneof(
            { weight: 8, arbitrary: fc.constant('both' as const) },
            {
              weight: 3,
              arbitrary: fc.constantFrom('crlf', 'deleted by us', 'deleted by them', 'new to both'),
            },
          ),
        }),
        { numRuns: FILES, seed: SEED + repository * 10 + kind },
      )
      .map(({ sides, fate }, index): RandomFile => ({ ...sides, fate, path: `files/f${index}.${ending}` })),
  );
}

const shop = defineComponent({
  id: 'shop',
  category: 'stack',
  description: 'sells',
  chosenByDefault: true,
  fields: {},
  samples: { default: {} },
});

/** A version of bulwark that writes these texts. */
const writing = (files: readonly (readonly [path: string, text: string])[]): Catalog =>
  catalogOf([shop], [], async () =>
    files.map(([path, text]) => ({
      layer: 'base',
      path,
      source: `templates/shop/base/${path}`,
      executable: false,
      body: Buffer.from(text),
    })),
  );

/** A file that the templates have given up is gone where its owner had changed nothing in it. */
const isThere = ({ root }: Life, path: string): boolean => existsSync(join(root, path));

const bare = (line: string): string => line.trim().replace(/,$/, '');
const linesOf = (text: string): readonly string[] => text.split('\n').map(bare);

/** Lines that only the user has. */
function own({ base, ours, theirs, fate }: RandomFile): readonly string[] {
  const known = new Set([...(fate === 'new to both' ? [] : linesOf(base)), ...linesOf(theirs)]);
  return linesOf(ours).filter((line) => line !== '' && !known.has(line));
}

interface Seen {
  triples: number;
  lines: number;
  conflicts: number;
  lost: string[];
}

async function live(life: Life, files: readonly RandomFile[], seen: Seen, keeps: boolean): Promise<void> {
  const old = writing(
    files.flatMap(({ path, base, fate }) => (fate === 'new to both' ? [] : [[path, base]])),
  );
  const present = writing(
    files.flatMap(({ path, theirs, fate }) => (fate === 'deleted by them' ? [] : [[path, theirs]])),
  );
  const created = await runCommand(life.root, ['create', '.', '--yes', '--no-verify', '--name', 'Shop'], old);
  expect(created.code, created.stderr).toBe(0);
  life.commit();
  for (const { path, ours, fate } of files) {
    if (fate === 'deleted by us') life.git('rm', '--quiet', path);
    else life.write(path, fate === 'crlf' ? ours.replaceAll('\n', '\r\n') : ours);
  }
  life.commit();
  const { code, stdout, stderr } = await life.run(['update', '--no-verify', '--json'], present);
  expect([0, 3], stderr).toContain(code);
  const { files: told } = JSON.parse(stdout) as { files: { path: string; change: string }[] };
  seen.conflicts += told.filter(({ change }) => change === 'conflict').length;
  for (const file of files) {
    seen.triples += 1;
    if (file.fate === 'deleted by us') continue;
    const after = new Set(linesOf(keeps && isThere(life, file.path) ? life.read(file.path) : ''));
    const mine = own(file);
    seen.lines += mine.length;
    seen.lost.push(...mine.filter((line) => !after.has(line)).map((line) => `${file.path}: ${line}`));
  }
  if (code === 3) expect((await life.run(['resolve', '--ours'], present)).code).toBe(0);
  const tree = life.commit();
  expect((await life.run(['update', '--no-verify'], present)).code).toBe(0);
  expect(life.commit()).toBe(tree);
}

test(
  'T3: no line of the user’s is lost, and an update after an update changes nothing',
  async () => {
    const seen: Seen = { triples: 0, lines: 0, conflicts: 0, lost: [] };
    for (let repository = 0; repository < REPOSITORIES; repository += 1) {
      const life = newLife();
      try {
        await live(life, randomFiles(repository), seen, true);
      } finally {
        life.end();
      }
    }
    expect(seen.lost).toEqual([]);
    expect(seen.triples).toBeGreaterThanOrEqual(500);
    expect(seen.lines).toBeGreaterThan(500);
    expect(seen.conflicts).toBeGreaterThan(20);
  },
  5 * MINUTES,
);

test('T3: the twin: lines that are not there are missed', async () => {
  const seen: Seen = { triples: 0, lines: 0, conflicts: 0, lost: [] };
  const life = newLife();
  try {
    await live(life, randomFiles(0), seen, false);
  } finally {
    life.end();
  }
  expect(seen.lost.length).toBe(seen.lines);
  expect(seen.lines).toBeGreaterThan(5);
});
