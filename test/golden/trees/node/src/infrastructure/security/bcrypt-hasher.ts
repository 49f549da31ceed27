/** Hashes passwords with bcrypt, in threads, and never more of them at a time than is good. */
import { createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';
import { HasherBusyError } from '../../domain/auth/errors.ts';
import { normalize } from '../../domain/auth/passwords.ts';
import type { PasswordHasher } from '../../domain/auth/ports.ts';

/** Whoever waits behind so many others is better told to come back. */
const WAITING_PER_THREAD = 20;
/** Keeps hashes of plain SHA-256, as other services leak them, from being of any use here. */
const PREHASH_KEY = 'bcrypt-prehash-v1';

/**
 * bcrypt takes 72 bytes and ends at a zero byte. So it is given base64 of the password's HMAC-SHA-256: 44 bytes,
 * without a zero among them, to which every character of the password counts, however long it is.
 */
const prehash = (password: string): string =>
  createHmac('sha256', PREHASH_KEY).update(normalize(password)).digest('base64');

export class BcryptHasher implements PasswordHasher {
  readonly #cost: number;
  readonly #threads: number;
  /** No password has it, and to find that out takes as long as for any hash of this cost. */
  readonly #nobodysHash: string;
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  constructor(cost: number, threads: number) {
    this.#cost = cost;
    this.#threads = threads;
    this.#nobodysHash = `${this.#prefix}${'.'.repeat(53)}`;
  }

  get #prefix(): string {
    return `$2b$${String(this.#cost).padStart(2, '0')}$`;
  }

  hash(password: string): Promise<string> {
    return this.#run(() => bcrypt.hash(prehash(password), this.#cost));
  }

  async verify(password: string, hash: string | undefined): Promise<boolean> {
    const same = await this.#run(() =>
      bcrypt.compare(prehash(password), hash ?? this.#nobodysHash),
    );
    return same && hash !== undefined;
  }

  needsRehash(hash: string): boolean {
    return !hash.startsWith(this.#prefix);
  }

  /** Threads are shared with the disk and with name look-ups: a flood of logins is to leave some of them. */
  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#working >= this.#threads) {
      if (this.#waiting.length >= this.#threads * WAITING_PER_THREAD) throw new HasherBusyError();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#working += 1;
    try {
      return await work();
    } finally {
      // Who waits longest takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#working -= 1;
    }
  }
}
