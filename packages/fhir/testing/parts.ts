import type { GatewayKind } from '@careledger/domain';
import type { RecordAbout } from '../src/content/about.js';
import { concept, outside, quantity, subjectOf } from '../src/elements.js';
import { SYSTEM } from '../src/systems.js';
import { PATIENT } from './samples.js';

/** JSON of a resource or element, of which the vectors are put together. */
export type Part = Record<string, unknown>;

export const OTHER_PATIENT = `pat_${'z'.repeat(32)}`;
export const LAB = 'aut_lab';
export const HOSPITAL = 'aut_hospital';
/** A number that a hospital gave: not this system's. */
export const HOSPITAL_NUMBER = { system: 'urn:oid:2.16.840.1.113883.19.5', value: '12345' };

export const byLab: RecordAbout = { patientId: PATIENT, author: LAB, kind: 'clinical' };
export const byHospital: RecordAbout = { ...byLab, author: HOSPITAL };
export const byGateway = (kind: GatewayKind): RecordAbout => ({
  patientId: PATIENT,
  author: PATIENT,
  kind,
});

export const subject = subjectOf(PATIENT);
export const otherSubject = subjectOf(OTHER_PATIENT);
export const authority = (authorityId: string) => outside('Organization', SYSTEM.authority, authorityId);
export const uuid = (digit: string): string => `urn:uuid:${digit.repeat(8)}-0000-4000-8000-000000000000`;

/** A laboratory's result of haemoglobin A1c. */
export const observation = (more: Part = {}): Part => ({
  resourceType: 'Observation',
  status: 'final',
  category: [concept(SYSTEM.observationCategory, 'laboratory')],
  code: concept(SYSTEM.loinc, '4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood'),
  subject,
  effectiveDateTime: '2026-03-01T08:00:00.000Z',
  valueQuantity: quantity(6.1, '%'),
  ...more,
});

/** The Patient resource that a record may contain. */
export const pseudonym = (more: Part = {}): Part => ({
  resourceType: 'Patient',
  identifier: [{ system: SYSTEM.patient, value: PATIENT }],
  ...more,
});

export const composition = (more: Part = {}): Part => ({
  resourceType: 'Composition',
  status: 'final',
  type: concept(SYSTEM.loinc, '11502-2', 'Laboratory report'),
  subject,
  date: '2026-03-01T08:00:00.000Z',
  author: [authority(LAB)],
  title: 'Laboratory report',
  ...more,
});

export const provenance = (more: Part): Part => ({
  resourceType: 'Provenance',
  target: [{ reference: uuid('1') }],
  recorded: '2026-03-01T08:00:00.000Z',
  agent: [{ who: authority(LAB) }],
  ...more,
});

/** An entry under `urn:uuid:` of a digit, or under none. */
export const entry = (resource: Part, digit?: string): Part =>
  digit === undefined ? { resource } : { fullUrl: uuid(digit), resource };

export const collectionOf = (...entries: Part[]): Part => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: entries,
});

export const documentOf = (...entries: Part[]): Part => ({
  resourceType: 'Bundle',
  identifier: { system: SYSTEM.document, value: `${LAB}/report-1` },
  type: 'document',
  timestamp: '2026-03-01T08:00:00.000Z',
  entry: entries,
});
