import { readdir, readFile, rename, writeFile, link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  makeRevocationList,
  nameHashOf,
  revocationListTime,
  type CertificateAuthority,
} from '@careledger/crypto/x509';
import type { Logger } from '@careledger/service-kit';
import { REVOCATION_INTERVAL_MS } from './limits.js';

const SECOND_MS = 1_000;

export interface RevocationListsOptions {
  /** Where the broker looks for them: its `capath`. */
  readonly folder: string;
  /** Who certifies devices for the broker. */
  readonly authority: CertificateAuthority;
  /** Serial numbers of the certificates that must not connect now. */
  readonly revoked: () => readonly string[];
  readonly clock?: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Tells a broker, through files, which certificates do not count. OpenSSL looks for an authority's lists in a folder as
 * `HASH.r0`, `HASH.r1` …, at every handshake for the one that follows those that it has, and takes the newest: so a list
 * counts from the moment its file is there, without a signal and without a restart.
 */
export class RevocationLists implements AsyncDisposable {
  readonly #options: RevocationListsOptions;
  readonly #hash: string;
  #next = 0;
  /** Time in the newest list. */
  #madeMs = 0;
  #changedMs = Number.NEGATIVE_INFINITY;
  #revoked: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: RevocationListsOptions) {
    this.#options = options;
    this.#hash = nameHashOf(options.authority);
  }

  /** Goes on after the lists of earlier runs, and writes one of what is revoked now. */
  static async open(options: RevocationListsOptions): Promise<RevocationLists> {
    const lists = new RevocationLists(options);
    await lists.#goOn();
    await lists.#write();
    return lists;
  }

  /** What is revoked has changed: a list follows, at once unless one was made just before. */
  changed(): void {
    if (this.#timer !== undefined) return;
    const { clock = Date.now } = this.#options;
    const delayMs = Math.max(0, this.#changedMs + REVOCATION_INTERVAL_MS - clock());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#changedMs = clock();
      void this.written();
    }, delayMs).unref();
  }

  /** Writes what has changed now; resolves when it is there, or could not be written and is to be tried again. */
  async written(): Promise<void> {
    this.#writing = this.#writing.then(() =>
      this.#write().catch((err: unknown) => {
        this.#options.logger.warn({ err }, 'the broker cannot be told of revoked devices; it is tried again');
        this.changed();
      }),
    );
    await this.#writing;
  }

  async close(): Promise<void> {
    if (this.#timer !== undefined) await this.written();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #write(): Promise<void> {
    const { authority, revoked, clock = Date.now } = this.#options;
    const serialNumbers = [...revoked()].sort();
    const key = serialNumbers.join(' ');
    if (key === this.#revoked) return;
    // Of two lists of one second the broker would take the older.
    const nowMs = Math.floor(clock() / SECOND_MS) * SECOND_MS;
    const madeMs = Math.max(nowMs, this.#madeMs + SECOND_MS, authority.notBeforeMs + SECOND_MS);
    const temporary = this.#path('new');
    await writeFile(temporary, makeRevocationList(authority, { serialNumbers, madeMs }), { flush: true });
    await rename(temporary, this.#path(`r${this.#next}`));
    this.#next += 1;
    this.#madeMs = madeMs;
    this.#revoked = key;
  }

  /** Earlier lists stay, as the broker counts them, but as other names of the newest: they take no room. */
  async #goOn(): Promise<void> {
    const { folder } = this.#options;
    const names = new Set(await readdir(folder));
    while (names.has(`${this.#hash}.r${this.#next}`)) this.#next += 1;
    if (this.#next === 0) return;
    const newest = this.#path(`r${this.#next - 1}`);
    this.#madeMs = revocationListTime(await readFile(newest, 'utf8'));
    const temporary = this.#path('new');
    for (let n = 0; n < this.#next - 1; n++) {
      await rm(temporary, { force: true });
      await link(newest, temporary);
      await rename(temporary, this.#path(`r${n}`));
    }
    // Where both are one file already, rename leaves the temporary name.
    await rm(temporary, { force: true });
  }

  #path(ending: string): string {
    return join(this.#options.folder, `${this.#hash}.${ending}`);
  }
}
