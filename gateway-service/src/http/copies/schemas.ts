import { COPY_DESTROYED_WITHIN_S, CopyEndState } from '@careledger/contracts';
import { AuthorityId, Id128, PurposeOfUse, Timestamp } from '@careledger/domain';
import { Type } from 'typebox';

export const CopiesView = Type.Object(
  {
    copies: Type.Array(
      Type.Object(
        {
          /** The grant that lets, or let, it be kept. */
          grantId: Id128,
          authorityId: AuthorityId,
          purpose: PurposeOfUse,
          since: Timestamp,
          endedAt: Type.Union([Timestamp, Type.Null()], { description: 'Null while the grant stands' }),
          attested: Type.Union([CopyEndState, Type.Null()], {
            description: 'The word of the authority that it is destroyed',
          }),
          owed: Type.Union([
            Type.Object({
              since: Timestamp,
              isOverdue: Type.Boolean({ description: `For longer than ${COPY_DESTROYED_WITHIN_S} s` }),
            }),
            Type.Null(),
          ]),
        },
        { title: 'HeldCopy' },
      ),
    ),
  },
  { title: 'CopiesView' },
);
