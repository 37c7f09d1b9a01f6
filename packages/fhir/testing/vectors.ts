import type { RecordAbout } from '../src/content/about.js';
import type { FhirErrorCode } from '../src/errors.js';
import type { NamedEntry } from '../src/server/resource-id.js';

/** Files of `spec/vectors/{valid,invalid}/fhir`; documented in `spec/content.md`. */
export type ContentVector = {
  description: string;
  /** What the manifest and the ledger say of the record. */
  about: RecordAbout;
  /** JSON as text; where it is no text, `bytes` in its place, base64url. */
  content?: string;
  bytes?: string;
  /** Invalid ones. */
  code?: FhirErrorCode;
};

/** Files of `spec/vectors/{valid,invalid}/fhir-written`: what an author takes, or refuses, besides. */
export type WrittenVector = ContentVector & {
  /** Invalid ones: where, and which constraint of R4 where it is one. */
  at?: string;
  rule?: string;
};

/** Files of `spec/vectors/{valid,invalid}/fhir-ids`; documented in `spec/fhir.md`. */
export type ResourceIdVector = {
  description: string;
  id: string;
  /** Valid ones: what the id names; without an entry the record as a whole. */
  patientId?: string;
  recordId?: string;
  /** Of an AuditEvent, in the place of `recordId`. */
  requestSid?: string;
  entry?: NamedEntry;
  /** Place of the entry in its Bundle, from 0. */
  index?: number;
};
