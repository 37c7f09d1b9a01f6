import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConnection } from '@careledger/ledger';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, type Contract, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import { inLowS } from './signature.js';

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
export const properSignature: Signer = (key, message) =>
  inLowS(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));

/** Somebody's connection to the gateway of one organisation's peer. */
export interface PeerClient {
  readonly gateway: Gateway;
  readonly network: Network;
  readonly contract: Contract;
}

/** A network of the small profile with the probe, whatever runs it: clients know its folder alone. */
export class PeerNetwork implements AsyncDisposable {
  readonly #clients = new Map<string, PeerClient>();
  readonly #stack: AsyncDisposableStack;

  /** @param dir folder with `connection.json` and `organizations/MSPID/NAME/{cert,key}.pem` */
  constructor(
    private readonly dir: string,
    stack: AsyncDisposableStack,
  ) {
    this.#stack = stack;
  }

  /** A client; by default CloudA's on `cloud`. One with ordinary credentials is opened once. */
  client(options: ClientOptions = {}): PeerClient {
    const { channel = CLOUD, mspId = CLOUD_A, name = 'user', at = mspId, certificateOf, signer } = options;
    const known = certificateOf || signer ? undefined : [channel, mspId, name, at].join(' ');
    const found = known === undefined ? undefined : this.#clients.get(known);
    if (found) return found;
    const peer = loadConnection(join(this.dir, 'connection.json')).channels[channel]?.organizations[at];
    if (!peer) throw new Error(`${at} has no peer on ${channel}`);
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsRoot)), {
      'grpc.ssl_target_name_override': peer.serverName,
    });
    this.#stack.defer(() => client.close());
    const key = createPrivateKey(this.#read(mspId, name, 'key.pem'));
    const gateway = connect({
      client,
      identity: { mspId, credentials: this.#read(...(certificateOf ?? [mspId, name]), 'cert.pem') },
      signer: (message) => Promise.resolve((signer ?? properSignature)(key, message)),
      hash: hash.none,
    });
    this.#stack.defer(() => gateway.close());
    const network = gateway.getNetwork(channel);
    const opened = { gateway, network, contract: network.getContract(PROBE) };
    if (known !== undefined) this.#clients.set(known, opened);
    return opened;
  }

  #read(mspId: string, name: string, file: string): Buffer {
    return readFileSync(join(this.dir, 'organizations', mspId, name, file));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
