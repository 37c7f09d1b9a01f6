import { randomId128, sha256 } from '@careledger/crypto';
import { AccessState, records } from '@careledger/contracts';
import { isUnavailable } from '@careledger/delivery';
import { recordIdOf } from '@careledger/domain';
import { orUndefined } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { AccessAnswer, PROVIDER_ROUTES } from '@careledger/protocol';
import { HttpClientError, ProblemError, type Logger } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import type { Issuer } from '../issuer.js';
import type { Outbox } from '../outbox/outbox.js';
import type { Vouching } from '../policy/vouching.js';
import { problem, type ProblemCode } from '../problems.js';
import { firstOf, type Providers, type ReachableProvider } from '../providers/providers.js';
import type { Store } from '../store/store.js';
import type { AccessLog } from './access-log.js';
import type { ReadGate } from './read-gate.js';
import type { Reader } from './reader.js';
import type { Receipts } from './receipts.js';
import { openReleased, type Opened, type OpeningOptions, type Permit } from './released-record.js';

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

export interface RecordWanted {
  readonly patientId: string;
  readonly recordId: string;
  readonly version?: number;
  readonly reader: Reader;
}

/** What somebody who may see it gets to see. */
export interface ShownRecord {
  /** FHIR R4 JSON as its author wrote it. */
  readonly json: string;
  readonly access: Permit;
}

/** Problems of a provider with a permit or with its neighbours: another request, or another provider, may do. */
const WORTH_ANOTHER_REQUEST: ReadonlySet<string> = new Set([
  'PERMIT_EXPIRED',
  'PERMIT_USED',
  'PERMIT_INVALID',
  'POLICY_CHANGED',
  'PROVIDER_UNREACHABLE',
  'BLOB_MISSING',
  'BLOB_DAMAGED',
]);
/** Chaincode's reasons that have a problem of their own here. */
const REASONS: Readonly<Record<string, ProblemCode>> = {
  RECORD_UNKNOWN: 'RECORD_UNKNOWN',
  PATIENT_UNKNOWN: 'PATIENT_UNKNOWN',
  PRACTITIONER_UNKNOWN: 'PRACTITIONER_UNKNOWN',
};

/** Scenario 2, the requester's side: ask, check, open, sign for it. Each request is in the own log before it leaves. */
export class AccessService {
  readonly #options: AccessServiceOptions;

  constructor(options: AccessServiceOptions) {
    this.#options = options;
  }

  /** @throws ProblemError ACCESS_DENIED, READ_REFUSED, RECORD_UNKNOWN, RECORD_ALTERED, PROVIDER_UNREACHABLE, … */
  async open(wanted: RecordWanted): Promise<ShownRecord> {
    const { count, gate, logger, providers, vouching } = this.#options;
    const { patientId, reader } = wanted;
    try {
      const person = gate.personOf(reader);
      const granteeTags = await vouching.granteeTags(patientId, person, 'read', reader.purpose);
      const named = { ...wanted, version: wanted.version ?? (await this.#newest(wanted)) };
      const shown = await firstOf(providers, (provider) => this.#ask(provider, named, granteeTags), {
        logger,
        mayGoOn: isWorthAnotherRequest,
      });
      count('opened');
      return shown;
    } catch (error) {
      const refusal = error instanceof HttpClientError ? unreachable(error) : error;
      count(codeOf(refusal));
      throw refusal;
    }
  }

  /** The first one where there is none: who asks for what is not there is on record. */
  async #newest({ patientId, recordId }: RecordWanted): Promise<number> {
    const { channels, witnesses } = this.#options;
    const newest = await onLedger(() =>
      witnesses.look((peerMspId) =>
        orUndefined(
          channels.cloud.evaluate(records, 'GetRecord', { patientId, recordId }, { peerMspId }),
          'RECORD_UNKNOWN',
        ),
      ),
    );
    return newest?.version ?? 1;
  }

