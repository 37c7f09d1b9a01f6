import { EXAMPLE } from '@careledger/domain/examples';
import type { Static } from 'typebox';
import type { DecisionView } from './schemas.js';

type Shown = Static<typeof DecisionView>;

export const done: Shown = {
  statementId: EXAMPLE.statementId,
  status: 'done',
  channels: [
    { channel: 'cloud', status: 'done', txId: EXAMPLE.txId },
    { channel: 'authorities', status: 'done', txId: EXAMPLE.laterTxId },
  ],
};
/** On its way: the second channel is away. */
export const open: Shown = {
  statementId: EXAMPLE.statementId,
  status: 'open',
  channels: [
    { channel: 'cloud', status: 'done', txId: EXAMPLE.txId },
    { channel: 'authorities', status: 'open', txId: null },
  ],
};
