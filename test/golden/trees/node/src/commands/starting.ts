/** How every program of the service begins. */
import { SettingsError } from '../settings/load.ts';

/** Runs; settings that are not valid are explained in plain words, and end it with code 2. */
export async function startOrExplain(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
