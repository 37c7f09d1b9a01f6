import { readFileSync } from 'node:fs';
import {
  accessControl,
  records,
  type StoredRecordState,
  type AnnouncedRecordState,
} from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import {
  MemoryCheckpoints,
  MemoryJournal,
  allRows,
  connectLedger,
  loadConnection,
  type Ledger,
} from '@careledger/ledger';
import type { TrustRoots } from '@careledger/private-chain';
import type { RunningNetwork } from '@careledger/supervisor';
import { trustRootsOf } from '../client/trust-roots.js';

const CHAINCODES: readonly string[] = [accessControl.name, records.name];

/** What any member can read of both ledgers, without asking a service: the demo checks the services against it. */
export class LedgerView implements Disposable {
  readonly #ledger: Ledger;

  constructor(readonly network: RunningNetwork) {
    const mspId = 'HospitalMSP';
    const { certificateFile, privateKeyFile } = network.identity(mspId, 'user');
    this.#ledger = connectLedger({
      connection: loadConnection(network.connectionFile),
      mspId,
      peerMspIds: { cloud: ['PatientsMSP'] },
      certificatePem: readFileSync(certificateFile, 'utf8'),
      privateKeyPem: readFileSync(privateKeyFile, 'utf8'),
      journal: new MemoryJournal(),
      checkpoints: new MemoryCheckpoints(),
    });
  }

  /** VALID transactions of our chaincode in the blocks that the channel has now. */
  async countTransactions(name: ChannelName): Promise<number> {
    const channel = this.#ledger.channel(name);
    const height = await channel.height();
    const { signal } = new AbortController();
    let count = 0;
    for await (const { number, transactions } of channel.blocks({ signal })) {
      count += transactions.filter(
        ({ valid, chaincode }) => valid && chaincode !== undefined && CHAINCODES.includes(chaincode),
      ).length;
      if (number + 1n >= height) break;
    }
    return count;
  }

  /** Every stored record of a patient, in its newest version. */
  stored(patientId: string): Promise<StoredRecordState[]> {
    return allRows((page) =>
      this.#ledger.channel('cloud').evaluate(records, 'ListRecords', { patientId, ...page }),
    );
  }

  /** Every announced version of a patient's records. */
  announced(patientId: string): Promise<AnnouncedRecordState[]> {
    return allRows((page) =>
      this.#ledger.channel('authorities').evaluate(records, 'ListAnnouncements', { patientId, ...page }),
    );
  }

  /** Requests for a patient's records by what was decided, and record versions whose direct notice was shown. */
  async accesses(patientId: string): Promise<{ permitted: number; denied: number; noticesRead: number }> {
    const rows = await allRows((page) =>
      this.#ledger.channel('cloud').evaluate(records, 'ListAccesses', { patientId, ...page }),
    );
    const decided = (wanted: 'permit' | 'deny', by: 'request' | 'notice') =>
      rows.filter(({ basis, decision }) => basis === by && decision === wanted);
    // A stream that was cut shows a notice once more.
    const read = new Set(
      decided('permit', 'notice').map(({ recordId, version }) => `${recordId}/${version}`),
    );
    return {
      permitted: decided('permit', 'request').length,
      denied: decided('deny', 'request').length,
      noticesRead: read.size,
    };
  }

  /** Visits on channel `authorities` that have their related entry on `cloud`. */
  async visits(patientId: string): Promise<number> {
    const on = (channel: ChannelName) =>
      allRows((page) =>
        this.#ledger.channel(channel).evaluate(records, 'ListVisits', { patientId, ...page }),
      );
    const [visits, related] = await Promise.all([on('authorities'), on('cloud')]);
    const relatedIds = new Set(related.map((visit) => visit.visitId));
    return visits.filter((visit) => relatedIds.has(visit.visitId)).length;
  }

  /**
   * What a verifier of proofs believes: the attestors as registered. Endorsement on `authorities` asks for a majority of the
   * organisations with peers, and so does a proof.
   * @param organisations that attest
   */
  trustRoots(organisations: number): Promise<TrustRoots> {
    const threshold = Math.floor(organisations / 2) + 1;
    return trustRootsOf(this.#ledger, { networkId: this.network.networkId, threshold });
  }

  [Symbol.dispose](): void {
    this.#ledger.close();
  }
}
