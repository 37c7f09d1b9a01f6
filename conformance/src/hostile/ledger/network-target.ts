import { submitWithRetry } from '@careledger/ledger';
import type { ChaincodeNetwork } from '../../fixtures/chaincode/chaincode-network.js';
import { validationCode } from '../../fixtures/observation/outcome.js';
import { contractOf, type LedgerTarget } from './ledger-target.js';

/** A network that runs the chaincode as it is deployed. */
export function networkTarget(network: ChaincodeNetwork): LedgerTarget {
  return {
    networkId: network.networkId,
    nowS: () => Math.floor(Date.now() / 1000),
    submit: ({ identity, channel, contract, name, args }) =>
      // Many try at once: two peers may be a block apart when they are asked.
      submitWithRetry(
        () => network.submit(identity, channel, contractOf(name, contract), name, args),
        identity === 'hospital peer' ? { maxProposals: 1 } : {},
      ),
    evaluate: ({ identity, channel, contract, name, args }) =>
      network.evaluate(identity, channel, contractOf(name, contract), name, args),
    overtaken: async ({ identity, channel, contract, name, args }, by) => {
      const endorsed = await network.endorse(identity, channel, contractOf(name, contract), name, args);
      await by();
      const { code } = await (await endorsed.submit()).getStatus();
      return validationCode(code);
    },
  };
}
