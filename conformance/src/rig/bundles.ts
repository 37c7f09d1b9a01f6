import { clinicalBundle } from '@careledger/fhir';

const RECORDED_MS = Date.parse('2026-05-05T11:00:00Z');

/** A laboratory's result as a FHIR R4 Bundle. */
export const labBundle = (patientId: string, value: number, documentId = 'document-1') =>
  clinicalBundle({
    patientId,
    author: { authorityId: 'aut_hospital' },
    documentId,
    recordedAtMs: RECORDED_MS,
    items: [
      {
        kind: 'lab-result',
        code: '4548-4',
        display: 'Hemoglobin A1c/Hemoglobin.total in Blood',
        value,
        unit: '%',
        effectiveMs: Date.parse('2026-05-05T08:00:00Z'),
      },
    ],
  });

/** A clinician's note as a FHIR R4 Bundle. */
export const noteBundle = (patientId: string, text: string) =>
  clinicalBundle({
    patientId,
    author: { authorityId: 'aut_hospital' },
    documentId: 'note-1',
    recordedAtMs: RECORDED_MS,
    items: [{ kind: 'note', title: 'Round', text, writtenMs: RECORDED_MS }],
  });
