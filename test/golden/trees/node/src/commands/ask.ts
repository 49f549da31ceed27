/** Asks the API beside it what it tells only to those who have its tokens; for operators. */
import { METRICS_PATH } from '../api/routes/metrics.ts';
import { API_PREFIX } from '../project.ts';
import { loadServiceSettings } from '../settings/settings.ts';
import { startOrExplain } from './starting.ts';

const SUBJECTS = ['ready', 'system', 'metrics'] as const;

await startOrExplain(async () => {
  const what = SUBJECTS.find((subject) => subject === process.argv[2]);
  if (what === undefined) {
    console.error(`Usage: ask ${SUBJECTS.join('|')}`);
    process.exitCode = 2;
    return;
  }
  const { port, metricsToken, systemHealthToken } = loadServiceSettings(process.env);
  const path = what === 'metrics' ? METRICS_PATH : `${API_PREFIX}/health/${what}`;
  const token = what === 'metrics' ? metricsToken : systemHealthToken;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(15_000),
    });
    console.log((await answer.text()).trimEnd());
    process.exitCode = answer.ok ? 0 : 1;
  } catch (error) {
    console.error(`The API does not answer: ${error instanceof Error ? error.message : ''}`);
    process.exitCode = 1;
  }
});
