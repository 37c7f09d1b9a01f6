import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { records, type AccessState } from '@careledger/contracts';
import { loadConnection } from '@careledger/ledger';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';
import { jest } from '@jest/globals';
import type { ChaincodeNetwork } from '../chaincode/chaincode-network.js';
import { peerOf } from '../chaincode/definition.js';
import { IDENTITIES, type IdentityName } from '../chaincode/identities.js';

/** Everything that jest would fake but the date. */
const NOT_THE_DATE = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

/**
 * Has an access request decided as a relay of an attacker does whose clock is ahead: the proposal is dated so, and nothing
 * else is.
 */
export async function requestAhead(
  network: ChaincodeNetwork,
  identity: IdentityName,
  statement: string,
  aheadMs: number,
): Promise<AccessState> {
  const { mspId } = IDENTITIES[identity];
  const { cert, key } = network.running.identity(IDENTITIES[identity]);
  const { channels } = loadConnection(network.running.connectionFile);
  const peer = channels['cloud']?.organizations[peerOf(mspId, 'cloud')];
  if (peer === undefined) throw new Error(`There is no peer for ${mspId}`);
  const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsRoot)), {
    'grpc.ssl_target_name_override': peer.serverName,
  });
  const gateway = connect({
    client,
    identity: { mspId, credentials: await readFile(cert) },
    signer: signers.newPrivateKeySigner(createPrivateKey(await readFile(key))),
    hash: hash.sha256,
  });
  try {
    const contract = gateway.getNetwork('cloud').getContract(records.name);
    const proposal = datedAhead(aheadMs, () =>
      contract.newProposal('RequestAccess', { arguments: [JSON.stringify({ statement })] }),
    );
    const transaction = await proposal.endorse();
    const { successful } = await (await transaction.submit()).getStatus();
    if (!successful) throw new Error('The request was not committed');
    return JSON.parse(Buffer.from(transaction.getResult()).toString()) as AccessState;
  } finally {
    gateway.close();
    client.close();
  }
}

/** Does something by a date that is so far ahead; it must not wait for anything. */
function datedAhead<T>(ms: number, act: () => T): T {
  jest.useFakeTimers({ now: Date.now() + ms, doNotFake: [...NOT_THE_DATE] });
  try {
    return act();
  } finally {
    jest.useRealTimers();
  }
}
