import { CHANNELS } from '@careledger/domain';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { CLOUD_A_ID, HOSPITAL_ID, actorsOn } from './actors.js';
import { describeAccess } from './access-suite.js';
import { describeCallers } from './callers-suite.js';
import { describeConsentCases } from './consent-cases-suite.js';
import type { ChaincodeNetwork } from '../fixtures/chaincode/chaincode-network.js';
import { describeGrantVectors } from './grant-vectors-suite.js';
import { describeProof } from './proof-suite.js';
import { describeStatements } from './statements-suite.js';

/** What the chaincode promises, on any network; one hospital and two providers are registered there. */
export function describeChaincode(
  name: string,
  start: () => Promise<ChaincodeNetwork>,
  timeoutMs: number,
): void {
  describe(`the chaincode on ${name}`, () => {
    let network: ChaincodeNetwork | undefined;
    const use = (): ChaincodeNetwork => {
      if (!network) throw new Error('the network has not started');
      return network;
    };
    beforeAll(async () => {
      network = await start();
      for (const channel of CHANNELS)
        await network.register(network.organisation(HOSPITAL_ID, 'HospitalMSP'), 'hospital admin', channel);
      await network.register(network.organisation(CLOUD_A_ID, 'CloudAMSP'), 'cloud-a admin', 'cloud');
      await network.register(network.organisation('prv_cloud-b', 'CloudBMSP'), 'cloud-b admin', 'cloud');
    }, timeoutMs);
    afterAll(() => network?.[Symbol.asyncDispose](), timeoutMs);

    const actors = actorsOn(use);
    describeCallers(use);
    describeStatements(actors);
    describeAccess(actors);
    describeProof(use);
    describeConsentCases(actors);
    describeGrantVectors(actors);
  });
}
