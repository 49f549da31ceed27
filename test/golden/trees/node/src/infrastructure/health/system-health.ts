/** Judges each dependency and, from all of them, the system; it answers in time, whatever hangs. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

export type Status = 'HEALTHY' | 'DEGRADED' | 'UNHEALTHY';
export type Figures = Readonly<Record<string, string | number>>;

/** What a check saw, with its figures. */
export interface Finding {
  readonly status: Status;
  readonly figures: Figures;
}

/** Without a critical service no request can be answered. A rejection means that the service is unhealthy. */
export interface HealthCheck {
  readonly name: string;
  readonly critical: boolean;
  readonly run: () => Promise<Finding>;
}

/** A finding with the time it took, or the reason why there is none. */
export interface ServiceHealth extends Finding {
  readonly latency_ms: number;
  readonly error: string | null;
}

export interface SystemHealth {
  readonly status: Status;
  readonly services: Readonly<Record<string, ServiceHealth>>;
}

export class HealthAggregator {
  readonly #checks: readonly HealthCheck[];
  readonly #timeoutSeconds: number;
  readonly #logger: Logger;

  constructor(checks: readonly HealthCheck[], timeoutSeconds: number, logger: Logger) {
    this.#checks = checks;
    this.#timeoutSeconds = timeoutSeconds;
    this.#logger = logger;
  }

  /** Runs all checks at the same time. */
  system(): Promise<SystemHealth> {
    return this.#run(this.#checks);
  }

  /** Runs the critical checks only: the service answers, if slower, without the others. */
  async isReady(): Promise<boolean> {
    const { status } = await this.#run(this.#checks.filter(({ critical }) => critical));
    return status !== 'UNHEALTHY';
  }

  async #run(checks: readonly HealthCheck[]): Promise<SystemHealth> {
    const observed = await Promise.all(
      checks.map(async (check) => ({ check, health: await this.#observe(check) })),
    );
    return {
      status: overall(observed),
      services: Object.fromEntries(observed.map(({ check, health }) => [check.name, health])),
    };
  }

  async #observe(check: HealthCheck): Promise<ServiceHealth> {
    const start = performance.now();
    const latency = (): number => Math.round((performance.now() - start) * 100) / 100;
    const late = new AbortController();
    const none = { status: 'UNHEALTHY', figures: {} } as const;
    try {
      const finding = await Promise.race([
        check.run(),
        sleep(this.#timeoutSeconds * 1000, undefined, { signal: late.signal }),
      ]);
      if (finding === undefined) {
        const error = `no answer within ${this.#timeoutSeconds} s`;
        return { ...none, latency_ms: latency(), error };
      }
      return { ...finding, latency_ms: latency(), error: null };
    } catch (error) {
      this.#logger.warn({ service: check.name, error }, 'A health check failed');
      const name = error instanceof Error ? error.name : 'Error';
      return { ...none, latency_ms: latency(), error: name };
    } finally {
      late.abort();
    }
  }
}

function overall(
  observed: readonly { readonly check: HealthCheck; readonly health: ServiceHealth }[],
): Status {
  if (observed.some(({ check, health }) => check.critical && health.status === 'UNHEALTHY'))
    return 'UNHEALTHY';
  return observed.every(({ health }) => health.status === 'HEALTHY') ? 'HEALTHY' : 'DEGRADED';
}
