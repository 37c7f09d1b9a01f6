import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { signLowS } from '@careledger/crypto/ecdsa';
import { loadConnection } from '@careledger/ledger';
import { connect, hash, type Contract } from '@hyperledger/fabric-gateway';
import { sampleCpu, type CpuSample } from '../run/cpu.js';
import { serveWorker } from '../worker/serve.js';
import { putInFlight, type PutRound } from './put-in-flight.js';

let contract: Contract | undefined;

const handlers = {
  /** Connects a user of the organisation to the organisation's own peer. */
  connect({ dir, channel, mspId, chaincode }: ConnectRequest): void {
    const identity = join(dir, 'organizations', mspId, 'user');
    const peer = loadConnection(join(dir, 'connection.json')).channels[channel]?.organizations[mspId];
    if (peer === undefined) throw new Error(`${mspId} has no peer on ${channel}`);
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsRoot)), {
      'grpc.ssl_target_name_override': peer.serverName,
    });
    const privateKey = createPrivateKey(readFileSync(join(identity, 'key.pem')));
    const gateway = connect({
      client,
      identity: { mspId, credentials: readFileSync(join(identity, 'cert.pem')) },
      signer: (message) => Promise.resolve(signLowS(privateKey, message)),
      hash: hash.none,
    });
    contract = gateway.getNetwork(channel).getContract(chaincode);
  },
  /** Submits and waits for each commit; a VALID status, or it throws. Returns transactions per second. */
  round(round: PutRound): Promise<number> {
    const on = connected();
    return putInFlight(round, (key, value) => on.submitTransaction('put', key, value));
  },
  /** The same one after the other, each of so many bytes: what they cost this process. */
  cost({ transactions, valueBytes }: { transactions: number; valueBytes: number }): Promise<CpuSample> {
    const on = connected();
    return sampleCpu(async () => {
      await putInFlight({ transactions, inFlight: 1, valueBytes }, (key, value) =>
        on.submitTransaction('put', key, value),
      );
      return transactions;
    });
  },
};

function connected(): Contract {
  if (contract === undefined) throw new Error('The client was not connected');
  return contract;
}

interface ConnectRequest {
  readonly dir: string;
  readonly channel: string;
  readonly mspId: string;
  readonly chaincode: string;
}

export type ClientWorker = typeof handlers;

serveWorker(handlers);
