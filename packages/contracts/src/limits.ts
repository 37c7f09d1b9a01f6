export { RECORD_MAX_BYTES, SCOPE_TAGS_MAX, TAG_GROUPS_MAX } from '@careledger/domain';
export { STATEMENT_MAX_CHARS, STATEMENT_MAX_SKEW_S } from '@careledger/statements/portable';

/** Devices of which one statement of settings says something. */
export const SETTINGS_DEVICES_MAX = 64;
/** Statements in one batch transaction; keeps a proposal well under Fabric's 10 MB `AbsoluteMaxBytes`. */
export const BATCH_MAX_ITEMS = 200;
/** Access requests that one transaction decides on, over all patients: a week of hourly records, and some. */
export const ACCESS_BATCH_MAX_ITEMS = 256;
/** Rows of one page of a query. */
export const PAGE_MAX_ROWS = 200;
/** Rows of a page unless asked otherwise. */
export const PAGE_DEFAULT_ROWS = 50;
/** Characters of a JWE that travels within a statement to those concerned. */
export const SEALED_MAX_CHARS = 8_192;
/** Age at which an access request expires, in seconds. */
export const ACCESS_REQUEST_MAX_AGE_S = 120;
/** Time from a permit's timestamp within which a release must start, in seconds. */
export const PERMIT_RELEASE_WINDOW_S = 30;
/** Grants in force that one patient may have for one authority: what a decision reads at most. */
export const GRANTS_PER_AUTHORITY_MAX = 64;
/** Of {@link GRANTS_PER_AUTHORITY_MAX}, those that delegates may have made: they leave room for the patient's own. */
export const DELEGATED_GRANTS_PER_AUTHORITY_MAX = 16;
/** Rules in force that one delegate and those whom it appointed may have made: what ends with it at most. */
export const RULES_PER_DELEGATION_MAX = 64;
/** Delegations from the patient's own to the signer's. */
export const DELEGATION_DEPTH_MAX = 3;
/** Delegations in force that the patient, or one delegate, may have made. */
export const DELEGATIONS_PER_APPOINTER_MAX = 8;
/** How long a guardianship lasts at most, in days: 12 months. A new statement renews it. */
export const GUARDIANSHIP_MAX_DAYS = 366;
/** How long after it was confirmed a recovery takes effect, in seconds: 24 h. */
export const RECOVERY_WAIT_S = 24 * 60 * 60;
/** How long after each organisation's word a recovery is over that waits for more, in seconds: 7 days. */
export const RECOVERY_LAPSES_AFTER_S = 7 * 24 * 60 * 60;
/** Subscription requests of one authority that may wait for one patient's answer. */
export const SUBSCRIPTIONS_PENDING_MAX = 8;
/** How long a request waits for the patient's answer before it lapses, in seconds: 30 days. */
export const SUBSCRIPTION_PENDING_MAX_S = 30 * 24 * 60 * 60;
/** Attestors' keys in force of one organisation. */
export const ATTESTORS_PER_MSP_MAX = 16;
/**
 * Time from a revocation on the ledger within which a provider has to attest that no wrap is left of whom it ended, in
 * seconds.
 */
export const WRAPS_DELETED_WITHIN_S = 60 * 60;
/** Time from the end of a grant within which its authority has to attest that its copy is destroyed, in seconds. */
export const COPY_DESTROYED_WITHIN_S = 60 * 60;
/**
 * How long after the key to which a patient's records are wrapped was replaced a provider takes new records that are
 * wrapped to the former one, in seconds: 24 h. An author who seals may not have heard.
 */
export const FORMER_PATIENT_KEY_TAKEN_S = 24 * 60 * 60;
/** How long after that the patient's gateway keeps the former key at least, in seconds: 48 h. */
export const FORMER_PATIENT_KEY_KEPT_S = 2 * FORMER_PATIENT_KEY_TAKEN_S;
/** Confirmations of a version's tags that its row keeps, newest last: what was known when, for a while. */
export const TAG_CONFIRMATIONS_KEPT = 4;
/** How late after its check-in a visit may reach the ledger and still be confirmed, in seconds: an outage, no invention. */
export const CHECK_IN_MAX_AGE_S = 24 * 60 * 60;
/** How far a check-in may lie from the visit that quotes it, in seconds: a waiting room, not another day. */
export const CHECK_IN_WINDOW_S = 4 * 60 * 60;
