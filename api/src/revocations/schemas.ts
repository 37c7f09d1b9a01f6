import { TxId } from '@careledger/domain';
import { AlreadyRelayed } from '@careledger/protocol';
import { Type, type Static } from 'typebox';

/** By channel, the transaction that first carried the statement. */
export const RelayedRevocation = Type.Object(
  {
    authorities: Type.Optional(TxId),
    cloud: Type.Optional(TxId),
    already: AlreadyRelayed,
  },
  { title: 'RelayedRevocation' },
);
export type RelayedRevocation = Static<typeof RelayedRevocation>;
