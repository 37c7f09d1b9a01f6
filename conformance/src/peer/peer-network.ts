import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { signLowS } from '@careledger/crypto/ecdsa';
import { loadConnection } from '@careledger/ledger';
import type { NetworkDefinition } from '@careledger/network-definition';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, type Contract, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';

/** Channel of three organisations with peers, of which two endorse, and of a member without one. */
export const CLOUD = 'cloud';
/** Channel of two organisations, which both endorse. */
export const AUTHORITIES = 'authorities';
/** The chaincode that scenarios call, and the one that it calls. */
export const PROBE = 'records';
export const OTHER_PROBE = 'access-control';

export const PATIENTS = 'PatientsMSP';
export const CLOUD_A = 'CloudAMSP';
export const CLOUD_B = 'CloudBMSP';
/** Member of `cloud` without a peer there. */
export const HOSPITAL = 'HospitalMSP';

const LEVEL_TIMEOUT_MS = 20_000;
const LEVEL_POLL_MS = 20;

export type Signer = (key: KeyObject, message: Uint8Array) => Uint8Array;

export interface ClientOptions {
  readonly channel?: string;
  readonly mspId?: string;
  /** Folder of the certificate: `user`, `admin`. */
  readonly name?: string;
  /** Organisation whose peer is asked; by default the client's own. */
  readonly at?: string;
  /** Organisation and name whose certificate is shown, where that is not the client's own. */
  readonly certificateOf?: readonly [mspId: string, name: string];
  readonly signer?: Signer;
}

/** A signature as Fabric accepts it: ECDSA over SHA-256 with a low S. */
export const properSignature: Signer = signLowS;

/** Somebody's connection to the gateway of one organisation's peer. */
export interface PeerClient {
  readonly gateway: Gateway;
  readonly network: Network;
  readonly contract: Contract;
}

/** What runs a {@link PeerNetwork}. */
export interface PeerRunner extends AsyncDisposable {
  /** Folder with `connection.json` and `organizations/MSPID/NAME/{cert,key}.pem`. */
  readonly dir: string;
  /** Brings what runs to another definition, with its ledgers; returns when clients can use it. */
  redefine(definition: NetworkDefinition): Promise<void>;
}

/** A network of the small profile with the probe, whatever runs it: clients know its folder alone. */
export class PeerNetwork implements AsyncDisposable {
  readonly #clients = new Map<string, PeerClient>();
  #connections = new DisposableStack();

  constructor(private readonly runner: PeerRunner) {}

  /** A client; by default CloudA's on `cloud`. One with ordinary credentials is opened once. */
  client(options: ClientOptions = {}): PeerClient {
    const { channel = CLOUD, mspId = CLOUD_A, name = 'user', at = mspId, certificateOf, signer } = options;
    const known = certificateOf || signer ? undefined : [channel, mspId, name, at].join(' ');
    const found = known === undefined ? undefined : this.#clients.get(known);
    if (found) return found;
    const peer = loadConnection(join(this.runner.dir, 'connection.json')).channels[channel]?.organizations[
      at
    ];
    if (!peer) throw new Error(`${at} has no peer on ${channel}`);
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsRoot)), {
      'grpc.ssl_target_name_override': peer.serverName,
    });
    this.#connections.defer(() => client.close());
    const key = createPrivateKey(this.#read(mspId, name, 'key.pem'));
    const gateway = connect({
      client,
      identity: { mspId, credentials: this.#read(...(certificateOf ?? [mspId, name]), 'cert.pem') },
      signer: (message) => Promise.resolve((signer ?? properSignature)(key, message)),
      hash: hash.none,
    });
    this.#connections.defer(() => gateway.close());
    const network = gateway.getNetwork(channel);
    const opened = { gateway, network, contract: network.getContract(PROBE) };
    if (known !== undefined) this.#clients.set(known, opened);
    return opened;
  }

  /** Waits until the peers of `cloud` have the same blocks: what one has committed is then to be seen at each. */
  async level(): Promise<void> {
    const deadline = Date.now() + LEVEL_TIMEOUT_MS;
    for (;;) {
      const heights = await Promise.all([PATIENTS, CLOUD_A, CLOUD_B].map((mspId) => this.#heightAt(mspId)));
      if (new Set(heights).size === 1) return;
      if (Date.now() > deadline) throw new Error(`peers stay at heights ${heights.join(', ')}`);
      await delay(LEVEL_POLL_MS);
    }
  }

  async #heightAt(mspId: string): Promise<number> {
    const qscc = this.client({ mspId }).network.getContract('qscc');
    const bytes = await qscc.evaluate('GetChainInfo', {
      arguments: [CLOUD],
      endorsingOrganizations: [mspId],
    });
    return common.BlockchainInfo.deserializeBinary(bytes).getHeight();
  }

  #read(mspId: string, name: string, file: string): Buffer {
    return readFileSync(join(this.runner.dir, 'organizations', mspId, name, file));
  }

  /** Changes chaincode definitions under way. Clients have to be asked for anew. */
  async redefine(definition: NetworkDefinition): Promise<void> {
    this.#disconnect();
    await this.runner.redefine(definition);
  }

  #disconnect(): void {
    this.#clients.clear();
    this.#connections.dispose();
    this.#connections = new DisposableStack();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disconnect();
    await this.runner[Symbol.asyncDispose]();
  }
}
