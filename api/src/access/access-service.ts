import { randomId128, sha256 } from '@careledger/crypto';
import { AccessState, RECORD_MAX_BYTES, type StoredRecordState } from '@careledger/contracts';
import { recordIdOf } from '@careledger/domain';
import { ByteRoom, HttpClientError, ProblemError, type Logger } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import type { Issuer } from '../issuer.js';
import type { Outbox } from '../outbox/outbox.js';
import type { Vouching } from '../policy/vouching.js';
import { firstOf, type Providers, type ReachableProvider } from '../providers/providers.js';
import type { Store } from '../store/store.js';
import type { AccessLog } from './access-log.js';
import { askRelay } from './asking.js';
import type { ReadGate } from './read-gate.js';
import type { Reader } from './reader.js';
import type { Receipts } from './receipts.js';
import { codeOf, isWorthAnotherRequest, refusalOf } from './refusals.js';
import {
  openReleased,
  type Opened,
  type OpeningOptions,
  type Permit,
  type ReleasedAnswer,
} from './released-record.js';

/** Ciphertext that is open at once, unless one record has more. */
const OPENED_MAX_BYTES = RECORD_MAX_BYTES;

export interface AccessServiceOptions extends OpeningOptions {
  readonly issuer: Issuer;
  readonly providers: Providers;
  readonly store: Store;
  readonly log: AccessLog;
  readonly receipts: Receipts;
  readonly vouching: Vouching;
  readonly gate: ReadGate;
  readonly outbox: Pick<Outbox, 'wake'>;
  /** Counts what became of requests. */
  readonly count: (outcome: string) => void;
  readonly logger: Pick<Logger, 'warn'>;
}

/** A version that is asked for, looked up before: which one a request means is signed. */
export interface NamedVersion {
  readonly recordId: string;
  readonly version: number;
  /** As channel `cloud` has it; undefined where it has none: who asks for what is not there is on record. */
  readonly stored: StoredRecordState | undefined;
}

/** Versions of one patient's records, at most ACCESS_BATCH_MAX_ITEMS. */
export interface VersionsWanted {
  readonly patientId: string;
  readonly versions: readonly NamedVersion[];
  readonly reader: Reader;
}

/** What somebody who may see it gets to see. */
export interface ShownRecord {
  /** FHIR R4 JSON as its author wrote it. */
  readonly json: string;
  readonly access: Permit;
  /** When channel `cloud` had it. */
  readonly storedAt: string;
}

/** A version with its place in what is wanted. */
interface PlacedVersion {
  readonly named: NamedVersion;
  readonly place: number;
}

/** How this authority asks, for a person of its own. */
interface Asking extends Pick<VersionsWanted, 'patientId' | 'reader'> {
  readonly granteeTags: string[];
}

/** A signed request for one provider: no other one can spend its permit. */
interface SignedRequest {
  readonly named: NamedVersion;
  readonly requestSid: string;
  readonly statement: string;
}

/** What is made of a record that is shown, while it is in memory. */
export type UseRecord<T> = (record: ShownRecord, place: number) => Promise<T>;

const refusedBy = (reason: unknown) => ({ status: 'rejected' as const, reason });

/**
 * Scenario 2, the requester's side: ask for versions together, check, open and sign for each. Every request is in the own
 * log before it leaves.
 */
export class AccessService {
  readonly #options: AccessServiceOptions;
  /** For whoever asks: opened and parsed, a record takes many times its size. */
  readonly #room = new ByteRoom(OPENED_MAX_BYTES);

  constructor(options: AccessServiceOptions) {
    this.#options = options;
  }

  /** As {@link openEach}, with the records themselves. */
  open(wanted: VersionsWanted): Promise<PromiseSettledResult<ShownRecord>[]> {
    return this.openEach(wanted, (record) => Promise.resolve(record));
  }

