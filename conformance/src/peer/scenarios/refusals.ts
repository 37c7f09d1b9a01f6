import { randomBytes } from 'node:crypto';
import { curveOf, negateS, signLowS } from '@careledger/crypto/ecdsa';
import { seen, type Outcome } from '../../fixtures/observation/outcome.js';
import {
  AUTHORITIES,
  CLOUD_A,
  CLOUD_B,
  HOSPITAL,
  PATIENTS,
  PROBE,
  type ClientOptions,
  type PeerNetwork,
} from '../../fixtures/probe/peer-network.js';
import { endorse, evaluate, submit, type Scenarios } from '../scenario.js';

/** The first of a stream; asked for at once, since an error that nobody waits for ends the process. */
async function firstOf(opening: Promise<AsyncIterable<unknown> & { close(): void }>): Promise<string> {
  const stream = await opening;
  try {
    for await (const each of stream) return typeof each;
    return 'the end';
  } finally {
    stream.close();
  }
}

/** All that such a client can try: reading, writing, following events and blocks. */
async function triedBy(network: PeerNetwork, options: ClientOptions): Promise<Outcome> {
  const client = network.client(options);
  return {
    evaluate: await seen(client.contract.evaluateTransaction('get', 'k')),
    submit: await seen(client.contract.submitTransaction('put', 'k', 'v')),
    events: await seen(firstOf(client.network.getChaincodeEvents(PROBE, { startBlock: 0n }))),
    // The client library makes an error of its own of the status that ends a stream of blocks.
    blocks: await firstOf(client.network.getBlockEvents({ startBlock: 0n })).catch(String),
  };
}

export const refusals: Scenarios = {
  'a chaincode’s error, at evaluate and at endorse': async (network) => {
    const { contract } = network.client();
    return {
      evaluate: await seen(contract.evaluateTransaction('fail', 'no such patient')),
      submit: await seen(contract.submitTransaction('putThenFail', 'never')),
      written: await evaluate(network.client(), 'get', 'never'),
    };
  },
  'an unknown function, chaincode, channel': async (network) => {
    const { contract, network: channel, gateway } = network.client();
    const nowhere = channel.getContract('nosuch');
    const elsewhere = gateway.getNetwork('nochannel').getContract(PROBE);
    return {
      function: await seen(contract.evaluateTransaction('nosuch')),
      chaincodeEvaluated: await seen(nowhere.evaluateTransaction('get', 'k')),
      chaincodeEndorsed: await seen(nowhere.submitTransaction('get', 'k')),
      channelEvaluated: await seen(elsewhere.evaluateTransaction('get', 'k')),
      channelEndorsed: await seen(elsewhere.submitTransaction('get', 'k')),
    };
  },
  'a rich query on leveldb': async (network) =>
    seen(network.client().contract.evaluateTransaction('query', '{"selector":{}}')),
  'a page and a write in one transaction': async (network) =>
    seen(network.client().contract.submitTransaction('pageThenPut', 'k')),
  'an organisation that is not on the channel': (network) =>
    triedBy(network, { channel: AUTHORITIES, mspId: CLOUD_B, at: HOSPITAL }),
  'a certificate under another organisation’s name': (network) =>
    triedBy(network, { mspId: CLOUD_A, certificateOf: [PATIENTS, 'user'] }),
  'somebody else’s certificate: the signature is not its owner’s': (network) =>
    triedBy(network, { mspId: CLOUD_A, certificateOf: [CLOUD_A, 'admin'] }),
  'a signature with a high S': (network) =>
    triedBy(network, {
      signer: (key, message) => negateS(signLowS(key, message), curveOf(key)),
    }),
  'an envelope that nobody signed': async (network) => {
    const transaction = await endorse(network.client(), 'put', 'unsigned', 'v');
    const forger = network.client({ signer: () => randomBytes(70) });
    const submitted = forger.gateway.newTransaction(transaction.getBytes()).submit();
    return seen(submitted.then(() => 'accepted'));
  },
  'a transaction altered after its endorsement': async (network) => {
    const client = network.client();
    const bytes = Buffer.from((await endorse(client, 'put', 'alter', 'good')).getBytes());
    bytes.write('evil', bytes.lastIndexOf('good'));
    const { code } = await (await client.gateway.newTransaction(bytes).submit()).getStatus();
    return { code, value: await evaluate(client, 'get', 'alter') };
  },
  'a proposal whose transaction is already on the ledger': async (network) => {
    const proposal = network.client().contract.newProposal('put', { arguments: ['dup', 'v'] });
    await (await (await proposal.endorse()).submit()).getStatus();
    return {
      endorse: await seen(proposal.endorse().then(() => 'endorsed')),
      evaluate: await seen(proposal.evaluate()),
    };
  },
  'the ledger’s own queries': async (network) => {
    await submit(network.client(), 'put', 'qscc', 'v');
    const qscc = network.client().network.getContract('qscc');
    return {
      unknownTransaction: await seen(
        qscc.evaluateTransaction('GetTransactionByID', 'cloud', '00'.repeat(32)),
      ),
      unknownBlock: await seen(qscc.evaluateTransaction('GetBlockByNumber', 'cloud', '999999')),
      unknownFunction: await seen(qscc.evaluateTransaction('GetEverything', 'cloud')),
      block0: (await qscc.evaluateTransaction('GetBlockByNumber', 'cloud', '0')).length > 0,
    };
  },
};
