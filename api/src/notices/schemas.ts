import { Type } from 'typebox';
import { MISMATCHES } from './emergency-store.js';
import { NOTICES } from './notice.js';

const { patientId, sid, recordId, version, receivedAt } = NOTICES.emergency.properties;

/** A direct emergency that the ledger does not show, or shows otherwise. */
export const Unmatched = Type.Object(
  {
    patientId,
    sid,
    recordId,
    version,
    receivedAt,
    /** Nothing is announced, or something else than the notice told of: by another author, or with another content. */
    reason: Type.Enum(['NOT_ANNOUNCED', ...MISMATCHES]),
  },
  { title: 'Unmatched' },
);
