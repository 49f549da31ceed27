/** The container's HEALTHCHECK: 0 when the API of this container answers that it lives. */
import { API_PREFIX } from '../project.ts';

const port = process.env.PORT ?? '3000';
try {
  const answer = await fetch(`http://127.0.0.1:${port}${API_PREFIX}/health/live`, {
    signal: AbortSignal.timeout(3000),
  });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
