import { Id128, Tag } from '@careledger/domain';
import { Type } from 'typebox';
import { DELEGATION_DEPTH_MAX, SCOPE_TAGS_MAX, SEALED_MAX_CHARS } from '../limits.js';

/** A compact JWE (RFC 7516) for those concerned. */
export const Sealed = Type.String({
  minLength: 1,
  maxLength: SEALED_MAX_CHARS,
  pattern: '^[A-Za-z0-9_.-]+$',
});
export const ScopeTags = Type.Array(Tag, { maxItems: SCOPE_TAGS_MAX, uniqueItems: true });
/** A compact JWS as text. */
export const CompactJws = Type.String({
  minLength: 1,
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
});
/** Order of recipients, 1 first (as in FHIR, ContactPoint.rank). */
export const NoticeRank = Type.Integer({ minimum: 1, maximum: 9 });
/** What a grant does that does not give. */
export const GrantEffect = Type.Literal('deny');
export const PolicySeq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
/**
 * The delegations by which somebody signs for the patient, by their ids: the patient's own first, the signer's last. Absent
 * where the patient signs.
 */
export const DelegationPath = Type.Array(Id128, {
  minItems: 1,
  maxItems: DELEGATION_DEPTH_MAX,
  uniqueItems: true,
});
