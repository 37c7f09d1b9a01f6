import { collectionsOf } from '../../fixtures/observation/collection-content.js';
import { BRIEF_BLOCKS } from '../../fixtures/probe/definition.js';
import { peer } from '@hyperledger/fabric-protos';
import { seen, type Outcome } from '../../fixtures/observation/outcome.js';
import {
  CLOUD_A,
  CLOUD_B,
  HOSPITAL,
  PATIENTS,
  PROBE,
  type PeerNetwork,
} from '../../fixtures/probe/peer-network.js';
import { ask, contractOf, get, hash, named, put } from '../private-calls.js';
import { commit, submit, type Scenarios } from '../scenario.js';

/** Endorses a call of the probe by the peers of both members. */
const endorsed = (network: PeerNetwork, name: string, ...args: string[]) =>
  contractOf(network, {})
    .newProposal(name, { arguments: args, endorsingOrganizations: [CLOUD_A, CLOUD_B] })
    .endorse();

/** How much private data comes with a block to an organisation. */
async function partsOf(network: PeerNetwork, mspId: string, block: bigint): Promise<number> {
  const events = await network.client({ mspId }).network.getBlockAndPrivateDataEvents({ startBlock: block });
  try {
    for await (const each of events) return each.getPrivateDataMapMap().getLength();
    return -1;
  } finally {
    events.close();
  }
}

