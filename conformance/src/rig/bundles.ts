import { clinicalBundle, emergencyBundle } from '@careledger/fhir';

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

const DEVICE_ID = `dev_${'b'.repeat(32)}`;

/** An emergency as a patient's gateway makes it: a glucose of 47 mg/dL. */
export const glucoseEmergency = (patientId: string) =>
  emergencyBundle({
    patientId,
    gatewayId: 'gateway-test',
    devices: [{ deviceId: DEVICE_ID, type: 'continuous-glucose-monitor' }],
    recordedAtMs: RECORDED_MS,
    chain: undefined,
    episodeId: `${patientId}/glucose-very-low/${RECORDED_MS}`,
    rule: 'glucose-very-low',
    start: RECORDED_MS,
    raisedAt: RECORDED_MS,
    end: null,
    evidence: [{ rowId: 1, t: RECORDED_MS, code: '2339-0', value: 47, deviceId: DEVICE_ID }],
    news2: null,
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
