export { AttestationsComparison } from './attestations.js';
export { ConfirmationsComparison } from './confirmations.js';
export { DeletionsComparison } from './deletions.js';
export { DIFFERENCE_CODES, type DifferenceCode } from './difference.js';
export { GrantsComparison } from './grants.js';
export { Reconciliation } from './reconciliation.js';
export { RecordsComparison } from './records.js';
export { VisitsComparison } from './visits.js';
export { WrapsComparison } from './wraps.js';
