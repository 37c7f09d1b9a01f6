/** Why a write of a former release was given up: no ledger takes its statements any more. As the migration says it. */
export const FORMAT_RETIRED = 'FORMAT_RETIRED';
/** `context` of the bundle that direct notices of the former form carried, sealed to the authority. */
export const FORMER_NOTICE_CONTEXT = 'emergency-notice';
