import { records, type HeadState } from '@careledger/contracts';
import { allRows } from '@careledger/ledger';
import type { LedgerReader } from '../../ledger-access/ledger-link.js';

/** Every anchor of a patient, by height. */
export function anchorsOf(ledger: LedgerReader, patientId: string): Promise<HeadState[]> {
  return allRows((page) =>
    ledger.channel('authorities').evaluate(records, 'ListAnchors', { patientId, ...page }),
  );
}
