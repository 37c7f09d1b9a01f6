import {
  NullOr,
  PatientId,
  Period,
  RecordId,
  RecordVersion,
  ScopeTerm,
  TxId,
  closedObject,
} from '@careledger/domain';
import { Type } from 'typebox';
import { WRITE_STAGES } from './write-store.js';

/** What a clinician writes. */
export const WriteRequest = closedObject(
  {
    patientId: PatientId,
    /** FHIR R4 Bundle. */
    bundle: Type.Unknown(),
    /**
     * In words, which a grant of the patient has told: narrows the record's tags, and with them who may read it. Each
     * resource has to be of one of these scopes.
     */
    scope: Type.Optional(Type.Array(ScopeTerm, { minItems: 1 })),
    /** What the record is about; by the bundle's resources unless given. */
    period: Type.Optional(Period),
  },
  { title: 'WriteRequest' },
);

/** How far a version has come. */
export const WriteStatus = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    patientId: PatientId,
    stage: Type.Enum([...WRITE_STAGES]),
    providerId: Type.String(),
    storeTxId: NullOr(TxId),
    receipt: NullOr(Type.String()),
    announceTxId: NullOr(TxId),
    reason: NullOr(Type.String()),
    lastError: NullOr(Type.String()),
  },
  { title: 'WriteStatus' },
);
