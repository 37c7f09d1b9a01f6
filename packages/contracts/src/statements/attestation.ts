import { ChannelName, NetworkId, Sha256, TxId, closedObject as body } from '@careledger/domain';
import { Type } from 'typebox';

/** By a registered attestor (`iss` = its MSP id): what its own peer says of a transaction. */
export const AttestationBody = body({
  network: NetworkId,
  channel: ChannelName,
  block: Type.Integer({ minimum: 0 }),
  /** Block header hash, lower-case hex. */
  blockHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  txId: TxId,
  /** SHA-256 of the envelope's bytes: a transaction id alone covers only nonce and creator. */
  envelopeHash: Sha256,
  /** Fabric's validation code name, e.g. `VALID`. */
  code: Type.String({ pattern: '^[A-Z_]{1,64}$' }),
});
