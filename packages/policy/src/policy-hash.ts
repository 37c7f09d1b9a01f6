import { concatBytes, fromBase64url, fromHex, sha256, toBase64url, utf8 } from '@careledger/crypto';

const FIRST = utf8('careledger/policy-hash/v1/first\0');
const NEXT = utf8('careledger/policy-hash/v1/next\0');

/** Of the version 0 of a patient's policy, before anything was decided. */
export const firstPolicyHash = (patientId: string): string =>
  toBase64url(sha256(concatBytes(FIRST, utf8(patientId))));

/**
 * Of the version that a statement makes of the version before: a chain over all that changed a patient's policy on a channel,
 * in the channel's order. Whoever has the statements comes to the same hash, and to it with no others.
 * @param previous of the version before, base64url
 * @param statementHash SHA-256 of the statement's text, lower-case hexadecimal
 */
export const nextPolicyHash = (previous: string, statementHash: string): string =>
  toBase64url(sha256(concatBytes(NEXT, fromBase64url(previous), fromHex(statementHash))));
