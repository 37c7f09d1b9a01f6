import { records, type AttestationState } from '@careledger/contracts';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { everyRow, isAttested, type LedgerChannel } from '@careledger/ledger';
import type { Patient } from '../patients/index.js';
import type { Comparison, Found } from './difference.js';

type Channel = Pick<LedgerChannel, 'evaluate' | 'findTransaction'>;

export interface AttestationsComparisonOptions {
  readonly ledger: { channel(name: ChannelName): Channel };
}

/**
 * What organisations attest of the transactions that anchor a patient's chain, or store the patient's records, and what
 * this organisation's peer has.
 */
export class AttestationsComparison implements Comparison {
  readonly #options: AttestationsComparisonOptions;

  constructor(options: AttestationsComparisonOptions) {
    this.#options = options;
  }

  async compare(patient: Patient, signal: AbortSignal): Promise<Found[]> {
    const found: Found[] = [];
    for (const name of CHANNELS) {
      const channel = this.#options.ledger.channel(name);
      for (const txId of await transactionsOn(name, channel, patient)) {
        signal.throwIfAborted();
        const { attestations } = await channel.evaluate(records, 'GetAttestations', { channel: name, txId });
        if (attestations.length === 0) continue;
        const contradicted = await contradictedOf(channel, txId, attestations);
        found.push(
          ...contradicted.map(({ mspId }): Found => ({
            ...{ code: 'ATTESTATION_CONTRADICTED', channel: name, about: `${mspId}/${txId}` },
          })),
        );
      }
    }
    return found;
  }
}

/** Each once: chains are anchored together, and records stored together. */
async function transactionsOn(
  name: ChannelName,
  channel: Channel,
  { patientId }: Patient,
): Promise<ReadonlySet<string>> {
  const rows =
    name === 'authorities'
      ? everyRow((page) => channel.evaluate(records, 'ListAnchors', { patientId, ...page }))
      : everyRow((page) => channel.evaluate(records, 'ListRecords', { patientId, ...page }));
  const ids = new Set<string>();
  for await (const { txId } of rows) ids.add(txId);
  return ids;
}

async function contradictedOf(
  channel: Channel,
  txId: string,
  attestations: readonly AttestationState[],
): Promise<AttestationState[]> {
  const transaction = await channel.findTransaction(txId);
  return attestations.filter((attestation) => !isAttested(transaction, attestation));
}
