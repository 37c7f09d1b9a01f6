import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import type { FlushAllView, FlushView, OutboxView } from './schemas.js';
import type { StatisticsView } from './statistics-schemas.js';

const { patientId, authorityId, recordId, txId } = EXAMPLE;

export const flushed: FlushView = {
  patientId,
  isDrained: true,
  due: 0,
  open: 0,
  consent: 0,
  rewraps: 0,
  confirmations: 0,
  anchoredHeight: 42,
};
export const allFlushed: FlushAllView = { isDrained: true, patients: [flushed] };

export const outbox: OutboxView = {
  due: 1,
  deferred: 0,
  open: { emergency: 0, periodic: 1 },
  consent: 0,
  rewraps: 0,
  confirmations: 0,
  oldestAgeMs: 840,
  unmade: { total: 0, newest: [] },
  undelivered: { total: 1, newest: [{ patientId, authorityId, code: 'NOT_SUBSCRIBED', at: EXAMPLE.at[2] }] },
  workers: [
    { name: 'make-emergency', waiting: 0, running: 0, failures: 0, lastError: null },
    { name: 'make-periodic', waiting: 0, running: 1, failures: 0, lastError: null },
  ],
  ledgerAway: null,
  providersResting: [],
  reconciliation: { comparedMs: Date.parse(EXAMPLE.at[2]), differences: [] },
};

const raisedMs = Date.parse(EXAMPLE.at[1]);
export const statistics: StatisticsView = {
  patients: 2,
  devices: 2,
  frames: 5_420,
  readings: 5_420,
  framesRejected: { FRAME_PREV_MISMATCH: 1 },
  framesDuplicate: 3,
  gaps: 0,
  implausible: 2,
  blocks: 86,
  blocksAnchored: 84,
  records: { periodic: 96, emergency: 1, detail: 2 },
  alarms: { high: 1, medium: 0, low: 0 },
  stored: { records: 99, versions: 101 },
  announced: { records: 99, versions: 101 },
  refused: { records: 0, versions: 0 },
  emergencies: [
    {
      recordId,
      patientNo: 1,
      arrivedMs: raisedMs,
      madeMs: raisedMs + 43,
      storedMs: raisedMs + 909,
      announcedMs: raisedMs + 2_070,
      notices: [{ authorityId, status: 'sent', sentMs: raisedMs + 621 }],
    },
  ],
  at: EXAMPLE.at[3],
};

export const attested = {
  statement: exampleStatement('attestation', { channel: 'authorities', txId, code: 'VALID' }, 'PatientsMSP'),
};
