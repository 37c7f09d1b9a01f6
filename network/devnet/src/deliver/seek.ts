import { common, orderer } from '@hyperledger/fabric-protos';
import { readHeaders } from '../block/transaction.js';
import type { EnvelopeHeaders } from '../block/transaction.js';
import { checkChannelPolicy } from '../channel/acl.js';
import type { Channel } from '../channel/channel.js';
import { PeerRefusal } from '../errors.js';
import { sha256 } from '../wire/sha256.js';
import { msOf } from '../wire/timestamp.js';

const { Status } = common;
const { SeekPosition } = orderer;
/** A status that a deliver stream ends with (common.Status). */
export type DeliverStatus = (typeof Status)[keyof typeof Status];

/** A request for blocks that will not be served. */
export class SeekRefusal extends PeerRefusal {
  readonly status: DeliverStatus;

  constructor(status: DeliverStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** A checked request for blocks. */
export interface Seek {
  readonly channel: Channel;
  readonly first: number;
  readonly last: number;
  /** The stream ends with NOT_FOUND instead of waiting for blocks to come. */
  readonly failIfNotReady: boolean;
  readonly creator: Buffer;
  /** When the client's certificate expires, and the stream with it. */
  readonly expiresAtMs: number;
}

/** What a request is checked against. */
export interface SeekScope {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly timeWindowMs: number;
  /** DER of the client's TLS certificate under mutual TLS: the request must be bound to it. */
  readonly tlsCertificate?: Buffer | undefined;
  readonly requireTlsBinding: boolean;
}

function headersOf(envelope: common.Envelope): EnvelopeHeaders {
  try {
    return readHeaders(envelope.serializeBinary());
  } catch (cause) {
    throw new SeekRefusal(Status.BAD_REQUEST, `malformed envelope: ${String(cause)}`);
  }
}

function checkEnvelope(headers: EnvelopeHeaders, scope: SeekScope): void {
  const timestamp = headers.channelHeader.getTimestamp();
  if (!timestamp || Math.abs(Date.now() - msOf(timestamp)) > scope.timeWindowMs) {
    throw new SeekRefusal(Status.BAD_REQUEST, 'envelope timestamp is missing or outside of the time window');
  }
  if (!scope.requireTlsBinding) return;
  const claimed = headers.channelHeader.getTlsCertHash_asU8();
  if (!scope.tlsCertificate?.length || !sha256(scope.tlsCertificate).equals(claimed)) {
    throw new SeekRefusal(
      Status.BAD_REQUEST,
      'the request is not bound to the TLS certificate of its client',
    );
  }
}

function positionOf(position: orderer.SeekPosition | undefined, height: number): number {
  switch (position?.getTypeCase()) {
    case SeekPosition.TypeCase.OLDEST:
      return 0;
    case SeekPosition.TypeCase.NEWEST:
      return height - 1;
    case SeekPosition.TypeCase.NEXT_COMMIT:
      return height;
    case SeekPosition.TypeCase.SPECIFIED:
      return position.getSpecified()?.getNumber() ?? 0;
    default:
      throw new SeekRefusal(Status.BAD_REQUEST, 'start or stop is missing');
  }
}

/** Checks a signed request for blocks as a peer's deliver service does. @throws SeekRefusal */
export function readSeek(envelope: common.Envelope, scope: SeekScope): Seek {
  const headers = headersOf(envelope);
  checkEnvelope(headers, scope);
  const channel = scope.channels.get(headers.channelHeader.getChannelId());
  if (!channel) throw new SeekRefusal(Status.NOT_FOUND, 'channel not found');
  const expiresAtMs = channel.msps.validIdentity(headers.creator)?.expiresAtMs ?? 0;
  try {
    const signed = { data: headers.payload, identity: headers.creator, signature: headers.signature };
    checkChannelPolicy(channel.name, channel.msps, 'Readers', signed);
  } catch (error) {
    if (!(error instanceof PeerRefusal)) throw error;
    throw new SeekRefusal(Status.FORBIDDEN, error.message);
  }
  if (Date.now() > expiresAtMs) throw new SeekRefusal(Status.FORBIDDEN, 'deliver client identity expired');
  const info = orderer.SeekInfo.deserializeBinary(headers.data);
  const { height } = channel.ledger;
  const first = positionOf(info.getStart(), height);
  const last = info.getStop()?.hasOldest() ? first : positionOf(info.getStop(), height);
  if (first > height)
    throw new SeekRefusal(Status.NOT_FOUND, `block ${first} is beyond the next one, ${height}`);
  if (last < first) throw new SeekRefusal(Status.BAD_REQUEST, `start ${first} is greater than stop ${last}`);
  const failIfNotReady = info.getBehavior() === orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY;
  return { channel, first, last, failIfNotReady, creator: headers.creator, expiresAtMs };
}