  /**
   * Hands each record out as it is released and may be seen: however many are asked for, no more of them are in memory than one
   * answer of a provider has, and what is made of them.
   * @param use what is made of a record; its place is that of the version. What it throws is the reason of this version
   * @returns in the order of the versions; reasons are ProblemErrors ACCESS_DENIED, READ_REFUSED, RECORD_UNKNOWN,
   *   RECORD_ALTERED, PROVIDER_UNREACHABLE, …
   * @throws ProblemError PRACTITIONER_UNKNOWN, UNIT_MISMATCH, TOO_MANY_TAGS: nothing is asked for
   */
  async openEach<T>(wanted: VersionsWanted, use: UseRecord<T>): Promise<PromiseSettledResult<T>[]> {
    const { count, logger, providers } = this.#options;
    const outcomes: PromiseSettledResult<T>[] = [];
    const asking = await this.#asking(wanted);
    try {
      await firstOf(
        providers,
        async (provider) => {
          const open = wanted.versions.flatMap((named, place) =>
            isWorthMore(outcomes[place]) ? [{ named, place }] : [],
          );
          const shown = await this.#ask(provider, asking, open, use);
          for (const [index, { place }] of open.entries())
            outcomes[place] = shown[index] ?? refusedBy(undefined);
          const more = shown.find(isWorthMore);
          if (more?.status === 'rejected') throw more.reason;
        },
        { logger, mayGoOn: isWorthAnotherRequest },
      );
    } catch (error) {
      // What a provider could not do for one request, no other one could either; the others have what they have.
      for (const place of wanted.versions.keys()) outcomes[place] ??= refusedBy(error);
    }
    return wanted.versions.map((_, place) => {
      const outcome = outcomes[place] ?? refusedBy(undefined);
      const final = outcome.status === 'fulfilled' ? outcome : refusedBy(refusalOf(outcome.reason));
      count(final.status === 'fulfilled' ? 'opened' : codeOf(final.reason));
      return final;
    });
  }

