import { exactJson } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { EnvelopeError } from '@careledger/envelope';
import { FhirError } from '@careledger/fhir';
import { onLedger } from '@careledger/ledger/service';
import { HttpClientError, ProblemError, fromCursor, pageOfRows } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { GatewayCore } from '../../core.js';
import type { ProblemCode } from '../../problems.js';
import type { ReceivedOpener } from '../../received/opener.js';
import type { ReceivedStore, ReceivedVersion } from '../../received/received-store.js';
import { isTrue } from '../../records/scope.js';
import type { ListQuery } from '../schemas.js';
import type { OpenedReceived, ReceivedPage, ReceivedView } from './schemas.js';

/** A version is opened while somebody waits. */
const OPENING_MAX_MS = 20_000;

export interface ReceivedServiceOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly received: Pick<ReceivedStore, 'list' | 'find'>;
  readonly opener: Pick<ReceivedOpener, 'open'>;
}

/** Records that authorities have written of a patient. */
export class ReceivedService {
  readonly #options: ReceivedServiceOptions;

  constructor(options: ReceivedServiceOptions) {
    this.#options = options;
  }

  /** Every version, last heard first. @throws ProblemError CURSOR_INVALID */
  list(patientId: string, { cursor, limit }: ListQuery): ReceivedPage {
    const { core, received } = this.#options;
    const { patientNo } = core.patients.get(patientId);
    const before = cursor === undefined ? undefined : fromCursor(cursor, Type.Integer());
    const rows = received.list(patientNo, { before, limit: limit + 1 });
    const page = pageOfRows(rows, limit, ({ versionNo }) => versionNo);
    return { records: page.rows.map((row) => viewOf(patientId, row)), next: page.next };
  }

  /**
   * The newest version unless one is named.
   * @throws ProblemError RECORD_NOT_FOUND, RECORD_UNREADABLE, PROVIDER_UNREACHABLE, LEDGER_UNAVAILABLE
   */
  async open(patientId: string, recordId: string, wantedVersion?: number): Promise<OpenedReceived> {
    const { core, received, opener } = this.#options;
    const patient = core.patients.get(patientId);
    const row = received.find(patient.patientNo, recordId, wantedVersion);
    if (row === undefined || row.stored === null)
      throw new ProblemError<ProblemCode>(
        'RECORD_NOT_FOUND',
        `No such version of ${recordId} was heard of here`,
      );
    const { stored } = row;
    try {
      const signal = AbortSignal.timeout(OPENING_MAX_MS);
      const { json } = await onLedger(() => opener.open(patient, stored, signal));
      // Written again as its author wrote it, numbers to the letter.
      return { record: viewOf(patientId, row), content: exactJson(json) };
    } catch (cause) {
      throw refusalOf(cause);
    }
  }
}

function refusalOf(cause: unknown): unknown {
  if (cause instanceof EnvelopeError || cause instanceof FhirError)
    return new ProblemError<ProblemCode>('RECORD_UNREADABLE', `${cause.code}: ${cause.message}`, {
      cause,
      members: { reason: cause.code },
    });
  if (cause instanceof HttpClientError)
    return new ProblemError<ProblemCode>('PROVIDER_UNREACHABLE', cause.message, {
      cause,
      members: { reason: cause.problem?.code ?? cause.code },
    });
  return cause;
}

function viewOf(patientId: string, row: ReceivedVersion): ReceivedView {
  const { recordId, version, stored, confirmedBy, heardMs } = row;
  const reason = reasonOf(row);
  return {
    ...{ recordId, version, patientId },
    ...(stored !== null && {
      ...{ author: stored.author, kind: stored.kind, period: stored.period, storedAt: stored.storedAt },
    }),
    tags: tagsOf(row),
    ...(reason !== undefined && { reason }),
    ...(confirmedBy.cloud !== null && { cloudTxId: confirmedBy.cloud }),
    ...(confirmedBy.authorities !== null && { authoritiesTxId: confirmedBy.authorities }),
    heardAt: timestampOf(heardMs),
  };
}

/** By `cloud`, where accesses are decided. */
function tagsOf({ stored, found, confirmedBy }: ReceivedVersion): ReceivedView['tags'] {
  if (stored === null || found === null || confirmedBy.cloud === null) return 'unconfirmed';
  return isTrue(stored.tagGroups, found.tagGroups) ? 'confirmed' : 'corrected';
}

function reasonOf({ failure, found }: ReceivedVersion): string | undefined {
  if (failure !== null) return failure;
  if (found === null) return undefined;
  if (found.isUncategorised) return 'CATEGORY_MISSING';
  return found.tagGroups.length === 0 ? 'TAG_GROUPS_OVERFLOW' : undefined;
}
