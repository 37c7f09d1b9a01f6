import { submitWithRetry } from '@careledger/ledger';
import type { ChaincodeNetwork } from '../../fixtures/chaincode/chaincode-network.js';
import { validationCode } from '../../fixtures/observation/outcome.js';
import type { LedgerTarget } from './ledger-target.js';

/** A network that runs the chaincode as it is deployed. */
export function networkTarget(network: ChaincodeNetwork): LedgerTarget {
  return {
    networkId: network.networkId,
    nowS: () => Math.floor(Date.now() / 1000),
    submit: async ({ identity, channel, name, args }) => {
      // Many try at once: two peers may be a block apart when they are asked.
      const submitted = await submitWithRetry(
        () => network.submit(identity, channel, name, args),
        identity === 'hospital peer' ? { maxProposals: 1 } : {},
      );
      // Else one that lags answers the next attempt by what it does not know yet.
      await network.everyPeerHas(identity, channel, submitted.blockNumber);
      return submitted;
    },
    evaluate: ({ identity, channel, name, args }) => network.evaluate(identity, channel, name, args),
    overtaken: async ({ identity, channel, name, args }, by) => {
      const endorsed = await network.endorse(identity, channel, name, args);
      await by();
      const { code } = await (await endorsed.submit()).getStatus();
      return validationCode(code);
    },
  };
}
