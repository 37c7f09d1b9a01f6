import { randomId128, sha256 } from '@careledger/crypto';
import { AccessState, type StoredRecordState } from '@careledger/contracts';
import { recordIdOf } from '@careledger/domain';
import { HttpClientError, ProblemError, type Logger } from '@careledger/service-kit';
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

type Shown = PromiseSettledResult<ShownRecord>;
const refusedBy = (reason: unknown) => ({ status: 'rejected' as const, reason });

/**
 * Scenario 2, the requester's side: ask for versions together, check, open and sign for each. Every request is in the own
 * log before it leaves.
 */
export class AccessService {
  readonly #options: AccessServiceOptions;

  constructor(options: AccessServiceOptions) {
    this.#options = options;
  }

  /**
   * @returns in the order of the versions; reasons are ProblemErrors ACCESS_DENIED, READ_REFUSED, RECORD_UNKNOWN,
   *   RECORD_ALTERED, PROVIDER_UNREACHABLE, …
   * @throws ProblemError PRACTITIONER_UNKNOWN, UNIT_MISMATCH, TOO_MANY_TAGS: nothing is asked for
   */
  async open(wanted: VersionsWanted): Promise<Shown[]> {
    const { count, logger, providers } = this.#options;
    const outcomes = new Map<NamedVersion, Shown>();
    const asking = await this.#asking(wanted);
    try {
      await firstOf(
        providers,
        async (provider) => {
          const open = wanted.versions.filter((named) => isWorthMore(outcomes.get(named)));
          const shown = await this.#ask(provider, asking, open);
          for (const [index, named] of open.entries())
            outcomes.set(named, shown[index] ?? refusedBy(undefined));
          const more = shown.find(isWorthMore);
          if (more?.status === 'rejected') throw more.reason;
        },
        { logger, mayGoOn: isWorthAnotherRequest },
      );
    } catch (error) {
      // What a provider could not do for one request, no other one could either; the others have what they have.
      for (const named of wanted.versions) if (!outcomes.has(named)) outcomes.set(named, refusedBy(error));
    }
    return wanted.versions.map((named) => {
      const outcome = outcomes.get(named) ?? refusedBy(undefined);
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
  async #ask(
    { providerId: relay, client }: ReachableProvider,
    asking: Asking,
    versions: readonly NamedVersion[],
  ): Promise<Shown[]> {
    const { patientId, reader } = asking;
    const requests = versions.map((named) => this.#sign(named, asking, relay));
    await this.#noteAsked(requests, reader, { patientId, relay });
    const shown: Shown[] = [];
    const released: (ReleasedAnswer & { readonly place: number })[] = [];
    for (const [place, answer] of (await askRelay(client, requests)).entries()) {
      const request = requests[place];
      if (request === undefined) continue;
      const { requestSid, named } = request;
      if (answer.status === 'rejected') shown[place] = answer;
      else released.push({ place, asked: { requestSid, patientId, relay, ...named }, ...answer.value });
    }
    const opened = await settledAll(released, () => openReleased(released, this.#options));
    const good = released.flatMap(({ place }, index) => {
      const one = opened[index];
      if (one?.status === 'fulfilled') return [{ place, opened: one.value }];
      shown[place] = refusedBy(one?.reason);
      return [];
    });
    const given = await settledAll(good, () =>
      this.#show(
        asking,
        good.map((each) => each.opened),
      ),
    );
    for (const [index, { place }] of good.entries()) shown[place] = given[index] ?? refusedBy(undefined);
    await this.#noteRefused(requests, shown);
    return shown;
  }

  #sign(named: NamedVersion, { patientId, reader, granteeTags }: Asking, relay: string): SignedRequest {
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

  async #show({ patientId, reader }: Asking, opened: readonly Opened[]): Promise<Shown[]> {
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

  async #noteRefused(requests: readonly SignedRequest[], shown: readonly Shown[]): Promise<void> {
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
const isWorthMore = (outcome: Shown | undefined): boolean =>
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
