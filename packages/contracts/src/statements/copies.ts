import { Id128, PatientId, Sha256, Timestamp, closedObject as body } from '@careledger/domain';
import { Type } from 'typebox';

/** What an authority still has of a patient's copy after one of the grants has ended that let it be kept. */
const CopyLeft = Type.Union([Type.Literal('nothing'), Type.Literal('of-other-grants')]);

/**
 * By an authority: what one grant let it keep a copy of is destroyed, since that grant has ended. Nothing of it is kept
 * for any other reason; what other grants of the patient let it keep may be left.
 */
export const AttestCopyEndBody = body({
  patientId: PatientId,
  grantId: Id128,
  left: CopyLeft,
  destroyedAt: Timestamp,
});

/** A day, UTC. */
export const Day = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}$',
  description: 'A day, UTC: `2026-05-05`',
});

/** By an authority: the hash of one day of its log of who read the copies that it keeps. */
export const AnchorReadingsBody = body({ day: Day, hash: Sha256 });
