import { RecoveryState } from '@careledger/contracts';
import { ChannelName, Id128, PatientId, Timestamp } from '@careledger/domain';
import { Type, type Static } from 'typebox';

export const RecoveryParams = Type.Object({ patientId: PatientId, recoveryId: Id128 });

/** `RecoveryStage` of packages/policy. */
const Stage = Type.Union(
  [
    Type.Literal('open'),
    Type.Literal('confirmed'),
    Type.Literal('due'),
    Type.Literal('objected'),
    Type.Literal('tookOver'),
    Type.Literal('lapsed'),
  ],
  {
    description:
      'open: one organisation vouches for the key. confirmed: two do, and it takes over from `takesEffectAt` on. due: it may take over ' +
      'now. objected, tookOver, lapsed: it is over',
  },
);

const { statements, ...shown } = RecoveryState.properties;

const RecoveryView = Type.Object({ ...shown, stage: Stage, statements }, { title: 'RecoveryView' });

/** By channel, as each has them now: each counts for itself. */
export const RecoveriesView = Type.Object(
  { authorities: Type.Array(RecoveryView), cloud: Type.Array(RecoveryView) },
  { title: 'RecoveriesView' },
);
export type RecoveriesView = Static<typeof RecoveriesView>;

/** What the patient is told without asking a ledger. */
export const RecoveryNotice = Type.Object(
  {
    ...shown,
    channel: ChannelName,
    stage: Stage,
    heardAt: Type.Unsafe<string>({ ...Timestamp, description: 'When this gateway heard of it as it is' }),
  },
  { title: 'RecoveryNotice' },
);
export type RecoveryNotice = Static<typeof RecoveryNotice>;
