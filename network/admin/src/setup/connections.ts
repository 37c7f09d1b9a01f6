import { readFile } from 'node:fs/promises';
import type { NetworkPlan } from '@careledger/network-definition';
import { NetworkAdminError } from '../errors.js';
import { Identity } from '../fabric/identity.js';
import { MutualTlsClient } from '../fabric/mutual-tls.js';
import { OrdererAdmin } from '../fabric/participation.js';
import { PeerConnection } from '../fabric/peer-connection.js';
import type { NetworkLayout } from '../layout.js';

/** An orderer's two endpoints for administrators. */
export class OrdererConnection implements Disposable {
  readonly admin: OrdererAdmin;
  readonly #adminEndpoint: MutualTlsClient;

  constructor(
    adminEndpoint: MutualTlsClient,
    readonly operations: MutualTlsClient,
  ) {
    this.#adminEndpoint = adminEndpoint;
    this.admin = new OrdererAdmin(adminEndpoint);
  }

  [Symbol.dispose](): void {
    this.#adminEndpoint[Symbol.dispose]();
    this.operations[Symbol.dispose]();
  }
}

/** Connections to all nodes of a plan, each as the administrator of the node's own organisation. */
export class NetworkConnections implements Disposable {
  private constructor(
    readonly peers: ReadonlyMap<string, PeerConnection>,
    readonly orderers: ReadonlyMap<string, OrdererConnection>,
  ) {}

  static async open(plan: NetworkPlan, layout: NetworkLayout): Promise<NetworkConnections> {
    const peers = await Promise.all(
      plan.peers.map(async (node): Promise<[string, PeerConnection]> => {
        const tlsRoot = await readFile(layout.tlsCa(node.mspId).cert, 'utf8');
        const identity = await Identity.load(node.mspId, layout.client(node.mspId, 'admin'));
        return [
          node.id,
          new PeerConnection({ id: node.id, host: node.host, port: node.port, tlsRoot }, identity),
        ];
      }),
    );
    const orderers = await Promise.all(
      plan.orderers.map(async (node): Promise<[string, OrdererConnection]> => {
        const { cert, key } = layout.adminTls(node.mspId);
        const [tlsRoot, clientCert, clientKey] = await Promise.all([
          readFile(layout.tlsCa(node.mspId).cert, 'utf8'),
          readFile(cert, 'utf8'),
          readFile(key, 'utf8'),
        ]);
        const { id, host } = node;
        const address = { id, host, tlsRoot, clientCert, clientKey };
        return [
          id,
          new OrdererConnection(
            new MutualTlsClient({ ...address, port: node.adminPort }),
            new MutualTlsClient({ ...address, port: node.operationsPort }),
          ),
        ];
      }),
    );
    return new NetworkConnections(new Map(peers), new Map(orderers));
  }

  peer(id: string): PeerConnection {
    const connection = this.peers.get(id);
    if (!connection) throw new NetworkAdminError('UNKNOWN_NAME', `there is no peer ${id} in this network`);
    return connection;
  }

  orderer(id: string): OrdererConnection {
    const connection = this.orderers.get(id);
    if (!connection) throw new NetworkAdminError('UNKNOWN_NAME', `there is no orderer ${id} in this network`);
    return connection;
  }

  /** Peers of a channel's endorsing organisations. */
  onChannel(plan: NetworkPlan, channel: string): PeerConnection[] {
    return plan.peers.filter((node) => node.channels.includes(channel)).map((node) => this.peer(node.id));
  }

  [Symbol.dispose](): void {
    for (const connection of this.peers.values()) connection[Symbol.dispose]();
    for (const connection of this.orderers.values()) connection[Symbol.dispose]();
  }
}
