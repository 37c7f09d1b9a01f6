/**
 * Every code that the chaincode answers with, and what it means. A failed transaction's message is the JSON text
 * `{"code": …, "message": …, "details": …}`; a batch's item carries its code in `{sid, code}`.
 */
export const CONTRACT_CODES = {
  // any transaction
  ARGUMENT_INVALID:
    'The argument is not the JSON that the function’s schema asks for; details name the path.',
  CALLER_REFUSED: 'The identity that signed the proposal may not call this function.',
  WRONG_CHANNEL: 'The function does not work on this channel.',
  FUNCTION_UNKNOWN: 'The chaincode has no function of this name.',
  // statements
  STATEMENT_MALFORMED:
    'Not a compact JWS with exactly alg, typ and kid, or its payload is not by the schema.',
  STATEMENT_TYPE_MISMATCH: 'The statement is of a type that this function does not take.',
  STATEMENT_AUDIENCE_MISMATCH: 'The statement was made for another network.',
  STATEMENT_CHANNEL_MISMATCH: 'The statement was not made for this channel.',
  STATEMENT_KEY_UNKNOWN:
    'The key that the statement names is not registered for its issuer, or was rotated away.',
  STATEMENT_SIGNATURE_INVALID: 'The signature does not verify, or breaks the Ed25519 rule.',
  STATEMENT_EXPIRED: 'An access request older than 120 s.',
  STATEMENT_FROM_FUTURE: 'The statement’s time lies more than 120 s after the transaction’s.',
  STATEMENT_TOO_LARGE: 'The statement is larger than the limit.',
  STATEMENT_ID_REUSED: 'The issuer has used this statement id for other content.',
  STATEMENT_ISSUER_MISMATCH: 'The issuer is not the one who may decide this.',
  // batches
  BATCH_DUPLICATE_SUBJECT:
    'A second item about the same patient, of access requests about the same version, in one transaction; send it in the next.',
  // registrations
  PATIENT_EXISTS: 'The patient is registered already, with other keys.',
  PATIENT_UNKNOWN: 'No such patient is registered on this channel.',
  PATIENT_ID_MISMATCH: 'The patient id is not the hash of the consent key.',
  ORGANISATION_ID_MISMATCH: 'The id is not the one that the organisation’s MSP ID gives.',
  AUTHORITY_EXISTS: 'The authority, or another one of this organisation, is registered already.',
  AUTHORITY_UNKNOWN: 'No such authority is registered on this channel.',
  PROVIDER_EXISTS: 'The provider, or another one of this organisation, is registered already.',
  PROVIDER_UNKNOWN: 'No such provider is registered on this channel.',
  PRACTITIONER_UNKNOWN: 'No such practitioner is registered within the authority.',
  ATTESTOR_UNKNOWN: 'The key is not registered as an attestor of the organisation, or was withdrawn.',
  ATTESTOR_LIMIT:
    'The organisation has as many attestors, or attestations of this transaction, as it may have.',
  KEY_PROOF_INVALID: 'The proof of possession of a key does not verify.',
  KEY_UNCHANGED: 'The new key is the current one.',
  KEY_REUSED: 'The key was used before; rotation needs a fresh one.',
  RECOVERY_ROLE_MISSING:
    'The organisation has no role in recoveries on this network, or none any more: its operators name who does.',
  RECOVERY_UNKNOWN: 'The patient has no recovery with this id.',
  RECOVERY_OVER:
    'The recovery is over: it was objected to, has taken effect, or has lapsed. Open another one.',
  RECOVERY_MISMATCH:
    'A recovery is confirmed once, by an organisation of the other role, for the same key and reason; that key takes over.',
  RECOVERY_NOT_DUE: 'The recovery is not confirmed, or its time has not come; details say when it does.',
  RECOVERY_UNOBJECTABLE:
    'Two organisations say that somebody else has the key: its objection does not count.',
  RECOVERY_PENDING:
    'A recovery of the patient’s key is confirmed: until it is over, the key in force gives nothing and appoints nobody.',
  // consent
  POLICY_SEQ_REUSED: 'The patient has used this policy sequence number for another statement.',
  GRANT_EXISTS: 'A grant with this id is recorded already.',
  GRANT_REVOKED: 'The grant was revoked (a tombstone stands), or lies under a revoke-all.',
  GRANT_UNKNOWN: 'The patient has no grant with this id.',
  GRANT_PERIOD_INVALID: 'The grant, or the time of the records that it names, ends before it begins.',
  GRANT_TERMS_INVALID:
    'A grant names one authority. A denial is not delegable, brings no notices and approves no subscription; one of any authority names nobody within, one that names somebody within says to the authority, sealed, who that is. A copy is of what may be read, for one of the purposes, and only in answer to a request for it. Single measured values are of what may be read; no denial names them.',
  COPY_NOT_ENDED: 'The grant lasts: the copy that it lets be kept has not ended.',
  COPY_END_TIME_INVALID:
    'The copy is said to be destroyed before its grant had ended, or after this transaction; details say between which times it can be.',
  GRANT_LIMIT:
    'The patient has as many grants in force for this authority as one decision reads; revoke one.',
  DELEGATION_UNKNOWN: 'The patient has no delegation with this id on this channel.',
  DELEGATION_EXISTS: 'A delegation with this id is recorded already.',
  DELEGATION_ENDED:
    'The delegation, or one before it in the path, is over: it was ended, its time is up, or a revoke-all lies above it.',
  DELEGATION_PATH_INVALID:
    'Who signs for a patient names the delegations from the patient’s own to theirs, each made by the one before; the patient names none.',
  DELEGATION_EXCEEDED: 'The statement goes beyond what the delegation allows; details name in what.',
  DELEGATION_TERMS_INVALID:
    'A delegation ends later than now. A guardian is appointed by the patient, for at most 366 days from now.',
  DELEGATION_LIMIT: 'There are as many delegations in force by this appointer as there may be; end one.',
  SUBSCRIPTION_UNKNOWN: 'No such subscription.',
  SUBSCRIPTION_NOT_PENDING:
    'The subscription is not pending any more: it was answered, taken back, or has lapsed.',
  SUBSCRIPTION_MISMATCH:
    'The subscription is of another patient or authority than the statement, or asks for other records than the patient was shown.',
  SUBSCRIPTION_EXCEEDED: 'The grant gives more than the subscription that it names asks for.',
  SUBSCRIPTION_LIMIT: 'The authority has as many requests pending with this patient as it may have.',
  // decisions
  NO_GRANT: 'No grant of the patient covers the request.',
  GRANT_EXPIRED: 'A grant covers the request but for its time.',
  PURPOSE_NOT_GRANTED: 'A grant covers the request but for its purpose.',
  SCOPE_NOT_GRANTED: 'A grant covers the request but for the record’s scope.',
  DETAIL_NOT_GRANTED: 'A grant covers the request but for the single measured values.',
  PERMISSION_NOT_GRANTED: 'A grant covers the request but for the permission.',
  GRANTEE_MISMATCH: 'A grant covers the authority, but another unit or practitioner.',
  DENIED_BY_RULE: 'A denial of the patient concerns the request, whatever else is granted.',
  SCOPE_UNCONFIRMED:
    'A denial of the patient may concern the record: what the record holds is not confirmed by the patient’s gateway.',
  // records
  RECORD_EXISTS: 'This version of the record is on record already, by another statement.',
  RECORD_UNKNOWN: 'The patient has no record with this id, or not this version of it.',
  RECORD_ID_MISMATCH: 'The record’s id is not the hash of its author, patient and seed.',
  RECORD_KIND_CHANGED: 'A version cannot change the kind of its record.',
  VERSION_NOT_YET: 'The version before is not announced yet; announce it first, or wait.',
  VERSION_CONFLICT:
    'The version is not the next one, or its previous-version hash is not the current version’s.',
  PROVIDER_MISMATCH: 'The statement names another provider than the one that submits it.',
  RELAY_MISMATCH: 'The request names another provider as its relay than the one that submits it.',
  AUTHOR_MISMATCH:
    'The author is not one who may make this record: another patient, or a patient for an authority, or the reverse.',
  MANIFEST_MISMATCH: 'The statement is about another manifest than the version’s on record.',
  CONFIRMATION_CONFLICT:
    'The confirmation is not the next one of this version’s: its `seq` has to follow the one on record.',
  POLICY_VERSION_UNKNOWN: 'The patient’s policy has no such version on this channel yet.',
  ANCHOR_PREV_MISMATCH: 'The named previous head is not the anchored one.',
  ANCHOR_HEIGHT_NOT_RISING: 'The height does not rise above the anchored one.',
  READINGS_ANCHORED: 'This day of the authority’s log is anchored already, with another hash.',
  READINGS_NOT_OVER:
    'The day of the log is not over at the transaction’s time, or is no day of the calendar: anchor it once it is over.',
  CHAIN_FORKED: 'A fork of this chain is on record: its anchors are refused until a re-key.',
  FORK_EVIDENCE_INVALID:
    'The two blocks are no evidence of a fork: not both signed, not one height, or the same block.',
  VISIT_EXISTS: 'A visit with this id is recorded already, with other content.',
  VISIT_UNKNOWN: 'No such visit.',
  CHECK_IN_INVALID:
    'The check-in code is not signed by the patient for this visit, or was used for another one.',
  ATTESTATION_CONFLICT: 'The attestor has attested something else about this transaction.',
  PERMIT_UNKNOWN: 'No such permit.',
  PAGE_TOKEN_INVALID: 'The bookmark is not one that this query returned.',
} as const;

