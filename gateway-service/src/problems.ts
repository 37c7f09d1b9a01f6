import { EXAMPLE } from '@careledger/domain/examples';
import { ledgerProblems } from '@careledger/ledger/service';
import {
  defineProblems,
  idempotencyProblems,
  recordProblems,
  revisionProblems,
} from '@careledger/service-kit';
import { Type } from 'typebox';

/** Codes of this service. What the chaincode refuses is passed on with its own code as `reason`. */
export const problems = defineProblems({
  ...ledgerProblems,
  ...idempotencyProblems,
  ...revisionProblems,
  // patients
  PATIENT_NOT_FOUND: { status: 404, title: 'This gateway serves no such patient' },
  CONSENT_KEY_NOT_KEPT: {
    status: 403,
    title: 'Patients keep their consent keys themselves: send the statement that the signer makes',
  },
  ENROLMENT_REFUSED: { status: 422, title: 'The registration does not appoint the keys that were offered' },
  PATIENT_EXISTS: { status: 409, title: 'The patient is enrolled here already' },
  PASSPHRASE_TOO_SHORT: { status: 422, title: 'The passphrase is too short for the key that it guards' },
  PASSPHRASE_BACKOFF: { status: 429, title: 'Wrong passphrases came before: wait for `retryAfterS` seconds' },
  PASSPHRASES_BUSY: { status: 503, title: 'Too many passphrases wait: try again in `retryAfterS` seconds' },
  // devices
  PAIRING_CODE_INVALID: { status: 403, title: 'The pairing code is unknown, used or expired' },
  PAIRING_CODES_EXHAUSTED: { status: 409, title: 'The patient has too many open pairing codes' },
  PAIRING_PROOF_INVALID: { status: 422, title: 'The proof of possession of the device key is refused' },
  PAIRING_OTHER_DEVICE: { status: 403, title: 'The pairing code was issued for another device' },
  DEVICE_ALREADY_REGISTERED: { status: 409, title: 'The device is registered; pair it again by name' },
  DEVICE_NOT_FOUND: { status: 404, title: 'There is no such device' },
  DEVICE_REVOKED: { status: 403, title: 'The device was revoked for good' },
  DEVICE_SUSPENDED: { status: 403, title: 'The device is suspended' },
  DEVICE_TOKEN_INVALID: { status: 401, title: 'The device token is refused' },
  DEVICE_TOKEN_EXPIRED: {
    status: 401,
    title: 'The device token is out of time: make another, with the `nonce` of this answer',
    members: {
      gatewayTime: Type.String({
        description: 'Now, by the gateway’s clock (RFC 3339)',
        examples: [EXAMPLE.at[2]],
      }),
      nonce: Type.String({
        description: 'Claim of the next token: with it the gateway takes it whatever the device’s clock says',
        examples: ['AAABnK3vQmXy8Kv2RbT9kWz5LcHs7JfD'],
      }),
    },
  },
  DEVICE_TOKEN_AUDIENCE: { status: 401, title: 'The device token is for another gateway' },
  PROFILE_CODE_UNKNOWN: { status: 422, title: 'The device measures something this gateway has no rules for' },
  // frames
  STORE_UNAVAILABLE: { status: 503, title: 'The store could not take the frame: send it again' },
  GATEWAY_OVERLOADED: { status: 503, title: 'Too many frames wait: send it again later' },
  GATEWAY_STOPPING: { status: 503, title: 'The gateway is stopping: send it again shortly' },
  // chain
  BLOCK_NOT_FOUND: { status: 404, title: 'There is no block of this height' },
  FRAME_NOT_FOUND: { status: 404, title: 'There is no such frame' },
  READING_NOT_FOUND: { status: 404, title: 'The frame has no reading of this index' },
  FRAME_NOT_SEALED: { status: 409, title: 'The frame is in the open block: flush, then ask again' },
  FRAME_NOT_ANCHORED: { status: 409, title: 'No anchor covers the frame yet: flush, then ask again' },
  FRAME_ERASED: { status: 410, title: 'The frame was erased: only its place in the chain is left' },
  // records
  RECORD_NOT_FOUND: { status: 404, title: 'This gateway has made no such record' },
  RECORD_UNREADABLE: {
    status: 502,
    title: 'What came of the record is not what its author signed for this patient; `reason` says why',
  },
  PROVIDER_UNREACHABLE: recordProblems.PROVIDER_UNREACHABLE,
  RECORD_DAMAGED: { status: 500, title: 'This gateway’s copy of the record is not what was signed' },
  // settings
  SETTINGS_STATEMENT_REFUSED: {
    status: 422,
    title: 'The statement is not one that the patient or an authority can have signed',
  },
  SETTINGS_NOT_GRANTED: {
    status: 403,
    title: 'No grant of the patient lets this authority set them; `reason` says why',
  },
  SETTINGS_INVALID: { status: 422, title: 'The settings contradict themselves, or what a limit can be' },
  SETTINGS_LOOSENED: { status: 403, title: 'A patient may only tighten: `limits` are looser' },
  VERSION_CHANGED: {
    status: 412,
    title: 'The version in force is another one than the request builds on: `version`',
  },
  DELEGATION_NOT_FOUND: { status: 404, title: 'The patient has no such delegation here' },
  // alarms
  ALARM_NOT_FOUND: { status: 404, title: 'The patient has no such alarm' },
  MUTE_TOO_LONG: { status: 422, title: 'Sounds are muted for at most 2 h' },
  // consent
  CONSENT_STATEMENT_REFUSED: {
    status: 422,
    title: 'The statement is not one that the patient can have signed',
  },
  CONSENT_KEY_LOCKED: { status: 403, title: 'The passphrase does not open the consent key' },
  CONSENT_REFUSED: { status: 422, title: 'The ledger refused the statement; `reason` says why' },
  GRANT_NOT_FOUND: { status: 404, title: 'The patient has made no such grant here' },
  SUBSCRIPTION_NOT_FOUND: { status: 404, title: 'There is no such subscription' },
  SUBSCRIPTION_NOT_PENDING: { status: 409, title: 'The subscription is not pending any more' },
  SUBSCRIPTION_EXCEEDED: {
    status: 422,
    title: 'The subscription asks for less: an answer may only narrow it',
  },
  REGISTRATION_PENDING: {
    status: 503,
    title: 'The patient is not on the ledger yet: try again in `retryAfterS` seconds',
  },
});
export type ProblemCode = keyof typeof problems;
