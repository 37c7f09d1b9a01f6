import { createHash } from 'node:crypto';
import {
  CryptoError,
  concatBytes,
  fromBase32,
  fromBase64url,
  toBase32,
  toBase64url,
} from '@careledger/crypto/portable';
import { ID_HASH_BYTES, type Id128, type PatientId, type RecordId } from '@careledger/domain';

/** Domain prefix of the hash that names an entry. */
const ENTRY_PREFIX = 'careledger/fhir-entry/v1\0';
const ENTRY_BYTES = 8;
const RECORD_BYTES = 2 * ID_HASH_BYTES;
const SID_BYTES = 16;
/** `pat_`, `rec_`. */
const PREFIX_CHARS = 4;

/** What an id on a FHIR server of this system names: a record as a whole, or an entry of it. */
export interface ResourceRef {
  readonly patientId: PatientId;
  readonly recordId: RecordId;
  /** Base64url of the first bytes of a hash of the entry's name; undefined for the record as a whole. */
  readonly entry: string | undefined;
}

/** An entry of a Bundle, as far as its name needs it. */
export interface NamedEntry {
  readonly fullUrl?: unknown;
  readonly resource?: unknown;
}

/**
 * What an entry is called within its record, in every version of it: its `fullUrl`, else type and id of its resource, else
 * its place.
 */
export function entryNameOf({ fullUrl, resource }: NamedEntry, index: number): string {
  if (typeof fullUrl === 'string') return fullUrl;
  const { resourceType, id } = (resource ?? {}) as Readonly<Record<string, unknown>>;
  return typeof id === 'string' ? `${String(resourceType)}/${id}` : `entry[${index}]`;
}

/** @param name of `entryNameOf` */
export function entryHashOf(name: string): string {
  const digest = createHash('sha256').update(ENTRY_PREFIX).update(name, 'utf8').digest();
  return toBase64url(digest.subarray(0, ENTRY_BYTES));
}

/**
 * The id of an entry or a record, as FHIR writes ids (https://hl7.org/fhir/R4/datatypes.html#id): base64url with `.` for
 * `_`, of patient, record and entry. Whoever knows these knows it before anything is stored, and nobody has to look it up.
 */
export function resourceIdOf({ patientId, recordId, entry }: ResourceRef): string {
  const bytes = [patientId, recordId].map((id) => fromBase32(id.slice(PREFIX_CHARS)));
  if (entry !== undefined) bytes.push(fromBase64url(entry));
  return toBase64url(concatBytes(...bytes)).replaceAll('_', '.');
}

/**
 * What an authority's signed statement has put on the ledger of a patient: an attempt to read (AuditEvent), a request for consent
 * (Consent), a visit (Encounter).
 */
export interface StatementRef {
  readonly patientId: PatientId;
  /** The statement's id: base64url of 128 bits. */
  readonly sid: Id128;
}

/** The id of what a statement made: patient and statement, written in the same way. */
export const statementIdOf = ({ patientId, sid }: StatementRef): string =>
  toBase64url(concatBytes(fromBase32(patientId.slice(PREFIX_CHARS)), fromBase64url(sid))).replaceAll(
    '_',
    '.',
  );

/** What such an id names; undefined for an id that is none. */
export function readStatementId(id: string): StatementRef | undefined {
  const bytes = bytesOf(id);
  if (bytes?.length !== ID_HASH_BYTES + SID_BYTES) return undefined;
  return {
    patientId: `pat_${toBase32(bytes.subarray(0, ID_HASH_BYTES))}`,
    sid: toBase64url(bytes.subarray(ID_HASH_BYTES)),
  };
}

/** What such an id names; undefined for an id that is none. */
export function readResourceId(id: string): ResourceRef | undefined {
  const bytes = bytesOf(id);
  if (bytes === undefined) return undefined;
  const entry = bytes.subarray(RECORD_BYTES);
  if (bytes.length < RECORD_BYTES || (entry.length > 0 && entry.length !== ENTRY_BYTES)) return undefined;
  return {
    patientId: `pat_${toBase32(bytes.subarray(0, ID_HASH_BYTES))}`,
    recordId: `rec_${toBase32(bytes.subarray(ID_HASH_BYTES, RECORD_BYTES))}`,
    entry: entry.length > 0 ? toBase64url(entry) : undefined,
  };
}

/** Undefined for what has other characters, or bits that say nothing: an id has one spelling. */
function bytesOf(id: string): Uint8Array | undefined {
  if (id.includes('_')) return undefined;
  try {
    return fromBase64url(id.replaceAll('.', '_'));
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}