  /** One signed request for one provider: no other one can spend its permit. */
  async #ask(
    provider: ReachableProvider,
    wanted: RecordWanted & { readonly version: number },
    granteeTags: string[],
  ): Promise<ShownRecord> {
    const { gate, issuer } = this.#options;
    const { patientId, recordId, version, reader } = wanted;
    const { providerId: relay, client } = provider;
    const { practitionerId } = gate.personOf(reader);
    const requestSid = randomId128();
    const statement = issuer.make(
      'accessRequest',
      ['cloud'],
      {
        patientId,
        recordId,
        version,
        purpose: reader.purpose,
        granteeTags,
        ...(practitionerId !== undefined && { practitionerId }),
        relay,
      },
      requestSid,
    );
    await this.#noteAsked(requestSid, wanted, relay);
    try {
      const answer = await client.call('POST', PROVIDER_ROUTES.access, {
        body: { statement },
        result: AccessAnswer,
      });
      const asked = { requestSid, patientId, recordId, version, relay };
      return await this.#show(reader, await openReleased(answer, asked, this.#options));
    } catch (error) {
      const refusal = refusalOf(error);
      await this.#noteRefused(requestSid, refusal);
      throw refusal;
    }
  }

  async #show(reader: Reader, opened: Opened): Promise<ShownRecord> {
    const { gate, log, outbox, receipts } = this.#options;
    const { access, stored } = opened;
    const { requestSid, patientId, version, decision, reason, txId } = access;
    const json = await gate.record(reader, {
      patientId,
      tagGroups: stored.tagGroups,
      period: stored.period,
      author: this.#authorOf(opened),
      unread: opened.json,
      note: () => {
        log.answered(requestSid, { version, decision, reason, txId, outcome: 'opened' });
        receipts.sign(opened);
      },
    });
    outbox.wake();
    return { json, access };
  }

  /** Whose knowledge it is: who made the record knows it, and so does who made this version of it. */
  #authorOf({ stored }: Opened): string {
    const { authorityId } = this.#options;
    const { patientId, recordId, seed, author } = stored;
    return recordIdOf({ author: authorityId, patientId, seed }, sha256) === recordId ? authorityId : author;
  }

  async #noteAsked(requestSid: string, wanted: RecordWanted, providerId: string): Promise<void> {
    const { gate, log, store } = this.#options;
    const { patientId, recordId, reader } = wanted;
    const { practitionerId, unit } = gate.personOf(reader);
    await store.commit(() =>
      log.asked({
        requestSid,
        patientId,
        recordId,
        version: wanted.version ?? null,
        purpose: reader.purpose,
        practitionerId: practitionerId ?? null,
        unit: unit ?? null,
        caller: reader.principal.name ?? null,
        providerId,
      }),
    );
  }

  async #noteRefused(requestSid: string, error: unknown): Promise<void> {
    const { log, store } = this.#options;
    const access = error instanceof ProblemError ? error.members['access'] : undefined;
    await store.commit(() => {
      if (Value.Check(AccessState, access)) {
        const { version = null, decision, reason, txId } = access;
        log.answered(requestSid, { version, decision, reason, txId, outcome: 'denied' });
      } else log.answered(requestSid, { outcome: codeOf(error) });
    });
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'INTERNAL_ERROR';
}

const isWorthAnotherRequest = (error: HttpClientError): boolean =>
  isUnavailable(error) || WORTH_ANOTHER_REQUEST.has(error.problem?.code ?? '');

/** A provider's final refusal as our problem; where another provider may do better, the error comes back as it is. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof HttpClientError) || isWorthAnotherRequest(error)) return error;
  const { problem: given } = error;
  const reason = typeof given?.['reason'] === 'string' ? given['reason'] : (given?.code ?? error.code);
  const access = given?.['access'];
  if (given?.code === 'ACCESS_DENIED' && Value.Check(AccessState, access))
    // A denial is on the ledger, also the one that there is nothing to decide about.
    return problem(REASONS[access.reason] ?? 'ACCESS_DENIED', `Denied: ${access.reason}`, {
      cause: error,
      members: { reason: access.reason, txId: access.txId, access },
    });
  const code = REASONS[reason] ?? 'ACCESS_REFUSED';
  const txId = given?.['txId'];
  return problem(code, error.message, {
    cause: error,
    members: { reason, ...(typeof txId === 'string' && { txId }) },
  });
}

const unreachable = (cause: HttpClientError) =>
  problem('PROVIDER_UNREACHABLE', cause.message, {
    cause,
    members: { reason: cause.problem?.code ?? cause.code },
  });
