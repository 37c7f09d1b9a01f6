import { common } from '@hyperledger/fabric-protos';
import type { ParsedTransaction } from '../block/parsed-transaction.js';
import { policyFailure, satisfiesChannelPolicy } from '../channel/acl.js';
import type { Channel } from '../channel/channel.js';
import { PeerRefusal } from '../errors.js';
import { MAX_ENVELOPE_BYTES } from '../limits.js';

const { HeaderType } = common;
/** An orderer's answer to an envelope it does not take (common.Status). */
export type BroadcastStatus =
  'BAD_REQUEST' | 'FORBIDDEN' | 'NOT_FOUND' | 'SERVICE_UNAVAILABLE' | 'REQUEST_ENTITY_TOO_LARGE';

/** An envelope that an orderer refuses. */
export class BroadcastRefusal extends PeerRefusal {
  readonly status: BroadcastStatus;

  constructor(status: BroadcastStatus, info: string) {
    super(info);
    this.status = status;
  }
}

/** What an orderer checks before it takes an envelope. @throws BroadcastRefusal */
export function admitEnvelope(transaction: ParsedTransaction, channel: Channel): void {
  const { headers, envelope } = transaction;
  if (envelope.length === 0) throw new BroadcastRefusal('BAD_REQUEST', 'Message was empty');
  if (!headers)
    throw new BroadcastRefusal('BAD_REQUEST', 'could not determine channel ID: missing channel header');
  const { channelHeader } = headers;
  if (channelHeader.getChannelId() !== channel.name) {
    throw new BroadcastRefusal('NOT_FOUND', 'channel does not exist');
  }
  const type = channelHeader.getType();
  if (type === HeaderType.CONFIG || type === HeaderType.ORDERER_TRANSACTION) {
    throw new BroadcastRefusal('BAD_REQUEST', 'message is of type that cannot be processed directly');
  }
  if (type === HeaderType.CONFIG_UPDATE) {
    // A devnet's channels are what it was started with.
    throw new BroadcastRefusal(
      'FORBIDDEN',
      `error applying config update to existing channel '${channel.name}': permission denied`,
    );
  }
  if (envelope.length > MAX_ENVELOPE_BYTES) {
    throw new BroadcastRefusal(
      'BAD_REQUEST',
      `message payload is ${envelope.length} bytes and exceeds maximum allowed ${MAX_ENVELOPE_BYTES} bytes`,
    );
  }
  const creator = channel.msps.validIdentity(headers.creator);
  if (creator && Date.now() > creator.expiresAtMs) {
    throw new BroadcastRefusal('BAD_REQUEST', 'broadcast client identity expired');
  }
  const signed = { data: headers.payload, identity: headers.creator, signature: headers.signature };
  if (!satisfiesChannelPolicy(channel.msps, 'Writers', signed)) {
    throw new BroadcastRefusal('FORBIDDEN', `${policyFailure('Writers')}: permission denied`);
  }
}
