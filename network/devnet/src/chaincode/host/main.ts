/**
 * The process that runs one `module:` chaincode. It is a process of its own because fabric-shim ends its process on
 * messages it does not know, because shims of two packages would disturb each other, and so that chaincode uses
 * another core than the peers.
 */
import { MAX_MESSAGE_BYTES } from '../../limits.js';
import { messageOf } from '../../errors.js';
import { loadChaincode } from './load-module.js';
import type { LoadedChaincode } from './load-module.js';
import { installOrganisationEnvironment, onPeerOf } from './organisation-environment.js';
import type { HostReport, HostedModule } from './protocol.js';

/** Serves the chaincode to one organisation's peer; resolves with the port. */
async function serve(
  { chaincode, libraries }: LoadedChaincode,
  packageId: string,
  mspId: string,
): Promise<number> {
  const { grpc, peer } = libraries;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  const ofPeer: LoadedChaincode['chaincode'] = {
    Init: (stub) => onPeerOf(mspId, () => chaincode.Init(stub)),
    Invoke: (stub) => onPeerOf(mspId, () => chaincode.Invoke(stub)),
  };
  server.addService(peer.ChaincodeService, { connect: libraries.connect(ofPeer, packageId) });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

async function start({ path, packageId, mspIds }: HostedModule): Promise<HostReport> {
  try {
    const loaded = await loadChaincode(path);
    const ports = await Promise.all(mspIds.map((mspId) => serve(loaded, packageId, mspId)));
    return { kind: 'listening', ports };
  } catch (error) {
    return {
      kind: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
    };
  }
}

// The devnet is gone: nobody will ask anything any more.
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole process group; the devnet ends this process when it is done with it.
process.on('SIGINT', () => undefined);
installOrganisationEnvironment();
const report = await start(JSON.parse(process.argv[2] ?? '{}') as HostedModule);
process.send?.(report, () => {
  if (report.kind === 'failed') process.exit(1);
});
