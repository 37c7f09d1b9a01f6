import { CHANNELS, ChannelName, Id128 } from '@careledger/domain';
import type { JobWords } from '@careledger/service-kit';
import { Type } from 'typebox';

/** By the channel that lacks it; then wraps follow. */
export const DECISION = {
  kind: 'decision',
  stages: [...CHANNELS, 'wrapping', 'settled'],
} as const satisfies JobWords;
export type DecisionStage = (typeof DECISION.stages)[number];

/** A decision: done on every channel, or on its way. */
export const DecisionView = Type.Object(
  {
    /** The statement's id; of a grant, the grant's. Of a decision that others brought to the ledgers, that of what it ends. */
    statementId: Id128,
    status: Type.Union([Type.Literal('done'), Type.Literal('open')]),
    channels: Type.Array(
      Type.Object({
        channel: ChannelName,
        status: Type.String(),
        txId: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
    already: Type.Optional(
      Type.Literal(true, {
        description:
          'The ledgers had this decision before: nothing was sent, the transactions are the earlier ones',
      }),
    ),
  },
  { title: 'DecisionView' },
);