export const collections: Scenarios = {
  'members read what one of them wrote': async (network) => ({
    put: await put(network, 'open', ['c1', 'a diagnosis']),
    writer: await get(network, 'open', 'c1'),
    other: await get(network, 'open', 'c1', { as: CLOUD_B }),
    hash: await hash(network, 'open', 'c1'),
  }),
  'the peer of an organisation outside has the hash alone': async (network) => {
    await put(network, 'open', ['c2', 'v']);
    return {
      value: await get(network, 'open', 'c2', { as: PATIENTS }),
      hash: await hash(network, 'open', 'c2', { as: PATIENTS }),
      range: await ask(network, 'privateRange', ['open', 'c2', 'c3'], { as: PATIENTS }),
      nothing: await get(network, 'open', 'c0', { as: PATIENTS }),
    };
  },
  'an outsider’s client reads at a member’s peer, unless members only may': async (network) => {
    await put(network, 'open', ['c4', 'v']);
    await put(network, 'closed', ['c4', 'v']);
    const outsider = { as: PATIENTS, at: CLOUD_A };
    return {
      open: await get(network, 'open', 'c4', outsider),
      closed: await get(network, 'closed', 'c4', outsider),
      closedHash: await hash(network, 'closed', 'c4', outsider),
      closedRange: await ask(network, 'privateRange', ['closed', 'c4', 'c5'], outsider),
      member: await get(network, 'closed', 'c4', { as: CLOUD_B }),
    };
  },
  'an outsider’s client writes, unless members only may': async (network) => {
    const outsider = { as: PATIENTS, at: CLOUD_A, by: [CLOUD_A, CLOUD_B] };
    return {
      open: await put(network, 'open', ['c6', 'v'], outsider),
      openUnnamed: await put(network, 'open', ['c6', 'w'], { as: PATIENTS, at: CLOUD_A }),
      openAtOwnPeer: await put(network, 'open', ['c6', 'x'], { as: PATIENTS }),
      openByOwnPeer: await put(network, 'open', ['c6', 'y'], { as: PATIENTS, by: [PATIENTS, CLOUD_A] }),
      value: await get(network, 'open', 'c6'),
      closed: await put(network, 'closed', ['c6', 'v'], outsider),
      closedDeleted: await seen(
        contractOf(network, outsider).submit('delPrivate', {
          arguments: ['closed', 'c6'],
          ...named(outsider),
        }),
      ),
      closedValue: await get(network, 'closed', 'c6'),
    };
  },
  'a member without a peer reads at another’s': async (network) => {
    await put(network, 'guest', ['c7', 'v']);
    return {
      member: await get(network, 'guest', 'c7', { as: HOSPITAL, at: CLOUD_A }),
      outsider: await get(network, 'guest', 'c7', { as: CLOUD_B, at: CLOUD_A }),
      written: await put(network, 'guest', ['c7', 'w'], { as: HOSPITAL, at: CLOUD_A }),
      elsewhere: await get(network, 'guest', 'c7', { as: HOSPITAL, at: CLOUD_B }),
    };
  },
  'its own policy asks for more than the chaincode’s': async (network) => ({
    one: await put(network, 'joint', ['c8', '1'], { by: [CLOUD_A] }),
    oneAndAnOutsider: await put(network, 'joint', ['c8', '2'], { by: [PATIENTS, CLOUD_A] }),
    both: await put(network, 'joint', ['c8', '3'], { by: [CLOUD_A, CLOUD_B] }),
    unnamed: await put(network, 'joint', ['c8', '4']),
    value: await get(network, 'joint', 'c8', { as: CLOUD_B }),
  }),
  'its own policy asks for less than the chaincode’s': async (network) => ({
    one: await put(network, 'alone', ['c9', '1'], { by: [CLOUD_A] }),
    others: await put(network, 'alone', ['c9', '2'], { by: [PATIENTS, CLOUD_B] }),
    unnamed: await put(network, 'alone', ['c9', '3']),
    value: await get(network, 'alone', 'c9'),
  }),
  'a policy that members alone cannot satisfy': async (network) => ({
    unnamed: await put(network, 'narrow', ['c10', '1']),
    named: await put(network, 'narrow', ['c10', '2'], { by: [CLOUD_A, CLOUD_B] }),
    value: await get(network, 'narrow', 'c10'),
    endorserHasNothing: await get(network, 'narrow', 'c10', { as: CLOUD_B }),
    read: await seen(
      contractOf(network, {}).submit('copyPrivate', { arguments: ['narrow', 'c10', 'c10-copy'] }),
    ),
  }),
  'data that was sent before the endorsement, data that is fetched with the block': async (network) => ({
    pushed: await put(network, 'pushed', ['c11', 'v'], { by: [PATIENTS, CLOUD_A] }),
    pulled: await put(network, 'pulled', ['c11', 'v'], { by: [PATIENTS, CLOUD_A] }),
    received: await get(network, 'pushed', 'c11', { as: CLOUD_B }),
    fetched: await get(network, 'pulled', 'c11', { as: CLOUD_B }),
  }),
  'fewer peers can have the data than must': async (network) => ({
    unnamed: await put(network, 'unreachable', ['c12', 'v']),
    named: await put(network, 'unreachable', ['c12', 'v'], { by: [CLOUD_A, CLOUD_B] }),
    byAnOutsider: await put(network, 'unreachable', ['c12', 'v'], { by: [PATIENTS] }),
    deleted: await seen(contractOf(network, {}).submit('delPrivate', { arguments: ['unreachable', 'c12'] })),
    evaluated: await seen(
      contractOf(network, {}).evaluate('putPrivate', {
        arguments: ['unreachable', 'c12'],
        transientData: { value: 'v' },
      }),
    ),
    read: await get(network, 'unreachable', 'c12'),
  }),
  'data outlives so many blocks and no more': async (network) => {
    await put(network, 'brief', ['c13', 'v']);
    const lives: Outcome[] = [];
    for (let block = 0; block <= BRIEF_BLOCKS + 1; block += 1) {
      lives.push({
        value: await get(network, 'brief', 'c13'),
        hash: await hash(network, 'brief', 'c13', { as: PATIENTS }),
        range: await ask(network, 'privateRange', ['brief', 'c13', 'c14']),
      });
      await submit(network.client(), 'put', 'filler', String(block));
    }
    return lives;
  },
  'data that is written again lives from then on': async (network) => {
    await put(network, 'brief', ['c14', 'old']);
    await put(network, 'brief', ['c14', 'new']);
    for (let block = 0; block < BRIEF_BLOCKS; block += 1)
      await submit(network.client(), 'put', 'filler', String(block));
    const last = await get(network, 'brief', 'c14');
    await submit(network.client(), 'put', 'filler', 'last');
    return { last, gone: await get(network, 'brief', 'c14') };
  },
  'a transaction that read data which has expired since': async (network) => {
    await put(network, 'brief', ['c15', 'v']);
    const late = await endorsed(network, 'copyPrivate', 'brief', 'c15', 'c15-copy');
    for (let block = 0; block <= BRIEF_BLOCKS; block += 1)
      await submit(network.client(), 'put', 'filler', String(block));
    return [await commit(late), await get(network, 'brief', 'c15-copy')];
  },
  'a block comes without data that has expired': async (network) => {
    const proposal = contractOf(network, {}).newProposal('putPrivate', {
      arguments: ['brief', 'c16'],
      transientData: { value: 'v' },
    });
    const { blockNumber } = await (await (await proposal.endorse()).submit()).getStatus();
    const fresh = [
      await partsOf(network, CLOUD_A, blockNumber),
      await partsOf(network, PATIENTS, blockNumber),
    ];
    for (let block = 0; block <= BRIEF_BLOCKS; block += 1)
      await submit(network.client(), 'put', 'filler', String(block));
    return { fresh, expired: await partsOf(network, CLOUD_A, blockNumber) };
  },
  'a purge takes away what a key has been, from blocks too': async (network) => {
    const { contract, network: channel } = network.client();
    const proposal = contract.newProposal('putPrivate', {
      arguments: ['open', 'c21'],
      transientData: { value: 'purged-secret-21' },
    });
    const { blockNumber } = await (await (await proposal.endorse()).submit()).getStatus();
    await put(network, 'open', ['c22', 'stays']);
    const purged = await seen(contract.submit('purgePrivate', { arguments: ['open', 'c21'] }));
    const delivered = await channel.getBlockAndPrivateDataEvents({ startBlock: blockNumber });
    let isThere: boolean | undefined;
    for await (const each of delivered) {
      isThere = Buffer.from(each.serializeBinary()).includes('purged-secret-21');
      break;
    }
    delivered.close();
    const outsider = { as: PATIENTS, at: CLOUD_A, by: [CLOUD_A, CLOUD_B] };
    return {
      purged,
      value: await get(network, 'open', 'c21'),
      hash: await hash(network, 'open', 'c21', { as: PATIENTS }),
      other: await get(network, 'open', 'c22', { as: CLOUD_B }),
      isThere: isThere ?? 'no block',
      again: await put(network, 'open', ['c21', 'again']),
      value2: await get(network, 'open', 'c21', { as: CLOUD_B }),
      nothing: await seen(contract.submit('purgePrivate', { arguments: ['open', 'c23'] })),
      unknown: await seen(contract.submit('purgePrivate', { arguments: ['nosuch', 'c21'] })),
      outsider: await seen(
        contractOf(network, outsider).submit('purgePrivate', {
          arguments: ['closed', 'c21'],
          ...named(outsider),
        }),
      ),
    };
  },
  'a write overtakes a transaction that read the hash': async (network) => {
    await put(network, 'open', ['c17', 'v0']);
    const late = await contractOf(network, { as: PATIENTS })
      .newProposal('hashInto', { arguments: ['open', 'c17', 'hash-c17'] })
      .endorse();
    await put(network, 'open', ['c17', 'v1']);
    return commit(late);
  },
  'a private key of its own policy': async (network) => {
    await put(network, 'open', ['c18', 'v0']);
    const { contract } = network.client();
    await contract.submit('protectPrivate', {
      arguments: ['open', 'c18', CLOUD_B],
      endorsingOrganizations: [CLOUD_A, CLOUD_B],
    });
    return {
      policy: await ask(network, 'privatePolicyOf', ['open', 'c18']),
      before: await put(network, 'open', ['c18', 'v1'], { by: [PATIENTS, CLOUD_A] }),
      now: await put(network, 'open', ['c18', 'v2'], { by: [CLOUD_B] }),
      unnamed: await put(network, 'open', ['c18', 'v3']),
      value: await get(network, 'open', 'c18'),
    };
  },
  'their definition can be asked for, by whom the channel lets': async (network) => {
    const args = new peer.lifecycle.QueryChaincodeDefinitionArgs();
    args.setName(PROBE);
    const query = (mspId: string, at = mspId) =>
      network
        .client({ mspId, at })
        .network.getContract('_lifecycle')
        .evaluate('QueryChaincodeDefinition', {
          arguments: [args.serializeBinary()],
          endorsingOrganizations: [at],
        });
    const result = peer.lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(await query(CLOUD_A));
    const unknown = new peer.lifecycle.QueryChaincodeDefinitionArgs();
    unknown.setName('nosuch');
    return {
      version: result.getVersion(),
      sequence: result.getSequence(),
      approvals: result.getApprovalsMap().toArray().sort(),
      collections: collectionsOf(result.getCollections()),
      member: (await query(HOSPITAL, CLOUD_A)).length > 0,
      unknown: await seen(
        network
          .client()
          .network.getContract('_lifecycle')
          .evaluate('QueryChaincodeDefinition', {
            arguments: [unknown.serializeBinary()],
          }),
      ),
    };
  },
  'an empty key, an empty value': async (network) => ({
    key: await put(network, 'open', ['', 'v']),
    value: await put(network, 'open', ['c19', '']),
    read: await get(network, 'open', 'c19'),
    hash: await hash(network, 'open', 'c19'),
  }),
  'a collection that is not there is written': (network) => put(network, 'nosuch', ['c20', 'v']),
  'a collection of this chaincode is not the other’s': async (network) => {
    const other = network.client().network.getContract('access-control');
    return seen(other.evaluateTransaction('getPrivate', 'open', 'c1'));
  },
};
