import shim from 'fabric-shim';
import type { ChaincodeInterface, ChaincodeStub } from 'fabric-shim';

const METADATA = 'org.hyperledger.fabric:GetMetadata';

/**
 * The smallest chaincode that writes: `put KEY VALUE`, or `putJson {"key":…,"value":…}` as our ledger client calls it.
 * @public read by the peer that loads this module
 */
export const chaincode: ChaincodeInterface = {
  Init: () => Promise.resolve(shim.success()),
  async Invoke(stub: ChaincodeStub) {
    const { fcn, params } = stub.getFunctionAndParameters();
    // What is asked to find out whether it is ready.
    if (fcn === METADATA) return shim.success(Buffer.from('{}'));
    const [key, value] = fcn === 'putJson' ? ofJson(params[0]) : params;
    if (!fcn.startsWith('put') || key === undefined || value === undefined) {
      return shim.error(`put KEY VALUE, not ${fcn}`);
    }
    await stub.putState(key, Buffer.from(value));
    return shim.success();
  },
};

function ofJson(text = '{}'): (string | undefined)[] {
  const { key, value } = JSON.parse(text) as { key?: string; value?: string };
  return [key, value];
}
