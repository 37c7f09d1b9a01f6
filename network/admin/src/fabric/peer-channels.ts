import { common, peer } from '@hyperledger/fabric-protos';
import type { PeerConnection } from './peer-connection.js';

/** Names of the channels that a peer has joined. */
export async function listChannels(connection: PeerConnection): Promise<string[]> {
  const bytes = await connection.query({ channel: '', chaincode: 'cscc', args: ['GetChannels'] });
  return peer.ChannelQueryResponse.deserializeBinary(bytes)
    .getChannelsList()
    .map((channel) => channel.getChannelId());
}

/** Joins a peer to the channel of a block: its genesis block, or for a late joiner too. */
export async function joinChannel(connection: PeerConnection, genesisBlock: Uint8Array): Promise<void> {
  await connection.query({
    channel: '',
    chaincode: 'cscc',
    args: ['JoinChain', genesisBlock],
    type: common.HeaderType.CONFIG,
  });
}

export interface ChainInfo {
  readonly height: number;
  /** Hash of the last block, hex. */
  readonly head: string;
}

/** Height and head of a channel at a peer. */
export async function chainInfo(connection: PeerConnection, channel: string): Promise<ChainInfo> {
  const bytes = await connection.query({ channel, chaincode: 'qscc', args: ['GetChainInfo', channel] });
  const info = common.BlockchainInfo.deserializeBinary(bytes);
  return { height: info.getHeight(), head: Buffer.from(info.getCurrentblockhash_asU8()).toString('hex') };
}

/** The newest configuration of a channel, as a peer has it. */
export async function channelConfig(connection: PeerConnection, channel: string): Promise<common.Config> {
  const bytes = await connection.query({ channel, chaincode: 'cscc', args: ['GetChannelConfig', channel] });
  return common.Config.deserializeBinary(bytes);
}
