import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessControl, records } from '@careledger/contracts';
import { startDevnet } from '@careledger/devnet';
import { ENROL_ATTRIBUTE, PATIENTS_MSP } from '@careledger/domain';
import { embeddedNetwork } from '@careledger/network-definition';
import { ChaincodeNetwork } from './chaincode-network.js';
import { chaincodeDefinition } from './definition.js';
import { PRETENDER } from './identities.js';

const moduleOf = (packageName: string): string => `module:${fileURLToPath(import.meta.resolve(packageName))}`;
const SOURCES: Readonly<Record<string, string>> = {
  [accessControl.name]: moduleOf('@careledger/access-control-chaincode'),
  [records.name]: moduleOf('@careledger/records-chaincode'),
};
/** Statements name it as their audience; the chaincode reads it from the environment. */
const NETWORK_ID = 'devnet';
process.env['CARELEDGER_NETWORK_ID'] = NETWORK_ID;

/** Both channels with both chaincodes on an embedded network. */
export async function startEmbedded(): Promise<ChaincodeNetwork> {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'careledger-chaincode-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const { channels } = embeddedNetwork(chaincodeDefinition(), 'small');
  const withChaincode = Object.entries(channels).map(([name, { organizations, members, policies }]) => {
    const { outOf, of } = policies.endorsement;
    const policy = `OutOf(${outOf}, ${of.map((mspId) => `'${mspId}.peer'`).join(', ')})`;
    const chaincodes = Object.entries(SOURCES).map(([each, source]) => [each, { source, policy }] as const);
    return [name, { organizations, members, chaincodes: Object.fromEntries(chaincodes) }] as const;
  });
  const devnet = stack.use(
    await startDevnet({ dir, channels: Object.fromEntries(withChaincode), logLevel: 'error' }),
  );
  const attributes = { [ENROL_ATTRIBUTE]: 'true' };
  await devnet.issueIdentity({ mspId: PATIENTS_MSP, name: 'gateway', attributes });
  // An organisation's own CA can write what it likes into its certificates.
  await devnet.issueIdentity({ ...PRETENDER, attributes });
  return new ChaincodeNetwork({
    networkId: NETWORK_ID,
    connectionFile: join(dir, 'connection.json'),
    identity: ({ mspId, name }) => {
      const folder = devnet.identityFolder(mspId, name);
      return { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    },
    stack: stack.move(),
  });
}
