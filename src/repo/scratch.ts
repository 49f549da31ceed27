/** A folder of our own, outside the repository, for programs that read only files; it is gone afterwards. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from './failures.ts';

/** Runs something in a new folder that holds only these files. */
export type WithScratch = <T>(
  files: Readonly<Record<string, Buffer>>,
  action: (folder: string) => Promise<T>,
) => Promise<T>;

/** @throws BulwarkError (code 74) when the system has no room for the folder */
export const withScratch: WithScratch = async (files, action) => {
  const folder = attempt('make a folder for temporary files', tmpdir(), () =>
    realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-'))),
  );
  try {
    attempt('write temporary files', folder, () => {
      for (const [name, content] of Object.entries(files)) {
        writeFileSync(join(folder, name), content, { mode: 0o600, flag: 'wx' });
      }
    });
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
