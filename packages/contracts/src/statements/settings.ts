import { PatientId, PractitionerId, PurposeOfUse, closedObject as body } from '@careledger/domain';
import { Type } from 'typebox';
import { StatedSettings } from '../settings.js';
import { ScopeTags } from './parts.js';

/**
 * By the patient, or by an authority for one of its practitioners, straight to the patient's gateway: how readings are
 * judged from now on. Never on a ledger: it says what the patient's health is like.
 */
export const SettingsBody = body({
  patientId: PatientId,
  /** Counts the patient's settings, whoever states them. */
  version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  /** Statement hash of the version before, lower-case hex; null for version 1. */
  previous: Type.Union([Type.String({ pattern: '^[0-9a-f]{64}$' }), Type.Null()]),
  settings: StatedSettings,
  /** Of an authority: for whom it speaks, to which purpose and under which of its tags. */
  practitionerId: Type.Optional(PractitionerId),
  purpose: Type.Optional(PurposeOfUse),
  granteeTags: Type.Optional(ScopeTags),
});
