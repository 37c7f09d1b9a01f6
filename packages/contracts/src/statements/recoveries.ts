import { Id128, PatientId, PublicKey, closedObject as body } from '@careledger/domain';
import { Type } from 'typebox';
import { CompactJws } from './parts.js';

/**
 * Why a consent key is replaced without it. `lost`: nobody has it; whoever has it after all ends the recovery. `untrusted`: somebody
 * else has it (a thief; a guardian, once the patient decides alone), whose objection does not count. One word for both, so that no
 * ledger shows who has come of age.
 */
export const RecoveryReason = Type.Union([Type.Literal('lost'), Type.Literal('untrusted')]);

/** By an authority that has a role in recoveries. The statement's `sid` is the recovery's id, unless it confirms another's. */
export const VouchForKeyBody = body({
  patientId: PatientId,
  reason: RecoveryReason,
  newKey: PublicKey,
  newKeyProof: CompactJws,
  /** The recovery that another organisation has opened. */
  confirms: Type.Optional(Id128),
});

/** By the consent key in force. */
export const ObjectToRecoveryBody = body({ recoveryId: Id128 });

/** Self-signed by the new key; `iss` = the patient. */
export const TakeOverBody = body({ recoveryId: Id128, newKey: PublicKey });
