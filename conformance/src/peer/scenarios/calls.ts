import { seen, type Outcome } from '../../fixtures/observation/outcome.js';
import {
  AUTHORITIES,
  CLOUD,
  OTHER_PROBE,
  PATIENTS,
  PROBE,
  type PeerNetwork,
} from '../../fixtures/probe/peer-network.js';
import { evaluate, submit, type Scenarios } from '../scenario.js';

/** A lifecycle.QueryChaincodeDefinitionArgs with the name `nosuch`. */
const UNKNOWN_DEFINITION = '\n\u0006nosuch';

/** What a chaincode gets when it calls another. */
const call = (network: PeerNetwork, name: string, channel: string, ...args: string[]): Promise<Outcome> =>
  seen(
    network
      .client({ mspId: PATIENTS })
      .contract.evaluateTransaction('call', name, channel, JSON.stringify(args)),
  );

export const calls: Scenarios = {
  'another chaincode of the channel writes as part of the transaction, in its own namespace': async (
    network,
  ) => {
    const client = network.client();
    const answer = await submit(client, 'call', OTHER_PROBE, CLOUD, '["put","via","call"]');
    return {
      answer,
      there: Buffer.from(
        await client.network.getContract(OTHER_PROBE).evaluateTransaction('get', 'via'),
      ).toString(),
      here: await evaluate(client, 'get', 'via'),
    };
  },
  'a chaincode of another channel is read, its writes are dropped': async (network) => {
    const side = network.client({ channel: AUTHORITIES, mspId: PATIENTS });
    await submit(side, 'put', 'there', 'seen');
    const read = await call(network, OTHER_PROBE, AUTHORITIES, 'get', 'there');
    const own = await call(network, PROBE, AUTHORITIES, 'get', 'there');
    const written = await call(network, OTHER_PROBE, AUTHORITIES, 'put', 'there', 'changed');
    return { read, own, written, value: await evaluate(side, 'get', 'there') };
  },
  'the called chaincode fails': (network) => call(network, OTHER_PROBE, CLOUD, 'fail', 'not today'),
  'the called function is not there': (network) => call(network, OTHER_PROBE, CLOUD, 'nosuch'),
  'the called chaincode is not there': (network) => call(network, 'nosuch', CLOUD, 'get', 'k'),
  'the called channel is not there': (network) => call(network, OTHER_PROBE, 'nochannel', 'get', 'k'),
  'a chaincode calls itself': (network) => call(network, PROBE, CLOUD, 'get', 'k'),
  'qscc called from chaincode': (network) => call(network, 'qscc', CLOUD, 'GetChainInfo', CLOUD),
  'cscc called from chaincode': (network) => call(network, 'cscc', CLOUD, 'GetChannels'),
  '_lifecycle called from chaincode': (network) =>
    call(network, '_lifecycle', CLOUD, 'QueryChaincodeDefinition', UNKNOWN_DEFINITION),
};