  async #asking({ patientId, reader }: VersionsWanted): Promise<Asking> {
    const { count, gate, vouching } = this.#options;
    try {
      const person = gate.personOf(reader);
      const granteeTags = await vouching.granteeTags(patientId, person, 'read', reader.purpose);
      return { patientId, reader, granteeTags };
    } catch (error) {
      count(codeOf(error));
      throw error;
    }
  }

  /** One transaction at one provider; what is not shown is in the log with the reason. */
  async #ask<T>(
    { providerId: relay, client }: ReachableProvider,
    asking: Asking,
    versions: readonly PlacedVersion[],
    use: UseRecord<T>,
  ): Promise<PromiseSettledResult<T>[]> {
    const { patientId, reader } = asking;
    const requests = versions.map((version) => this.#sign(version, asking, relay));
    await this.#noteAsked(requests, reader, { patientId, relay });
    const used: PromiseSettledResult<T>[] = [];
    for await (const answers of askRelay(client, requests)) {
      const released: (ReleasedAnswer & { readonly place: number })[] = [];
      for (const { place, answer } of answers) {
        const request = requests[place];
        if (request === undefined) continue;
        const { requestSid, named } = request;
        if (answer.status === 'rejected') used[place] = answer;
        else released.push({ place, asked: { requestSid, patientId, relay, ...named }, ...answer.value });
      }
      await this.#room.within(bytesOf(released), undefined, async () => {
        const shown = await this.#opened(asking, released);
        await Promise.all(
          shown.map(async (one, index) => {
            const place = released[index]?.place ?? index;
            used[place] = await usedAs(one, (record) => use(record, versions[place]?.place ?? place));
          }),
        );
      });
    }
    await this.#noteRefused(requests, used);
    return used;
  }

  /** In the order of what was released. */
  async #opened(
    asking: Asking,
    released: readonly ReleasedAnswer[],
  ): Promise<PromiseSettledResult<ShownRecord>[]> {
    const opened = await settledAll(released, () => openReleased(released, this.#options));
    const good = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const shown = await settledAll(good, () => this.#show(asking, good));
    let next = 0;
    return opened.map((one) =>
      one.status === 'fulfilled' ? (shown[next++] ?? refusedBy(undefined)) : refusedBy(one.reason),
    );
  }

  #sign({ named }: PlacedVersion, { patientId, reader, granteeTags }: Asking, relay: string): SignedRequest {
    const { gate, issuer } = this.#options;
    const { recordId, version } = named;
    const { practitionerId } = gate.personOf(reader);
    const requestSid = randomId128();
    const asked = { patientId, recordId, version, purpose: reader.purpose, granteeTags, relay };
    const statement = issuer.make(
      'accessRequest',
      ['cloud'],
      { ...asked, ...(practitionerId !== undefined && { practitionerId }) },
      requestSid,
    );
    return { named, requestSid, statement };
  }

  async #show(
    { patientId, reader }: Asking,
    opened: readonly Opened[],
  ): Promise<PromiseSettledResult<ShownRecord>[]> {
    const { gate, log, outbox, receipts } = this.#options;
    if (opened.length === 0) return [];
    const shown = await gate.records(
      reader,
      patientId,
      opened.map((each) => {
        const { requestSid, version, decision, reason, txId } = each.access;
        return {
          version: { ...each.stored, author: this.#authorOf(each) },
          unread: each.json,
          note: () => {
            log.answered(requestSid, { version, decision, reason, txId, outcome: 'opened' });
            receipts.sign(each);
          },
        };
      }),
    );
    outbox.wake();
    return shown.map((one, index) => {
      const { access, stored } = opened[index] ?? {};
      if (one.status === 'rejected' || access === undefined || stored === undefined)
        return refusedBy('reason' in one ? one.reason : undefined);
      return { status: 'fulfilled', value: { json: one.value, access, storedAt: stored.storedAt } };
    });
  }

  /** Whose knowledge it is: who made the record knows it, and so does who made this version of it. */
  #authorOf({ stored }: Opened): string {
    const { authorityId } = this.#options;
    const { patientId, recordId, seed, author } = stored;
    return recordIdOf({ author: authorityId, patientId, seed }, sha256) === recordId ? authorityId : author;
  }

  async #noteAsked(
    requests: readonly SignedRequest[],
    reader: Reader,
    { patientId, relay: providerId }: { readonly patientId: string; readonly relay: string },
  ): Promise<void> {
    const { gate, log, store } = this.#options;
    const { practitionerId, unit } = gate.personOf(reader);
    await store.commit(() => {
      for (const { requestSid, named } of requests)
        log.asked({
          requestSid,
          patientId,
          recordId: named.recordId,
          version: named.version,
          purpose: reader.purpose,
          practitionerId: practitionerId ?? null,
          unit: unit ?? null,
          caller: reader.principal.name ?? null,
          providerId,
        });
    });
  }

  async #noteRefused(
    requests: readonly SignedRequest[],
    shown: readonly PromiseSettledResult<unknown>[],
  ): Promise<void> {
    const { log, store } = this.#options;
    const refused = requests.flatMap(({ requestSid }, index) => {
      const one = shown[index];
      return one?.status === 'rejected' ? [{ requestSid, error: refusalOf(one.reason) }] : [];
    });
    if (refused.length === 0) return;
    await store.commit(() => {
      for (const { requestSid, error } of refused) {
        const access = error instanceof ProblemError ? error.members['access'] : undefined;
        if (Value.Check(AccessState, access)) {
          const { version = null, decision, reason, txId } = access;
          log.answered(requestSid, { version, decision, reason, txId, outcome: 'denied' });
        } else log.answered(requestSid, { outcome: codeOf(error) });
      }
    });
  }
}

/** Whether a request was not answered, or in a way that another one may do better. */
const isWorthMore = (outcome: PromiseSettledResult<unknown> | undefined): boolean =>
  outcome === undefined ||
  (outcome.status === 'rejected' &&
    outcome.reason instanceof HttpClientError &&
    isWorthAnotherRequest(outcome.reason));

/** What fails for all fails for each. */
async function settledAll<T>(
  of: readonly unknown[],
  run: () => Promise<PromiseSettledResult<T>[]>,
): Promise<PromiseSettledResult<T>[]> {
  try {
    return await run();
  } catch (reason) {
    return of.map(() => refusedBy(reason));
  }
}

async function usedAs<T>(
  shown: PromiseSettledResult<ShownRecord>,
  use: (record: ShownRecord) => Promise<T>,
): Promise<PromiseSettledResult<T>> {
  if (shown.status === 'rejected') return shown;
  const [used = refusedBy(undefined)] = await Promise.allSettled([use(shown.value)]);
  return used;
}

/** Of the ciphertexts, which are in base64url. */
const bytesOf = (released: readonly ReleasedAnswer[]): number =>
  released.reduce((bytes, { record }) => bytes + (record.ciphertext.length * 3) / 4, 0);
