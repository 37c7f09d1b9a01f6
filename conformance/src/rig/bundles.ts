import { summarise } from '@careledger/clinical';
import { clinicalBundle, emergencyBundle, periodicBundle } from '@careledger/fhir';

const RECORDED_MS = Date.parse('2026-05-05T11:00:00Z');
const WINDOW_START_MS = Date.parse('2026-05-05T10:00:00Z');
const WINDOW_MS = 3_600_000;
const DEVICE = `dev_${'b'.repeat(32)}`;
/** LOINC: glucose in blood. */
const GLUCOSE = '2339-0';

/** What every bundle of a gateway says of where it comes from. */
const sourceOf = (patientId: string) => ({
  patientId,
  gatewayId: 'gateway-home-1',
  devices: [{ deviceId: DEVICE, type: null }],
  recordedAtMs: RECORDED_MS,
  chain: { height: 12, blockHash: 'h'.repeat(43) },
});

/** What a gateway writes of an hour. */
export const periodicRecord = (patientId: string, value: number) =>
  periodicBundle({
    ...sourceOf(patientId),
    windowStart: WINDOW_START_MS,
    windowEnd: WINDOW_START_MS + WINDOW_MS,
    summary: summarise([
      { deviceId: DEVICE, t: WINDOW_START_MS + 60_000, code: GLUCOSE, value, plausible: true },
    ]),
  });

/** What a gateway writes of an emergency. */
export const emergencyRecord = (patientId: string, value = 47) =>
  emergencyBundle({
    ...sourceOf(patientId),
    episodeId: `${patientId}/glucose-very-low/${WINDOW_START_MS}`,
    rule: 'glucose-very-low',
    start: WINDOW_START_MS,
    raisedAt: WINDOW_START_MS,
    end: null,
    evidence: [{ rowId: 1, t: WINDOW_START_MS, code: GLUCOSE, value, deviceId: DEVICE }],
    news2: null,
  });

/** A laboratory's result as a FHIR R4 Bundle. */
export const labBundle = (
  patientId: string,
  value: number,
  documentId = 'document-1',
  authorityId = 'aut_hospital',
) =>
  clinicalBundle({
    patientId,
    author: { authorityId },
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
