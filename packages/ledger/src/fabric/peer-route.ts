import { connectivityState, type Client } from '@grpc/grpc-js';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { LedgerError } from '../error.js';

/** A peer's gateway service, and the connection it is reached over. */
export interface PeerGateway {
  readonly client: Client;
  readonly gateway: Gateway;
}

/** The peers that may serve a channel, in order of preference. */
export class PeerRoute {
  readonly #peers: readonly PeerGateway[];

  /** @param peers at least one */
  constructor(peers: readonly PeerGateway[]) {
    this.#peers = peers;
  }

  /** The peer to use now. */
  get gateway(): Gateway {
    const [first] = this.#inOrder();
    if (!first) throw new RangeError('A route needs a peer');
    return first;
  }

  /** Asks one peer after the other while each is away: for what changes nothing, an endorsement or an evaluation. */
  async ask<T>(ask: (gateway: Gateway) => Promise<T>): Promise<T> {
    const [first = this.gateway, ...others] = this.#inOrder();
    let answer = ask(first);
    for (const other of others) {
      answer = answer.catch((error: unknown) => {
        if (error instanceof LedgerError && error.code === 'UNAVAILABLE') return ask(other);
        throw error;
      });
    }
    return answer;
  }

  /** Those whose connection has failed come last until it is back, which grpc-js sees to. */
  #inOrder(): readonly Gateway[] {
    const isAway = ({ client }: PeerGateway): boolean =>
      client.getChannel().getConnectivityState(false) === connectivityState.TRANSIENT_FAILURE;
    return [...this.#peers.filter((peer) => !isAway(peer)), ...this.#peers.filter(isAway)].map(
      ({ gateway }) => gateway,
    );
  }
}
