import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENROL_ATTRIBUTE } from '@careledger/domain';
import { issueClientIdentity } from '@careledger/network-admin';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { chaincodeHostCommand, NativeNetwork } from '@careledger/network-runners';
import { stringify } from 'yaml';
import { ChaincodeNetwork } from './chaincode-network.js';
import { chaincodeDefinition } from './definition.js';
import { PRETENDER } from './identities.js';

/** The small profile and the lab on real Fabric, with the project's own chaincode host. */
export async function startNative(portOffset: number = PORT_OFFSETS.chaincode): Promise<ChaincodeNetwork> {
  await using stack = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), 'careledger-chaincode-'));
  const definitionPath = join(root, 'definition.yaml');
  await writeFile(definitionPath, stringify(chaincodeDefinition()));
  const network = new NativeNetwork({ root, definitionPath, chaincode: await chaincodeHostCommand() });
  stack.defer(() => network.destroy());
  const plan = await network.up({ profile: 'small', portOffset });
  const { layout } = network;
  const pretending = plan.organizations.find(({ mspId }) => mspId === PRETENDER.mspId);
  if (!pretending) throw new Error(`${PRETENDER.mspId} takes no part`);
  // An organisation's own CA can write what it likes into its certificates.
  const attributes = { [ENROL_ATTRIBUTE]: 'true' };
  await issueClientIdentity(layout, pretending, { name: PRETENDER.name, attributes });
  return new ChaincodeNetwork({
    networkId: plan.network,
    connectionFile: layout.connection,
    identity: ({ mspId, name }) => {
      const peer = plan.peers.find((node) => node.mspId === mspId);
      return name === 'peer' && peer ? layout.nodeIdentity(mspId, peer.id) : layout.issued(mspId, name);
    },
    stack: stack.move(),
  });
}
