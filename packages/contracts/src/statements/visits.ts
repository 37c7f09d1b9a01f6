import { AuthorityId, PatientId, Sha256, Timestamp, closedObject as body } from '@careledger/domain';
import { Type } from 'typebox';
import { Sealed, CompactJws } from './parts.js';

/**
 * By the patient's consent key: this patient is here, at this authority. The visit quotes the JWS. A gateway's key alone
 * makes none, since nobody has to have been there.
 */
export const CheckInBody = body({ authorityId: AuthorityId, at: Timestamp });

/** By the authority. The statement's `sid` is the visit's id. */
export const VisitBody = body({
  patientId: PatientId,
  at: Timestamp,
  /** Salted SHA-256 of what the authority keeps off-chain. */
  dataHash: Sha256,
  /** Where it keeps it, encrypted to the authority and the patient. */
  location: Sealed,
  checkIn: Type.Optional(CompactJws),
});
