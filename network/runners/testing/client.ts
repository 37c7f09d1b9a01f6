import { createHash, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, signers, type Contract, type Gateway } from '@hyperledger/fabric-gateway';
import type { ClientKind, ConnectionProfile, NetworkLayout } from '@careledger/network-admin';

export interface TestClientOptions {
  readonly channel: string;
  readonly mspId: string;
  /** Whose peer it calls; the own organisation's unless given. */
  readonly at?: string;
  readonly kind?: ClientKind;
}

/** A client as services are: it knows a network by its connection.json and an identity's files alone. */
export class TestClient implements Disposable {
  readonly #client: Client;
  readonly #gateway: Gateway;
  readonly #channel: string;

  private constructor(client: Client, gateway: Gateway, channel: string) {
    this.#client = client;
    this.#gateway = gateway;
    this.#channel = channel;
  }

  static async connect(
    layout: NetworkLayout,
    { channel, mspId, at = mspId, kind = 'user' }: TestClientOptions,
  ): Promise<TestClient> {
    const profile = JSON.parse(await readFile(layout.connection, 'utf8')) as ConnectionProfile;
    const peer = profile.channels[channel]?.organizations[at];
    if (!peer) throw new Error(`${at} has no peer on ${channel}`);
    const { cert, key } = layout.client(mspId, kind);
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsRoot)), {
      'grpc.ssl_target_name_override': peer.serverName,
      'grpc.use_local_subchannel_pool': 1,
    });
    const gateway = connect({
      client,
      identity: { mspId, credentials: await readFile(cert) },
      signer: signers.newPrivateKeySigner(createPrivateKey(await readFile(key))),
      hash: (message) => createHash('sha256').update(message).digest(),
    });
    return new TestClient(client, gateway, channel);
  }

  contract(chaincode: string): Contract {
    return this.#gateway.getNetwork(this.#channel).getContract(chaincode);
  }

  async put(key: string, value: string, chaincode = 'records'): Promise<void> {
    await this.contract(chaincode).submitTransaction('put', key, value);
  }

  async get(key: string, chaincode = 'records'): Promise<string> {
    return Buffer.from(await this.contract(chaincode).evaluateTransaction('get', key)).toString();
  }

  [Symbol.dispose](): void {
    this.#gateway.close();
    this.#client.close();
  }
}