export type ContractCode = keyof typeof CONTRACT_CODES;

/** Codes that any transaction can fail with. */
export const COMMON_CODES = [
  'ARGUMENT_INVALID',
  'CALLER_REFUSED',
  'WRONG_CHANNEL',
  'FUNCTION_UNKNOWN',
] as const satisfies ContractCode[];

/** Codes that a statement's check can give; an item's in a batch, else the whole transaction's. */
export const STATEMENT_CODES = [
  'STATEMENT_MALFORMED',
  'STATEMENT_TYPE_MISMATCH',
  'STATEMENT_AUDIENCE_MISMATCH',
  'STATEMENT_CHANNEL_MISMATCH',
  'STATEMENT_KEY_UNKNOWN',
  'STATEMENT_SIGNATURE_INVALID',
  'STATEMENT_FROM_FUTURE',
  'STATEMENT_TOO_LARGE',
  'STATEMENT_ID_REUSED',
  'STATEMENT_ISSUER_MISMATCH',
] as const satisfies ContractCode[];

/** How the delegation on which a statement rests can fail it. */
export const DELEGATION_CODES = [
  'DELEGATION_PATH_INVALID',
  'DELEGATION_UNKNOWN',
  'DELEGATION_ENDED',
  'DELEGATION_EXCEEDED',
] as const satisfies ContractCode[];

/** Codes with which a decision denies. */
export const DENIAL_CODES = [
  'NO_GRANT',
  'GRANT_EXPIRED',
  'PURPOSE_NOT_GRANTED',
  'SCOPE_NOT_GRANTED',
  'DETAIL_NOT_GRANTED',
  'PERMISSION_NOT_GRANTED',
  'GRANTEE_MISMATCH',
  'DENIED_BY_RULE',
  'SCOPE_UNCONFIRMED',
] as const satisfies ContractCode[];
export type DenialCode = (typeof DENIAL_CODES)[number];

/** Why an access request is denied: by the decision, or because there is nothing or nobody to decide about. */
export const ACCESS_DENIAL_CODES = [
  ...DENIAL_CODES,
  'RECORD_UNKNOWN',
  'PRACTITIONER_UNKNOWN',
] as const satisfies ContractCode[];
export type AccessDenialCode = (typeof ACCESS_DENIAL_CODES)[number];
