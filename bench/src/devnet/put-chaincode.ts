import shim from 'fabric-shim';
import type { ChaincodeInterface, ChaincodeStub } from 'fabric-shim';

/**
 * The smallest chaincode that writes: `put KEY VALUE`.
 * @public read by the peer that loads this module
 */
export const chaincode: ChaincodeInterface = {
  Init: () => Promise.resolve(shim.success()),
  async Invoke(stub: ChaincodeStub) {
    const { fcn, params } = stub.getFunctionAndParameters();
    const [key, value] = params;
    if (fcn !== 'put' || key === undefined || value === undefined) {
      return shim.error(`put KEY VALUE, not ${fcn}`);
    }
    await stub.putState(key, Buffer.from(value));
    return shim.success();
  },
};
