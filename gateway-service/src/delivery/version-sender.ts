import {
  PROVIDER_ROUTES,
  STORE_BATCH_ITEM_MAX_CHARS,
  STORE_BATCH_MAX_ITEMS,
  StoreRecordAnswer,
  StoreRecordsAnswer,
  type StoreRecordRequest,
} from '@careledger/protocol';
import { HttpClientError, SubjectBatcher } from '@careledger/service-kit';
import type { Providers } from '../ledger-access/providers.js';
import type { OwnVersion } from '../records/own-version.js';
import { STORE_BATCHES_IN_FLIGHT } from './limits.js';

/** A version as a provider is to have it. */
export type SentVersion = Pick<OwnVersion, 'recordId' | 'version' | 'priority' | 'trace'> & {
  readonly request: StoreRecordRequest;
};

interface Waiting {
  readonly version: SentVersion;
  readonly signal: AbortSignal;
}

/** What became of one of a request. */
type Outcome = { readonly stored: StoreRecordAnswer } | { readonly error: unknown };

/** With these a provider, or what stands before it, refuses a request as a whole: which of its versions it means, each tells alone. */
const WHOLE_STATUSES: ReadonlySet<number> = new Set([400, 404, 405, 413, 415, 422]);

/**
 * Takes versions to providers, many in one request. Emergencies go by themselves: none waits for others, nor behind what
 * others cost. So does what is large, and what is traced, so that its trace is whole.
 */
export class VersionSender {
  readonly #providers: Pick<Providers, 'client'>;
  /** By provider: one that is slow holds up nobody else's. */
  readonly #batchers = new Map<string, SubjectBatcher<Waiting, Outcome>>();

  constructor(providers: Pick<Providers, 'client'>) {
    this.#providers = providers;
  }

  /** @throws HttpClientError, also for what the answer says of this one of many */
  async send(providerId: string, version: SentVersion, signal: AbortSignal): Promise<StoreRecordAnswer> {
    if (goesAlone(version)) return this.#put(providerId, { version, signal });
    const outcome = await this.#batcherOf(providerId).add({ version, signal });
    if ('error' in outcome) throw outcome.error;
    return outcome.stored;
  }

  #batcherOf(providerId: string): SubjectBatcher<Waiting, Outcome> {
    const known = this.#batchers.get(providerId);
    if (known !== undefined) return known;
    const batcher = new SubjectBatcher<Waiting, Outcome>({
      subjectOf: ({ version: { recordId, version } }) => `${recordId}/${version}`,
      maxItems: STORE_BATCH_MAX_ITEMS,
      maxInFlight: STORE_BATCHES_IN_FLIGHT,
      run: (waiting) => this.#post(providerId, waiting),
    });
    this.#batchers.set(providerId, batcher);
    return batcher;
  }

  async #post(providerId: string, waiting: readonly Waiting[]): Promise<Outcome[]> {
    try {
      const client = await this.#providers.client(providerId);
      const { items } = await client.call('POST', PROVIDER_ROUTES.versions, {
        body: { versions: waiting.map(({ version }) => version.request) },
        result: StoreRecordsAnswer,
        // All of them end with the same worker.
        ...(waiting[0] !== undefined && { signal: waiting[0].signal }),
      });
      return waiting.map((_, index) => {
        const item = items[index];
        return item?.stored === undefined
          ? { error: HttpClientError.ofItem(item?.problem) }
          : { stored: item.stored };
      });
    } catch (error) {
      if (!isOfWhole(error)) throw error;
      return Promise.all(waiting.map((each) => this.#alone(providerId, each)));
    }
  }

  async #alone(providerId: string, waiting: Waiting): Promise<Outcome> {
    try {
      return { stored: await this.#put(providerId, waiting) };
    } catch (error) {
      return { error };
    }
  }

  async #put(providerId: string, { version, signal }: Waiting): Promise<StoreRecordAnswer> {
    const client = await this.#providers.client(providerId);
    return client.call('PUT', PROVIDER_ROUTES.version(version.recordId, version.version), {
      body: version.request,
      result: StoreRecordAnswer,
      signal,
    });
  }
}

function goesAlone({ priority, trace, request }: SentVersion): boolean {
  const { statement, manifest, wrapSet, wraps, ciphertext } = request;
  const chars = [statement, manifest, wrapSet, ciphertext, ...wraps].reduce(
    (sum, text) => sum + text.length,
    0,
  );
  return priority === 'emergency' || trace !== null || chars + NAMES_CHARS > STORE_BATCH_ITEM_MAX_CHARS;
}

/** More than the names of a version's members take, with quotes and commas. */
const NAMES_CHARS = 1_024;

const isOfWhole = (error: unknown): boolean =>
  error instanceof HttpClientError && error.code === 'REFUSED' && WHOLE_STATUSES.has(error.status ?? 0);
