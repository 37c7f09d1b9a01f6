import { accessControl, type AuthorityState, type ProviderState } from '@careledger/contracts';
import { everyKey } from '@careledger/policy';
import type { Database } from '@careledger/service-kit';
import type { LedgerReader } from './ledger-link.js';

/** After this long an authority is asked for again: a key that was rotated must not get new records for long. */
const REFRESH_AFTER_MS = 10 * 60_000;

interface Known<State> {
  readonly state: State;
  readonly fetchedMs: number;
}

/** Keys and endpoints of organisations: from the ledger, kept on disk, so that records can be made while it is away. */
export class OrganisationDirectory {
  readonly #database: Database;
  readonly #ledger: LedgerReader;
  readonly #clock: () => number;
  readonly #authorities = new Map<string, Known<AuthorityState>>();
  readonly #providers = new Map<string, Known<ProviderState>>();

  constructor(database: Database, ledger: LedgerReader, clock: () => number) {
    this.#database = database;
    this.#ledger = ledger;
    this.#clock = clock;
    const rows = database.prepare('SELECT state, fetched_ms FROM authorities').all();
    for (const { state, fetched_ms } of rows as { state: string; fetched_ms: number }[]) {
      const authority = JSON.parse(state) as AuthorityState;
      this.#authorities.set(authority.authorityId, { state: authority, fetchedMs: fetched_ms });
    }
  }

  /** From the ledger if what is known is old, else as known. @throws LedgerError where nothing is known */
  async authority(authorityId: string): Promise<AuthorityState> {
    const known = this.#authorities.get(authorityId);
    if (known !== undefined && this.#clock() - known.fetchedMs < REFRESH_AFTER_MS) return known.state;
    try {
      const state = await this.#ledger.channel('authorities').evaluate(accessControl, 'GetAuthority', {
        authorityId,
      });
      this.#keep(state);
      return state;
    } catch (error) {
      if (known !== undefined) return known.state;
      throw error;
    }
  }

  /** A provider's registered signing keys, former ones included: raw bytes. @throws LedgerError */
  async providerKeys(providerId: string): Promise<Uint8Array[]> {
    let known = this.#providers.get(providerId);
    if (known === undefined || this.#clock() - known.fetchedMs >= REFRESH_AFTER_MS) {
      const state = await this.#ledger
        .channel('cloud')
        .evaluate(accessControl, 'GetProvider', { providerId });
      known = { state, fetchedMs: this.#clock() };
      this.#providers.set(providerId, known);
    }
    return everyKey(known.state.signingKeys);
  }

  /** Something about these organisations changed. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.#providers.delete(id);
      const known = this.#authorities.get(id);
      if (known !== undefined) this.#authorities.set(id, { ...known, fetchedMs: 0 });
    }
  }

  #keep(state: AuthorityState): void {
    const fetchedMs = this.#clock();
    this.#authorities.set(state.authorityId, { state, fetchedMs });
    this.#database.deferred(() =>
      this.#database
        .prepare('INSERT OR REPLACE INTO authorities (authority_id, state, fetched_ms) VALUES (?, ?, ?)')
        .run(state.authorityId, JSON.stringify(state), fetchedMs),
    );
  }
}
