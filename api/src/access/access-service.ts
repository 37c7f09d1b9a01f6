import { randomId128 } from '@careledger/crypto';
import { AccessState } from '@careledger/contracts';
import { isUnavailable } from '@careledger/delivery';
import type { PurposeOfUse } from '@careledger/domain';
import { AccessAnswer, PROVIDER_ROUTES } from '@careledger/protocol';
import { HttpClientError, ProblemError, type Logger } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import type { Issuer } from '../issuer.js';
import type { Outbox } from '../outbox/outbox.js';
import type { Person, Vouching } from '../policy/vouching.js';
import { problem } from '../problem.js';
import type { ProblemCode } from '../problems.js';
import { firstOf, type Providers, type ReachableProvider } from '../providers/providers.js';
import type { Store } from '../store/store.js';
import type { AccessLog } from './access-log.js';
import type { Receipts } from './receipts.js';
import { openReleased, type Opened, type OpeningOptions } from './released-record.js';

export interface AccessServiceOptions extends OpeningOptions {
  readonly issuer: Issuer;
  readonly providers: Providers;
  readonly store: Store;
  readonly log: AccessLog;
  readonly receipts: Receipts;
  readonly vouching: Vouching;
  readonly outbox: () => Outbox;
  /** Counts what became of requests. */
  readonly count: (outcome: string) => void;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface RecordWanted {
  readonly patientId: string;
  readonly recordId: string;
  readonly version?: number;
  readonly purpose: PurposeOfUse;
  readonly person: Person;
  /** Name of the bearer token. */
  readonly caller?: string;
}

/** Problems of a provider with a permit or with its neighbours: another request, or another provider, may do. */
const WORTH_ANOTHER_REQUEST: ReadonlySet<string> = new Set([
  'PERMIT_EXPIRED',
  'PERMIT_USED',
  'PERMIT_INVALID',
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

  /** @throws ProblemError ACCESS_DENIED, RECORD_UNKNOWN, RECORD_ALTERED, PROVIDER_UNREACHABLE, … */
  async open(wanted: RecordWanted): Promise<Opened> {
    const { count, logger, providers, vouching } = this.#options;
    try {
      const granteeTags = await vouching.granteeTags(wanted.patientId, wanted.person);
      const opened = await firstOf(providers, (provider) => this.#ask(provider, wanted, granteeTags), {
        logger,
        mayGoOn: isWorthAnotherRequest,
      });
      count('opened');
      return opened;
    } catch (error) {
      const refusal = error instanceof HttpClientError ? unreachable(error) : error;
      count(codeOf(refusal));
      throw refusal;
    }
  }

  async #ask(provider: ReachableProvider, wanted: RecordWanted, granteeTags: string[]): Promise<Opened> {
    const { issuer } = this.#options;
    const { patientId, recordId, version, purpose, person } = wanted;
    const requestSid = randomId128();
    const statement = issuer.make(
      'accessRequest',
      ['cloud'],
      {
        patientId,
        recordId,
        ...(version !== undefined && { version }),
        purpose,
        granteeTags,
        ...(person.practitionerId !== undefined && { practitionerId: person.practitionerId }),
      },
      requestSid,
    );
    await this.#noteAsked(requestSid, wanted, provider.providerId);
    try {
      const answer = await provider.client.call('POST', PROVIDER_ROUTES.access, {
        body: { statement },
        result: AccessAnswer,
      });
      const opened = await openReleased(
        answer,
        { requestSid, patientId, recordId, ...(version !== undefined && { version }) },
        this.#options,
      );
      await this.#noteOpened(opened);
      return opened;
    } catch (error) {
      const refusal = refusalOf(error);
      await this.#noteRefused(requestSid, refusal);
      throw refusal;
    }
  }

  async #noteAsked(requestSid: string, wanted: RecordWanted, providerId: string): Promise<void> {
    const { log, store } = this.#options;
    const { patientId, recordId, purpose, person } = wanted;
    await store.commit(() =>
      log.asked({
        requestSid,
        patientId,
        recordId,
        version: wanted.version ?? null,
        purpose,
        practitionerId: person.practitionerId ?? null,
        unit: person.unit ?? null,
        caller: wanted.caller ?? null,
        providerId,
      }),
    );
  }

  async #noteOpened(opened: Opened): Promise<void> {
    const { log, outbox, receipts, store } = this.#options;
    const { requestSid, version, decision, reason, txId } = opened.access;
    await store.commit(() => {
      log.answered(requestSid, { version, decision, reason, txId, outcome: 'opened' });
      receipts.sign(opened);
    });
    outbox().wake();
  }

  async #noteRefused(requestSid: string, error: unknown): Promise<void> {
    const { log, store } = this.#options;
    const access = error instanceof ProblemError ? error.members['access'] : undefined;
    await store.commit(() => {
      if (Value.Check(AccessState, access)) {
        const { version, decision, reason, txId } = access;
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

/** A provider's final refusal as our problem; what another provider may mend comes back as it is. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof HttpClientError) || isWorthAnotherRequest(error)) return error;
  const { problem: given } = error;
  const reason = typeof given?.['reason'] === 'string' ? given['reason'] : (given?.code ?? error.code);
  const access = given?.['access'];
  if (given?.code === 'ACCESS_DENIED' && Value.Check(AccessState, access))
    return problem('ACCESS_DENIED', `Denied: ${access.reason}`, {
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
