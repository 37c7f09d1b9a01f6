import { concatBytes, sha256, toHex, utf8 } from '@careledger/crypto';

/** Writes just enough of Fabric's envelope to have something to verify. The reader is in `proof/protobuf.ts`. */

/** One protobuf field: a number, or text, bytes or a message with its length. */
export function field(number: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === 'number') return concatBytes(varint(number * 8), varint(value));
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return concatBytes(varint(number * 8 + 2), varint(bytes.length), bytes);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

const message = concatBytes;

export type EnvelopeParts = {
  readonly channel: string;
  readonly chaincode: string;
  readonly args: readonly string[];
  readonly response: { readonly status: number; readonly payload: string };
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  /** For attacks: what the endorsed response says it answers, instead of this proposal. */
  readonly proposalHash?: Uint8Array;
  /** For attacks: a transaction ID that is not the hash of nonce and creator. */
  readonly txId?: string;
};

/** A transaction's ID: SHA-256 of nonce and creator. */
export function txIdOf({ nonce, creator }: Pick<EnvelopeParts, 'nonce' | 'creator'>): string {
  return toHex(sha256(concatBytes(nonce, creator)));
}

/** A `common.Envelope` as a peer commits it; the signatures in it are placeholders, which attestors do not look at. */
export function writeEnvelope(parts: EnvelopeParts): Uint8Array {
  const { channel, chaincode, args, response, creator, nonce } = parts;
  const chaincodeId = field(2, chaincode);
  const channelHeader = message(
    field(1, 3),
    field(3, field(1, 1_767_600_000)),
    field(4, channel),
    field(5, parts.txId ?? txIdOf(parts)),
    field(7, field(2, chaincodeId)),
  );
  const signatureHeader = message(field(1, creator), field(2, nonce));
  const input = message(...args.map((arg) => field(1, arg)));
  const spec = message(field(1, 3), field(2, chaincodeId), field(3, input));
  const proposalPayload = field(1, field(1, spec));
  const proposalHash = sha256(concatBytes(channelHeader, signatureHeader, proposalPayload));
  const action = message(
    field(1, utf8('read-write set')),
    field(3, message(field(1, response.status), field(3, response.payload))),
    field(4, chaincodeId),
  );
  const responsePayload = message(field(1, parts.proposalHash ?? proposalHash), field(2, action));
  const endorsement = message(field(1, 'endorser'), field(2, 'signature'));
  const endorsed = message(field(1, responsePayload), field(2, endorsement));
  const transactionAction = message(
    field(1, signatureHeader),
    field(2, message(field(1, proposalPayload), field(2, endorsed))),
  );
  const header = message(field(1, channelHeader), field(2, signatureHeader));
  const payload = message(field(1, header), field(2, field(1, transactionAction)));
  return message(field(1, payload), field(2, 'signature of the creator'));
}
