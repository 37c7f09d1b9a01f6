import { PractitionerId, PurposeOfUse } from '@careledger/domain';
import { principalOf, type Principal } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { Name } from '../http/schemas.js';
import type { Claim } from '../policy/vouching.js';

/** Who asks to see something. Who that is *now* is looked up at each reading, however old the token or the stream. */
export interface Reader {
  readonly principal: Principal;
  readonly claim: Claim;
  readonly purpose: PurposeOfUse;
}

/** For whom within the authority, and why: what the authority vouches for in its signed request. */
export const VouchingQuery = {
  practitionerId: Type.Optional(PractitionerId),
  unit: Type.Optional(Name),
  purpose: Type.Optional(PurposeOfUse),
};
const DEFAULT_PURPOSE = 'TREAT';
type Vouching = Static<ReturnType<typeof Type.Object<typeof VouchingQuery>>>;

/** Who asks to see something, by token and query. */
export function readerOf(request: Parameters<typeof principalOf>[0], query: Vouching): Reader {
  const { practitionerId, unit, purpose = DEFAULT_PURPOSE } = query;
  const claim = {
    ...(practitionerId !== undefined && { practitionerId }),
    ...(unit !== undefined && { unit }),
  };
  return { principal: principalOf(request), claim, purpose };
}
