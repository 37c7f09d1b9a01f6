import { createHash, randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';

/** As long as Fabric's own clients make it. */
const NONCE_BYTES = 24;

export type HeaderType = common.HeaderTypeMap[keyof common.HeaderTypeMap];

export interface HeaderOptions {
  readonly type: HeaderType;
  /** Empty for requests to a peer outside any channel. */
  readonly channel: string;
  /** Serialized identity; empty in a genesis block. */
  readonly creator: Uint8Array;
  /** Serialized ChaincodeHeaderExtension, for proposals. */
  readonly extension?: Uint8Array;
}

/** A header and its transaction ID: SHA-256 over nonce and creator, in hex. */
export function makeHeader(options: HeaderOptions): { header: common.Header; txId: string } {
  const nonce = randomBytes(NONCE_BYTES);
  const txId = createHash('sha256').update(nonce).update(options.creator).digest('hex');

  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(options.type);
  channelHeader.setChannelId(options.channel);
  channelHeader.setTxId(txId);
  const now = new timestamp.Timestamp();
  now.fromDate(new Date());
  channelHeader.setTimestamp(now);
  if (options.extension) channelHeader.setExtension$(options.extension);

  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(options.creator);
  signatureHeader.setNonce(nonce);

  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  return { header, txId };
}
