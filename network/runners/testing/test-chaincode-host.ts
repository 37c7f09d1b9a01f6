/**
 * A chaincode host for tests of the network itself: the two packages of the real one, with contracts that only put,
 * get and call each other, so that the network can be tested without the project's contracts.
 */
import { readFileSync } from 'node:fs';
import { Shim, type ChaincodeInterface, type ChaincodeResponse, type ChaincodeStub } from 'fabric-shim';

const contract: ChaincodeInterface = {
  async Init(): Promise<ChaincodeResponse> {
    return Shim.success();
  },
  async Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse> {
    const { fcn, params } = stub.getFunctionAndParameters();
    const [first = '', second = '', third = ''] = params;
    switch (fcn) {
      case 'put':
        await stub.putState(first, Buffer.from(second));
        return Shim.success();
      case 'get':
        return Shim.success(Buffer.from(await stub.getState(first)));
      case 'ask': {
        // ask(chaincode, function, argument): whether one chaincode can call the other.
        const answer = await stub.invokeChaincode(first, [second, third], '');
        return answer.status === 200
          ? Shim.success(answer.payload)
          : Shim.error(answer.message ?? 'no message');
      }
      case 'version':
        return Shim.success(Buffer.from(process.env['RECORDS_CHAINCODE_ID'] ?? ''));
      case 'org.hyperledger.fabric:GetMetadata':
        return Shim.success(Buffer.from('{}'));
      default:
        return Shim.error(`no function ${fcn}`);
    }
  },
};

const variable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const tlsProps = {
  key: readFileSync(variable('CHAINCODE_TLS_KEY')),
  cert: readFileSync(variable('CHAINCODE_TLS_CERT')),
  clientCACerts: readFileSync(variable('CHAINCODE_TLS_CLIENT_ROOTS')),
};
await Promise.all(
  ['ACCESS_CONTROL', 'RECORDS'].map((prefix) =>
    Shim.server(contract, {
      ccid: variable(`${prefix}_CHAINCODE_ID`),
      address: variable(`${prefix}_CHAINCODE_SERVER_ADDRESS`),
      tlsProps,
    }).start(),
  ),
);
