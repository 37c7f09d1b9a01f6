import { admin, client, enroller, peer, type MemoryNetwork } from '@careledger/chaincode-runtime/testing';
import { askedFor } from '../../fixtures/chaincode/functions.js';
import { IDENTITIES, type IdentityName } from '../../fixtures/chaincode/identities.js';
import type { Call, LedgerTarget } from './ledger-target.js';

type Caller = ReturnType<typeof client>;

/** Callers as the certificates of these identities would say. */
function callerAs(identity: IdentityName): Caller {
  const { mspId, name } = IDENTITIES[identity];
  if (name === 'admin') return admin(mspId);
  if (name === 'peer') return peer(mspId);
  if (name === 'gateway') return enroller();
  return { ...client(mspId), mayEnrol: name === 'claims-to-enrol' };
}

/** The chaincode in memory. Nobody keeps strangers and peers away from it as a network does. */
export function memoryTarget(network: MemoryNetwork): LedgerTarget {
  const proposalOf = ({ identity, channel, name: named, args }: Call) => {
    const { contract, name } = askedFor(named);
    return { channel, chaincode: contract.name, name, args, caller: callerAs(identity) };
  };
  return {
    networkId: network.networkId,
    nowS: () => Math.floor(network.nowMs / 1000),
    submit: async (call) => {
      const { result, txId } = await network.submit(proposalOf(call));
      return { result, transactionId: txId };
    },
    evaluate: async (call) => (await network.endorse(proposalOf(call))).result,
    overtaken: async (call, by) => {
      const endorsed = await network.endorse(proposalOf(call));
      await by();
      return network.commit(endorsed);
    },
  };
}
