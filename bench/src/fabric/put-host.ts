import { readFileSync } from 'node:fs';
import { Shim } from 'fabric-shim';
import { chaincode } from '../devnet/put-chaincode.js';

/** Serves the smallest chaincode that writes in the place of both of the project's, in the environment that they get. */
const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new RangeError(`${name} is not set`);
  return value;
};

const tlsProps = {
  key: readFileSync(variable('CHAINCODE_TLS_KEY')),
  cert: readFileSync(variable('CHAINCODE_TLS_CERT')),
  clientCACerts: readFileSync(variable('CHAINCODE_TLS_CLIENT_ROOTS')),
};
for (const prefix of ['ACCESS_CONTROL', 'RECORDS']) {
  const ccid = variable(`${prefix}_CHAINCODE_ID`);
  const address = variable(`${prefix}_CHAINCODE_SERVER_ADDRESS`);
  await Shim.server(chaincode, { ccid, address, tlsProps }).start();
}
