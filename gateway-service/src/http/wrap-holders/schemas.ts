import { WRAPS_DELETED_WITHIN_S, WrapHolderState } from '@careledger/contracts';
import { Timestamp } from '@careledger/domain';
import { Type } from 'typebox';

const Owed = Type.Object({
  policyVersion: Type.Integer({ description: 'The oldest revocation that it has not attested' }),
  since: Timestamp,
  isOverdue: Type.Boolean({ description: `For longer than ${WRAPS_DELETED_WITHIN_S} s` }),
});

export const WrapHoldersView = Type.Object(
  {
    holders: Type.Array(
      Type.Object(
        { ...WrapHolderState.properties, owed: Type.Union([Owed, Type.Null()]) },
        { title: 'WrapHolder' },
      ),
    ),
  },
  { title: 'WrapHoldersView' },
);
