import { records } from '@careledger/contracts';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { orUndefined } from '@careledger/ledger';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { ReceivedStore, ReceivedVersion } from '../received/received-store.js';
import type { GatewayStore } from '../store/index.js';
import type { Comparison, Found } from './difference.js';

/** Versions that are read at a time. */
const VERSIONS_PER_PAGE = 200;

export interface ConfirmationsComparisonOptions {
  readonly ledger: LedgerReader;
  readonly received: Pick<ReceivedStore, 'confirmed' | 'forgetConfirmed'>;
  readonly store: Pick<GatewayStore, 'deferred'>;
  /** `received/confirmer.ts`. */
  readonly confirmer: { add(patientNo: number, versionNo: number): void };
}

/** The tags of what authorities have written: what this gateway holds for confirmed, and what each channel has. */
export class ConfirmationsComparison implements Comparison {
  readonly #options: ConfirmationsComparisonOptions;

  constructor(options: ConfirmationsComparisonOptions) {
    this.#options = options;
  }

  async compare(patient: Patient, signal: AbortSignal): Promise<Found[]> {
    const found: Found[] = [];
    for (let after = 0; ;) {
      const page = this.#options.received.confirmed(patient.patientNo, after, VERSIONS_PER_PAGE);
      for (const version of page) {
        signal.throwIfAborted();
        found.push(...(await this.#compareOne(patient, version)));
        after = version.versionNo;
      }
      if (page.length < VERSIONS_PER_PAGE) return found;
    }
  }

  async #compareOne(patient: Patient, version: ReceivedVersion): Promise<Found[]> {
    const { store, received, confirmer } = this.#options;
    const { versionNo, confirmedBy, recordId } = version;
    const found: Found[] = [];
    for (const channel of CHANNELS) {
      if (confirmedBy[channel] === null || (await this.#isConfirmed(patient, version, channel))) continue;
      found.push({
        ...{ code: 'CONFIRMATION_MISSING', channel, about: `${recordId}/${version.version}` },
        repair: () => {
          store.deferred(() => received.forgetConfirmed(versionNo, channel));
          confirmer.add(patient.patientNo, versionNo);
        },
      });
    }
    return found;
  }

  /** A version that the channel does not have is another comparison's. */
  async #isConfirmed(
    { patientId }: Patient,
    { recordId, version }: ReceivedVersion,
    channel: ChannelName,
  ): Promise<boolean> {
    const named = { patientId, recordId, version };
    const { ledger } = this.#options;
    const row =
      channel === 'cloud'
        ? await orUndefined(ledger.channel(channel).evaluate(records, 'GetRecord', named), 'RECORD_UNKNOWN')
        : await orUndefined(
            ledger.channel(channel).evaluate(records, 'GetAnnouncement', named),
            'RECORD_UNKNOWN',
          );
    return row === undefined || (row.confirmations ?? []).length > 0;
  }
}
