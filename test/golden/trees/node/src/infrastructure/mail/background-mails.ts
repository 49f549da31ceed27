/** Sends the mails that follow from events, after the answer that caused them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AccountMails } from '../../domain/auth/account-mails.ts';
import type { AccountEvent } from '../../domain/auth/ports.ts';

const ATTEMPTS = 3;
const CLOSE_MILLISECONDS = 4000;

/** Work of this process: what is not sent when it ends is lost, and can be asked for again. */
export class BackgroundMails {
  readonly #mails: Pick<AccountMails, 'handle'>;
  readonly #logger: Logger;
  readonly #retryMilliseconds: number;
  readonly #underWay = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(mails: Pick<AccountMails, 'handle'>, logger: Logger, retryMilliseconds = 5000) {
    this.#mails = mails;
    this.#logger = logger;
    this.#retryMilliseconds = retryMilliseconds;
  }

  /** Begins to send the event's mail. */
  deliver(event: AccountEvent): void {
    const delivery = this.#deliver(event).finally(() => this.#underWay.delete(delivery));
    this.#underWay.add(delivery);
  }

  /** Waits a moment for what is under way, and tries nothing again. */
  async close(): Promise<void> {
    this.#closing.abort();
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.#underWay),
      sleep(CLOSE_MILLISECONDS, undefined, { signal: late.signal }),
    ]);
    late.abort();
  }

  async #deliver(event: AccountEvent): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        await this.#mails.handle(event);
        return;
      } catch (error) {
        // Whatever it is: the registration stands, and the mail may be asked for again.
        this.#logger.error({ event: event.kind, attempt, error }, 'A mail was not sent');
      }
      if (attempt === ATTEMPTS || signal.aborted) return;
      await sleep(this.#retryMilliseconds, undefined, { signal }).catch(() => undefined);
    }
  }
}
