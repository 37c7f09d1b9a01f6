import { common } from '@hyperledger/fabric-protos';
import { aclRefusal, allows } from '../channel/acl.js';
import type { Channel } from '../channel/channel.js';
import { SYSTEM_CHAINCODES } from '../channel/channel.js';
import { PeerRefusal } from '../errors.js';
import type { Identity } from '../msp/identity.js';
import type { Creator } from '../msp/manager.js';
import { msOf } from '../wire/timestamp.js';
import { transactionId } from '../wire/transaction-id.js';
import type { UnpackedProposal } from './proposal.js';

const { HeaderType } = common;
const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;

/** A duration as Go prints it, e.g. `2m0s`. */
function goDuration(ms: number): string {
  const seconds = ms / MS_PER_SECOND;
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE);
  return minutes > 0 ? `${minutes}m${seconds % SECONDS_PER_MINUTE}s` : `${seconds}s`;
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * The filters in front of a peer's endorser: an expired certificate, a clock that is off.
 * @throws PeerRefusal; to a gateway it looks as if the peer were not available
 */
export function checkFilters(
  proposal: UnpackedProposal,
  creator: Creator | undefined,
  timeWindowMs: number,
): void {
  const nowMs = Date.now();
  const timestamp = proposal.channelHeader.getTimestamp();
  const proposedMs = timestamp ? msOf(timestamp) : 0;
  if (creator && nowMs > creator.expiresAtMs) throw new PeerRefusal('proposal client identity expired');
  if (Math.abs(nowMs - proposedMs) > timeWindowMs) {
    throw new PeerRefusal(
      `request unauthorized due to incorrect timestamp ${rfc3339(proposedMs)}, peer time ${rfc3339(nowMs)}, peer.authentication.timewindow ${goDuration(timeWindowMs)}`,
    );
  }
}

/** A peer's checks of a proposal itself. @throws PeerRefusal */
function validate(proposal: UnpackedProposal, creator: Creator | undefined): Identity {
  const type = proposal.channelHeader.getType();
  if (type !== HeaderType.ENDORSER_TRANSACTION && type !== HeaderType.CONFIG) {
    throw new PeerRefusal(`invalid header type ${type}`);
  }
  if (proposal.channelHeader.getEpoch() !== 0) throw new PeerRefusal('epoch is non-zero');
  if (proposal.nonce.length === 0) throw new PeerRefusal('nonce is empty');
  if (proposal.creator.length === 0) throw new PeerRefusal('creator is empty');
  const expected = transactionId(proposal.nonce, proposal.creator);
  if (proposal.txId !== expected) {
    throw new PeerRefusal(`incorrectly computed txid '${proposal.txId}' -- expected '${expected}'`);
  }
  if (proposal.signature.length === 0) throw new PeerRefusal('empty signature bytes');
  if (!creator) {
    throw new PeerRefusal(
      `access denied: channel [${proposal.channel}] creator org unknown, creator is malformed`,
    );
  }
  if (!creator.identity?.verify(proposal.proposalBytes, proposal.signature)) {
    throw new PeerRefusal(`access denied: channel [${proposal.channel}] creator org [${creator.mspId}]`);
  }
  return creator.identity;
}

/** Everything a peer checks before it simulates. Returns the creator. @throws PeerRefusal */
export function admit(proposal: UnpackedProposal, creator: Creator | undefined, channel: Channel): Identity {
  let identity: Identity;
  try {
    identity = validate(proposal, creator);
  } catch (error) {
    if (!(error instanceof PeerRefusal)) throw error;
    throw new PeerRefusal(`error validating proposal: ${error.message}`, { cause: error });
  }
  if (channel.ledger.findTransaction(proposal.txId)) {
    throw new PeerRefusal(
      `duplicate transaction found [${proposal.txId}]. Creator [${proposal.creator.toString('hex')}]`,
    );
  }
  if (!SYSTEM_CHAINCODES.has(proposal.chaincode) && !allows('Writers', identity)) {
    throw aclRefusal(channel.name, 'Writers');
  }
  return identity;
}

/** The creator as far as it can be read. */
export function creatorOf(proposal: UnpackedProposal, channel: Channel): Creator | undefined {
  try {
    return channel.msps.deserialize(proposal.creator);
  } catch (error) {
    if (error instanceof PeerRefusal) return undefined;
    throw error;
  }
}
