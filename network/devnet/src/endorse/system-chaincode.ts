import { common, peer } from '@hyperledger/fabric-protos';
import { configOf } from '../block/config-block.js';
import { aclRefusal, allows } from '../channel/acl.js';
import type { Channel } from '../channel/channel.js';
import { PeerRefusal } from '../errors.js';
import { blockBytes } from '../ledger/ledger.js';
import type { Identity } from '../msp/identity.js';
import { asBuffer } from '../wire/bytes.js';
import { lifecycleQuery } from './lifecycle-queries.js';
import type { UnpackedProposal } from './proposal.js';
import { failure, success } from './system-response.js';

type Query = (channel: Channel, argument: Buffer) => Promise<peer.Response>;

async function blockOrFailure(channel: Channel, number: number, refusal: string): Promise<peer.Response> {
  const block = await channel.ledger.block(number);
  return block ? success(blockBytes(block)) : failure(refusal);
}

function chainInfo(channel: Channel): Promise<peer.Response> {
  const info = new common.BlockchainInfo();
  info.setHeight(channel.ledger.height);
  info.setCurrentblockhash(channel.ledger.lastHash);
  info.setPreviousblockhash(channel.ledger.previousHash);
  return Promise.resolve(success(info.serializeBinary()));
}

function blockByNumber(channel: Channel, argument: Buffer): Promise<peer.Response> {
  const text = argument.toString('utf8');
  if (!/^\d+$/.test(text)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
    return Promise.resolve(failure(`Failed to parse block number with error ${why}`));
  }
  const missing = `Failed to get block number ${text}, error no such block number [${text}] in index`;
  return blockOrFailure(channel, Number(text), missing);
}

function blockByHash(channel: Channel, argument: Buffer): Promise<peer.Response> {
  const number = channel.ledger.findBlock(argument);
  const hex = argument.toString('hex');
  const missing = `Failed to get block hash ${argument.toString('latin1')}, error no such block hash [${hex}] in index`;
  return number === undefined ? Promise.resolve(failure(missing)) : blockOrFailure(channel, number, missing);
}

function blockByTxId(channel: Channel, argument: Buffer): Promise<peer.Response> {
  const txId = argument.toString('utf8');
  const position = channel.ledger.findTransaction(txId);
  const missing = `Failed to get block for txID ${txId}, error no such transaction ID [${txId}] in index`;
  return position ? blockOrFailure(channel, position.block, missing) : Promise.resolve(failure(missing));
}

async function transactionById(channel: Channel, argument: Buffer): Promise<peer.Response> {
  const txId = argument.toString('utf8');
  const position = channel.ledger.findTransaction(txId);
  const envelope = position && (await channel.ledger.block(position.block))?.envelopes[position.tx];
  if (!position || !envelope) {
    return failure(
      `Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`,
    );
  }
  const processed = new peer.ProcessedTransaction();
  processed.setTransactionenvelope(common.Envelope.deserializeBinary(envelope));
  processed.setValidationcode(position.code);
  return success(processed.serializeBinary());
}

const LEDGER_QUERIES: ReadonlyMap<string, Query> = new Map<string, Query>([
  ['GetChainInfo', chainInfo],
  ['GetBlockByNumber', blockByNumber],
  ['GetBlockByHash', blockByHash],
  ['GetBlockByTxID', blockByTxId],
  ['GetTransactionByID', transactionById],
]);

async function ledgerQuery(
  args: readonly Buffer[],
  creator: Identity,
  channels: ReadonlyMap<string, Channel>,
): Promise<peer.Response> {
  if (args.length < 2) return failure(`Incorrect number of arguments, ${args.length}`);
  const [name = '', channelName = ''] = args.map((each) => each.toString('utf8'));
  if (name !== 'GetChainInfo' && args.length < 3) return failure(`missing 3rd argument for ${name}`);
  const channel = channels.get(channelName);
  if (!channel) return failure(`Invalid chain ID, ${channelName}`);
  const query = LEDGER_QUERIES.get(name);
  if (!query)
    return failure(`access denied for [${name}][${channelName}]: [Unmapped policy for qscc/${name}]`);
  const local = channel.msps.validIdentity(creator.serialized);
  if (!local || !allows('Readers', local)) {
    return failure(
      `access denied for [${name}][${channelName}]: [${aclRefusal(channelName, 'Readers').message}]`,
    );
  }
  return query(channel, args[2] ?? Buffer.alloc(0));
}

async function configQuery(
  args: readonly Buffer[],
  creator: Identity,
  channels: ReadonlyMap<string, Channel>,
): Promise<peer.Response> {
  const [name = '', channelName = ''] = args.map((each) => each.toString('utf8'));
  if (name === 'GetChannels') {
    const response = new peer.ChannelQueryResponse();
    response.setChannelsList(
      [...channels.keys()].map((id) => {
        const info = new peer.ChannelInfo();
        info.setChannelId(id);
        return info;
      }),
    );
    return success(response.serializeBinary());
  }
  if (args.length < 2) return failure(`Incorrect number of arguments, ${args.length}`);
  if (name !== 'GetConfigBlock' && name !== 'GetChannelConfig') {
    return failure(`Requested function ${name} not found.`);
  }
  const channel = channels.get(channelName);
  if (!channel) {
    const refusal = `Failed to get policy manager for channel [${channelName}]`;
    return failure(`access denied for [${name}][${channelName}]: ${refusal}`);
  }
  const local = channel.msps.validIdentity(creator.serialized);
  if (!local || !allows('Readers', local)) {
    return failure(
      `access denied for [${name}][${channelName}]: ${aclRefusal(channelName, 'Readers').message}`,
    );
  }
  if (name === 'GetConfigBlock') return blockOrFailure(channel, 0, `Unknown channel ID, ${channelName}`);
  const genesis = await channel.ledger.block(0);
  const config = genesis && configOf(genesis).getConfig();
  return config ? success(config.serializeBinary()) : failure(`unknown channel ID, ${channelName}`);
}

/**
 * Answers qscc, cscc and the queries of the lifecycle, as far as a client's proposal may call them.
 * @throws PeerRefusal for changes of definitions, which are not part of the devnet: chaincode is defined at start
 */
export function invokeSystemChaincode(
  proposal: UnpackedProposal,
  creator: Identity,
  channels: ReadonlyMap<string, Channel>,
): Promise<peer.Response> {
  const args = proposal.input.getArgsList_asU8().map(asBuffer);
  if (proposal.chaincode === 'qscc') return ledgerQuery(args, creator, channels);
  if (proposal.chaincode === 'cscc') return configQuery(args, creator, channels);
  const channel = channels.get(proposal.channel);
  const answer = channel && proposal.chaincode === '_lifecycle' && lifecycleQuery(channel, args, creator);
  if (answer) return Promise.resolve(answer);
  const name = args[0]?.toString('utf8') ?? '';
  throw new PeerRefusal(
    `error in simulation: failed to execute transaction ${proposal.txId}: function '${name}' of ${proposal.chaincode} is not available on this peer`,
  );
}

/** What a chaincode gets that calls qscc or cscc: an answer, but not the one it wants. */
export function refuseCallFromChaincode(name: string, caller: string): peer.Response {
  const reason = name === 'qscc' ? ' because of potential for deadlocks' : '';
  return failure(
    `Rejecting invoke of ${name.toUpperCase()} from another chaincode${reason}, original invocation for '${caller}'`,
  );
}
