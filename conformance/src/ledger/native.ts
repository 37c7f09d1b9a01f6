import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConnection, MemoryCheckpoints, MemoryJournal } from '@careledger/ledger';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { NativeNetwork } from '@careledger/network-runners';
import { GUEST_MSP_ID, MSP_ID, OTHER_MSP_ID, type TrialNetwork } from './trial-network.js';

const HOST = fileURLToPath(new URL('./counter-host.js', import.meta.url));

/** The full profile on real Fabric, whose BFT orderers know what they have ordered, with the counter as both chaincodes. */
export async function startNative(): Promise<TrialNetwork> {
  await using stack = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), 'careledger-trial-'));
  const network = new NativeNetwork({ root, chaincode: { command: process.execPath, args: [HOST] } });
  stack.defer(() => network.destroy());
  await network.up({ profile: 'full', portOffset: PORT_OFFSETS.ledger });
  const connection = loadConnection(network.layout.connection);
  const users = new Map(
    await Promise.all(
      [MSP_ID, OTHER_MSP_ID, GUEST_MSP_ID].map(async (mspId) => {
        const { cert, key } = network.layout.client(mspId, 'user');
        const [certificatePem, privateKeyPem] = await Promise.all(
          [cert, key].map((path) => readFile(path, 'utf8')),
        );
        return [mspId, { certificatePem: certificatePem ?? '', privateKeyPem: privateKeyPem ?? '' }] as const;
      }),
    ),
  );
  const whileUp = stack.move();
  return {
    connectOptions(mspId = MSP_ID) {
      const user = users.get(mspId);
      if (!user) throw new Error(`${mspId} takes no part in the trial`);
      return {
        connection,
        mspId,
        ...user,
        journal: new MemoryJournal(),
        checkpoints: new MemoryCheckpoints(),
      };
    },
    [Symbol.asyncDispose]: () => whileUp.disposeAsync(),
  };
}
