import { fromBase64url, fromUtf8 } from '@careledger/crypto/portable';
import type { HashFunction } from '@careledger/crypto/portable';
import { elementAt } from '../element-at.js';
import { readEnvelope, type TransactionEnvelope } from './envelope.js';
import { ProtobufMessage } from './protobuf.js';

const MS_PER_S = 1000;
const NS_PER_MS = 1_000_000;

/** An organisation's peer that signed the answer. */
export type Endorsement = {
  readonly mspId: string;
  /** Of the peer, as it stands in the endorsement: PEM. */
  readonly certificate: string;
  /** ECDSA over SHA-256 of the endorsed payload and the endorser's serialized identity, DER. */
  readonly signature: Uint8Array;
  readonly signed: readonly [payload: Uint8Array, identity: Uint8Array];
};

/** Where the value of a key was written last. */
export type KeyVersion = { readonly block: number; readonly position: number };

/** What peers signed as their answer to a proposal, whether it was ordered afterwards or not. */
export type EndorsedAnswer = TransactionEnvelope & {
  /** Of the proposal: the asking client's clock, which peers hold to theirs. */
  readonly proposedAtMs: number;
  readonly endorsements: readonly Endorsement[];
  /** The keys of the chaincode's own that were read and had a value. */
  readonly reads: ReadonlyMap<string, KeyVersion>;
};

/**
 * As {@link readEnvelope}, with what peers signed: who they are, and the versions of the keys on which the answer rests.
 * No signature is checked here. @throws ProofError `ENVELOPE_MALFORMED`
 */
export function readEndorsedAnswer(envelope: Uint8Array | string, hash: HashFunction): EndorsedAnswer {
  const bytes = typeof envelope === 'string' ? fromBase64url(envelope) : envelope;
  const read = readEnvelope(bytes, hash);
  const payload = new ProtobufMessage(bytes, 'Envelope').message(1, 'Payload');
  const timestamp = payload.message(1, 'Header').message(1, 'ChannelHeader').message(3, 'Timestamp');
  const action = new ProtobufMessage(
    elementAt(payload.message(2, 'Transaction').repeated(1), 0),
    'TransactionAction',
  );
  const endorsed = action.message(2, 'ChaincodeActionPayload').message(2, 'ChaincodeEndorsedAction');
  const signedPayload = endorsed.bytes(1);
  const result = endorsed.message(1, 'ProposalResponsePayload').message(2, 'ChaincodeAction');
  return {
    ...read,
    proposedAtMs: timestamp.number(1) * MS_PER_S + Math.floor(timestamp.number(2) / NS_PER_MS),
    endorsements: endorsed.repeated(2).map((each) => endorsementOf(each, signedPayload)),
    reads: readsOf(result.message(1, 'TxReadWriteSet'), read.chaincode),
  };
}

function endorsementOf(bytes: Uint8Array, payload: Uint8Array): Endorsement {
  const endorsement = new ProtobufMessage(bytes, 'Endorsement');
  const identity = endorsement.message(1, 'SerializedIdentity');
  return {
    mspId: fromUtf8(identity.bytes(1)),
    certificate: fromUtf8(identity.bytes(2)),
    signature: endorsement.bytes(2),
    signed: [payload, endorsement.bytes(1)],
  };
}

/** fabric-protos `rwset.proto`, `kv_rwset.proto`. */
function readsOf(set: ProtobufMessage, chaincode: string): ReadonlyMap<string, KeyVersion> {
  const reads = new Map<string, KeyVersion>();
  for (const each of set.repeated(2)) {
    const namespace = new ProtobufMessage(each, 'NsReadWriteSet');
    if (fromUtf8(namespace.bytes(1)) !== chaincode) continue;
    for (const bytes of namespace.message(2, 'KVRWSet').repeated(1)) {
      const read = new ProtobufMessage(bytes, 'KVRead');
      if (!read.has(2)) continue;
      const version = read.message(2, 'Version');
      reads.set(fromUtf8(read.bytes(1)), { block: version.number(1), position: version.number(2) });
    }
  }
  return reads;
}
