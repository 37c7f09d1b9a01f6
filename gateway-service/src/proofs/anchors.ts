import { records, type HeadState } from '@careledger/contracts';
import { allRows } from '@careledger/ledger';
import type { Gateway } from '../gateway.js';

/** Every anchor of a patient, by height. */
export function anchorsOf(gateway: Gateway, patientId: string): Promise<HeadState[]> {
  return allRows((page) =>
    gateway.ledger.channel('authorities').evaluate(records, 'ListAnchors', { patientId, ...page }),
  );
}
