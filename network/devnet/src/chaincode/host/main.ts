/**
 * The process that runs `module:` chaincodes. It is a process of its own because fabric-shim ends its process on
 * messages it does not know, and so that chaincode uses another core than the peers.
 */
import { MAX_MESSAGE_BYTES } from '../../limits.js';
import { messageOf } from '../../errors.js';
import { loadChaincode } from './load-module.js';
import type { HostReport, HostedModule } from './protocol.js';

async function serve({ path, packageId, port }: HostedModule): Promise<number> {
  const { chaincode, libraries } = await loadChaincode(path);
  const { grpc, peer } = libraries;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  server.addService(peer.ChaincodeService, { connect: libraries.connect(chaincode, packageId) });
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

function report(message: HostReport): void {
  process.send?.(message);
}

async function main(): Promise<void> {
  const modules = JSON.parse(process.argv[2] ?? '[]') as HostedModule[];
  const ports: number[] = [];
  for (const each of modules) {
    try {
      ports.push(await serve(each));
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
      report({ kind: 'failed', path: each.path, message: detail });
      return;
    }
  }
  report({ kind: 'listening', ports });
}

// The devnet is gone: nobody will ask anything any more.
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole process group; the devnet ends this process when it is done with it.
process.on('SIGINT', () => undefined);
await main();
