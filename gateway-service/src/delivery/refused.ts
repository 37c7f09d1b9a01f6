import type { RaisedAlarms } from '../records/handover.js';
import type { OwnVersion } from '../records/own-version.js';

/** Within a transaction. An emergency that no ledger takes reaches fewer people than it should: the patient is told. */
export function raiseRefused(
  { technicalAlarms, clock }: { readonly technicalAlarms: RaisedAlarms; readonly clock: () => number },
  { patientNo, kind, source: subject }: OwnVersion,
): void {
  if (kind !== 'emergency') return;
  technicalAlarms.raise({ patientNo, cause: 'record-refused', subject, raisedMs: clock() });
}
