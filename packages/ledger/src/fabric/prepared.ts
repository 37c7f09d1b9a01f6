import { gateway } from '@hyperledger/fabric-protos';

/** The envelope within a transaction that fabric-gateway has had endorsed: its client's signature is still missing. */
export function envelopeOf(prepared: Uint8Array): Uint8Array {
  const envelope = gateway.PreparedTransaction.deserializeBinary(prepared).getEnvelope();
  if (envelope === undefined) throw new TypeError('The endorsed transaction has no envelope');
  return envelope.serializeBinary();
}
