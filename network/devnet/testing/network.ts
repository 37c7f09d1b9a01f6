import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signLowS } from '@careledger/crypto/ecdsa';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash } from '@hyperledger/fabric-gateway';
import type { Contract, Gateway, Network } from '@hyperledger/fabric-gateway';
import type { DevnetOptions } from '../src/config/options.js';
import type { Devnet } from '../src/devnet.js';
import { startDevnet } from '../src/index.js';

/** Path of the chaincode that the tests run. */
export const PROBE = fileURLToPath(new URL('./probe.js', import.meta.url));
/** The probe as a chaincode source. */
export const PROBE_SOURCE = `module:${PROBE}`;
/** The same contract in a second package, because a chaincode cannot call one of its own package. */
export const SECOND_PROBE_SOURCE = `module:${fileURLToPath(new URL('./second-probe.js', import.meta.url))}`;

const KEEPALIVE_INTERVAL_MS = 5_000;
const KEEPALIVE_TIMEOUT_MS = 5_000;

/** A folder that is removed at the end. */
export class TemporaryFolder {
  private constructor(readonly path: string) {}

  static async make(): Promise<TemporaryFolder> {
    return new TemporaryFolder(await mkdtemp(join(tmpdir(), 'devnet-test-')));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Somebody's connection to one organisation's peer. */
export class TestClient {
  readonly #client: Client;

  private constructor(
    readonly gateway: Gateway,
    client: Client,
    readonly network: Network,
  ) {
    this.#client = client;
  }

  /** @param at the organisation whose peer is used; the client's own by default */
  static async open(
    devnet: Devnet,
    channel: string,
    mspId: string,
    { name = 'user', at = mspId }: { name?: string; at?: string } = {},
  ): Promise<TestClient> {
    const folder = devnet.identityFolder(mspId, name);
    const [certificate, key] = await Promise.all([
      readFile(join(folder, 'cert.pem')),
      readFile(join(folder, 'key.pem'), 'utf8'),
    ]);
    const privateKey = createPrivateKey(key);
    const endpoint = devnet.connection.channels[channel]?.organizations[at] ?? endpointAnywhere(devnet, at);
    const client = new Client(endpoint.endpoint, credentials.createSsl(await readFile(endpoint.tlsRoot)), {
      'grpc.ssl_target_name_override': endpoint.serverName,
      // Tests kill networks while they are called, and a killed one's connection can stay open in Node.
      'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    });
    const gateway = connect({
      client,
      identity: { mspId, credentials: certificate },
      signer: (message) => Promise.resolve(signLowS(privateKey, message)),
      hash: hash.none,
    });
    return new TestClient(gateway, client, gateway.getNetwork(channel));
  }

  contract(name = 'probe'): Contract {
    return this.network.getContract(name);
  }

  [Symbol.dispose](): void {
    this.gateway.close();
    this.#client.close();
  }
}

function endpointAnywhere(
  devnet: Devnet,
  mspId: string,
): { endpoint: string; tlsRoot: string; serverName: string } {
  for (const { organizations } of Object.values(devnet.connection.channels)) {
    const found = organizations[mspId];
    if (found) return found;
  }
  throw new Error(`no endpoint of ${mspId}`);
}

/** A devnet in a folder of its own, with the probe on one channel `ch` of three organisations. */
export async function startTestDevnet(
  folder: TemporaryFolder,
  options: Partial<DevnetOptions> = {},
): Promise<Devnet> {
  return startDevnet({
    dir: folder.path,
    logLevel: 'error',
    channels: { ch: { organizations: ['A', 'B', 'C'], chaincodes: { probe: { source: PROBE_SOURCE } } } },
    ...options,
  });
}

/** Text of a transaction's result. */
export function textOf(result: Uint8Array): string {
  return Buffer.from(result).toString('utf8');
}

/** JSON of a transaction's result. */
export function jsonOf<T>(result: Uint8Array): T {
  return JSON.parse(textOf(result)) as T;
}
