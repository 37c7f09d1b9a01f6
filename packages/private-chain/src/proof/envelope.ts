import { elementAt } from '../element-at.js';
import {
  CryptoError,
  concatBytes,
  equalBytes,
  fromBase64url,
  fromUtf8,
  toBase64url,
  toHex,
} from '@careledger/crypto/portable';
import type { HashFunction } from '@careledger/crypto/portable';
import { ProofError } from '../errors.js';
import { ProtobufMessage } from './protobuf.js';

/** `HeaderType.ENDORSER_TRANSACTION` of fabric-protos `common.proto`. */
const ENDORSER_TRANSACTION = 3;

/** What a committed Fabric transaction's envelope says, read from its bytes. */
export type TransactionEnvelope = {
  /** SHA-256 of the envelope's bytes, base64url: what attestors sign. */
  readonly envelopeHash: string;
  readonly channel: string;
  /** Lower-case hex; recomputed from nonce and creator, and equal to what the header says. */
  readonly txId: string;
  readonly chaincode: string;
  /** Function name and arguments as submitted. */
  readonly args: readonly string[];
  /** The chaincode's response that the endorsers signed. */
  readonly response: { readonly status: number; readonly payload: string };
};

/**
 * Reads the one endorsed action of an envelope (fabric-protos `common.proto`, `transaction.proto`, `proposal.proto`,
 * `proposal_response.proto`, `chaincode.proto`) and checks what its own bytes can show: the transaction ID is the hash
 * of nonce and creator, and the endorsed response belongs to these arguments (its proposal hash). Endorsers' and
 * creator's signatures are not checked here: peers did before they called it VALID, and attestors vouch for that.
 * @param envelope the bytes of a `common.Envelope`, or their base64url
 * @throws ProofError `ENVELOPE_MALFORMED`
 */
export function readEnvelope(envelope: Uint8Array | string, hash: HashFunction): TransactionEnvelope {
  try {
    return read(typeof envelope === 'string' ? fromBase64url(envelope) : envelope, hash);
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ProofError('ENVELOPE_MALFORMED', `Not a Fabric envelope: ${cause.message}`, { cause });
  }
}

function read(bytes: Uint8Array, hash: HashFunction): TransactionEnvelope {
  const payload = new ProtobufMessage(bytes, 'Envelope').message(1, 'Payload');
  const header = payload.message(1, 'Header');
  const channelHeader = header.message(1, 'ChannelHeader');
  const signatureHeader = header.message(2, 'SignatureHeader');
  if (channelHeader.number(1) !== ENDORSER_TRANSACTION) throw malformed('it is no endorser transaction');
  const txId = toHex(hash(concatBytes(signatureHeader.bytes(2), signatureHeader.bytes(1))));
  if (fromUtf8(channelHeader.bytes(5)) !== txId) {
    throw malformed('its transaction ID is not the hash of nonce and creator');
  }
  const actions = payload.message(2, 'Transaction').repeated(1);
  if (actions.length !== 1) throw malformed(`it has ${actions.length} actions`);
  const action = new ProtobufMessage(elementAt(actions, 0), 'TransactionAction').message(
    2,
    'ChaincodeActionPayload',
  );
  const proposalHash = hash(concatBytes(header.bytes(1), header.bytes(2), action.bytes(1)));
  const { chaincode, args } = readInvocation(action);
  const { response, endorsedHash, endorsedChaincode } = readResponse(action);
  if (!equalBytes(proposalHash, endorsedHash))
    throw malformed('the endorsed response answers another proposal');
  if (chaincode !== endorsedChaincode) throw malformed('the endorsed response is of another chaincode');
  return {
    envelopeHash: toBase64url(hash(bytes)),
    channel: fromUtf8(channelHeader.bytes(4)),
    txId,
    chaincode,
    args,
    response,
  };
}

function readInvocation(action: ProtobufMessage): { chaincode: string; args: string[] } {
  const spec = action
    .message(1, 'ChaincodeProposalPayload')
    .message(1, 'ChaincodeInvocationSpec')
    .message(1, 'ChaincodeSpec');
  return {
    chaincode: fromUtf8(spec.message(2, 'ChaincodeID').bytes(2)),
    args: spec.message(3, 'ChaincodeInput').repeated(1).map(fromUtf8),
  };
}

function readResponse(action: ProtobufMessage): {
  response: TransactionEnvelope['response'];
  endorsedHash: Uint8Array;
  endorsedChaincode: string;
} {
  const endorsed = action.message(2, 'ChaincodeEndorsedAction').message(1, 'ProposalResponsePayload');
  const result = endorsed.message(2, 'ChaincodeAction');
  const response = result.message(3, 'Response');
  return {
    response: { status: response.number(1), payload: fromUtf8(response.bytes(3)) },
    endorsedHash: endorsed.bytes(1),
    endorsedChaincode: fromUtf8(result.message(4, 'ChaincodeID').bytes(2)),
  };
}

function malformed(reason: string): ProofError {
  return new ProofError('ENVELOPE_MALFORMED', `Not a Fabric envelope: ${reason}`);
}
