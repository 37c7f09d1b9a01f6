import { writeState } from '@careledger/network-admin';
import { RunnerError } from '../errors.js';
import type { RunnerNetwork } from './runner-network.js';

/**
 * Takes a chaincode to another version: every organisation installs and approves it, each channel commits it under
 * the next sequence number, then the chaincode hosts restart. The wish is written down first, so that a run cut
 * short is finished by the next `up`.
 */
export async function upgradeChaincode(network: RunnerNetwork, name: string, version: string): Promise<void> {
  const state = await network.state();
  const plan = network.plan(state);
  if (!plan.chaincodes.some((chaincode) => chaincode.name === name)) {
    const known = plan.chaincodes.map((chaincode) => chaincode.name).join(', ');
    throw new RunnerError('UNKNOWN_NAME', `there is no chaincode ${name}; there are ${known}`);
  }
  await writeState(network.layout.root, {
    ...state,
    chaincodeVersions: { ...state.chaincodeVersions, [name]: version },
  });
  await network.up();
}
