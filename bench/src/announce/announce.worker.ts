import type { TestPatient } from '@careledger/chaincode-runtime/testing';
import { accessControl, records, type BatchResult } from '@careledger/contracts';
import { someAtOnce } from '@careledger/examples';
import type { LedgerChannel } from '@careledger/ledger';
import { BenchError } from '../errors.js';
import { connectAs, type LedgerConnection } from '../ledger/connect.js';
import { serveWorker } from '../worker/serve.js';
import { announcementOf, newPatient } from './announcements.js';

const MS_PER_S = 1_000;
const REGISTER_IN_FLIGHT = 32;
/** As long as Fabric's own: all that is in flight is endorsed by one chaincode, one after the other. Milliseconds. */
const LONG_TIMEOUTS = { endorseMs: 30_000, commitStatusMs: 30_000 };

let channel: LedgerChannel | undefined;
let patients: TestPatient[] = [];
let announced = 0;

function connected(): LedgerChannel {
  if (channel === undefined) throw new Error('The ledger was not connected');
  return channel;
}

const handlers = {
  /** Connects as a gateway does, and registers patients. */
  async open({ networkId, patients: count, channel: name, ...connection }: OpenRequest): Promise<void> {
    channel = connectAs(connection, LONG_TIMEOUTS).channel(name);
    patients = Array.from({ length: count }, () => newPatient(networkId));
    const register = (patient: TestPatient) =>
      connected().submit(accessControl, 'RegisterPatient', { statement: patient.registration() });
    await someAtOnce(patients, register, REGISTER_IN_FLIGHT);
  },
  /** Announces records, so many in each transaction, of a patient each. Records a second, signed beforehand. */
  async round({ transactions, inFlight, recordsEach }: AnnounceRound): Promise<number> {
    if (recordsEach > patients.length) throw new RangeError('A transaction has a patient’s record once');
    const batches = Array.from({ length: transactions }, () =>
      patients.slice(0, recordsEach).map(announcementOf),
    );
    const announce = async (items: string[]): Promise<void> => {
      const { result } = await connected().submit(records, 'AnnounceRecords', { items });
      requireTaken(result);
    };
    const beginMs = performance.now();
    await someAtOnce(batches, announce, inFlight);
    announced += transactions * recordsEach;
    return (transactions * recordsEach * MS_PER_S) / (performance.now() - beginMs);
  },
  /** @throws BenchError `MEASURE_INVALID` unless each record that was announced has its own row on the ledger */
  async check(): Promise<void> {
    let rows = 0;
    for (const { id: patientId } of patients) {
      let bookmark: string | undefined;
      do {
        const page = await connected().evaluate(records, 'ListAnnouncements', {
          patientId,
          ...(bookmark !== undefined && { bookmark }),
        });
        rows += page.rows.length;
        bookmark = page.bookmark === '' ? undefined : page.bookmark;
      } while (bookmark !== undefined);
    }
    if (rows !== announced)
      throw new BenchError(
        'MEASURE_INVALID',
        `${announced} records were announced, ${rows} are on the ledger`,
      );
  },
};

function requireTaken({ items }: BatchResult): void {
  const refused = items.find(({ code }) => code !== 'OK');
  if (refused !== undefined) throw new BenchError('MEASURE_INVALID', `An announcement was ${refused.code}`);
}

interface OpenRequest extends LedgerConnection {
  readonly channel: string;
  /** `aud` of statements. */
  readonly networkId: string;
  /** As many as a transaction has records at most. */
  readonly patients: number;
}

export interface AnnounceRound {
  readonly transactions: number;
  readonly inFlight: number;
  readonly recordsEach: number;
}

export type AnnounceWorker = typeof handlers;

serveWorker(handlers);
