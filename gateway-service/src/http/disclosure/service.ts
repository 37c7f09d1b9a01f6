import { records } from '@careledger/contracts';
import { disclosureBundle } from '@careledger/disclosure';
import { Timestamp, timestampOf, type ChannelName } from '@careledger/domain';
import { submitWithRetry, type LedgerChannel } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { fromCursor, toCursor } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { GatewayCore } from '../../core.js';
import type { DisclosurePage, DisclosureQuery } from './schemas.js';

export interface DisclosureServiceOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly ledger: { channel(name: ChannelName): Pick<LedgerChannel, 'endorse'> };
}

/** Before any attempt. */
const EARLIEST = '0000-01-01T00:00:00.000Z';
/** The period goes along, so that every page is of the same. */
const Place = Type.Object({ from: Timestamp, to: Timestamp, bookmark: Type.String({ minLength: 1 }) });

/** Disclosure statements: each page is what peers of independent organisations sign, and nothing of this gateway's own. */
export class DisclosureService {
  readonly #options: DisclosureServiceOptions;

  constructor(options: DisclosureServiceOptions) {
    this.#options = options;
  }

  /** A page of the attempts of a period, from `cloud`. @throws ProblemError as `onLedger` */
  async page(wantedPatientId: string, query: DisclosureQuery): Promise<DisclosurePage> {
    const { core, ledger } = this.#options;
    const { patientId } = core.patients.get(wantedPatientId);
    const { cursor, perPage, from, to, ...choice } = query;
    const place = cursor === undefined ? periodOf(from, to) : fromCursor(cursor, Place);
    const args = { patientId, ...choice, ...place, pageSize: perPage };
    const { result, envelope } = await onLedger(() =>
      // Peers whose copies of the channel differ for a moment sign different answers.
      submitWithRetry(() => ledger.channel('cloud').endorse(records, 'ListAccesses', args)),
    );
    const { bookmark } = result;
    const { entry, ...statement } = disclosureBundle(envelope);
    return {
      statement: { ...statement, entry: [...entry] },
      next: bookmark === '' ? null : toCursor({ ...periodOf(place.from, place.to), bookmark }),
    };
  }
}

/** With milliseconds, by which the ledger's keys sort. What has not happened yet is in no statement. */
function periodOf(from: string = EARLIEST, to?: string): { readonly from: string; readonly to: string } {
  const nowMs = Date.now();
  return {
    from: timestampOf(Date.parse(from)),
    to: timestampOf(to === undefined ? nowMs : Math.min(nowMs, Date.parse(to))),
  };
}
