import { RecoveryState, STATEMENTS } from '@careledger/contracts';
import { Id128 } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { RelayedRevocation } from '../revocations/schemas.js';

/** For which key the authority gives its word: `newKey` and `newKeyProof` are the offer of the patient's signer. */
export const VouchBody = STATEMENTS.vouchForKey.body;
export type VouchBody = Static<typeof VouchBody>;

/** By channel, the transaction that carried the authority's word. */
export const Vouched = Type.Object(
  { ...RelayedRevocation.properties, recoveryId: Id128 },
  { title: 'VouchedRecovery' },
);
export type Vouched = Static<typeof Vouched>;

const onChannel = Type.Array(RecoveryState);
/** By channel: each counts for itself. */
export const Recoveries = Type.Object(
  { authorities: onChannel, cloud: onChannel },
  { title: 'PatientRecoveries' },
);
export type Recoveries = Static<typeof Recoveries>;
