import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { LedgerError } from '../error.js';
import {
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  MAX_MESSAGE_BYTES,
  RECONNECT_MAX_DELAY_MS,
  RECONNECT_MIN_DELAY_MS,
} from '../limits.js';

/** Where one organisation's gateway peer listens. */
export const PeerEndpoint = Type.Object({
  /** `host:port` */
  endpoint: Type.String({ pattern: '^[^/:]+:[0-9]{1,5}$' }),
  /** PEM of the CA of the peer's TLS certificate; in a file also a path, relative to that file. */
  tlsRoot: Type.String({ minLength: 1 }),
  /** Name in the peer's certificate. */
  serverName: Type.String({ minLength: 1 }),
});
export type PeerEndpoint = Static<typeof PeerEndpoint>;

/** `connection.json` of a network: the gateway peers of each channel by organisation. */
export const NetworkConnection = Type.Object({
  channels: Type.Record(
    Type.String(),
    Type.Object({ organizations: Type.Record(Type.String(), PeerEndpoint) }),
  ),
});
export type NetworkConnection = Static<typeof NetworkConnection>;

/** A client certificate for peers that ask for one (mutual TLS). */
export interface ClientTls {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const PEM_START = '-----BEGIN';

/** Reads a `connection.json`. @throws LedgerError CONFIGURATION */
export function loadConnection(path: string): NetworkConnection {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new LedgerError('CONFIGURATION', `${path} cannot be read as JSON`, { cause });
  }
  const connection = checkConnection(value, path);
  for (const channel of Object.values(connection.channels)) {
    for (const organization of Object.values(channel.organizations)) {
      if (organization.tlsRoot.startsWith(PEM_START)) continue;
      organization.tlsRoot = readFileSync(resolve(dirname(path), organization.tlsRoot), 'utf8');
    }
  }
  return connection;
}

/** @throws LedgerError CONFIGURATION */
export function checkConnection(value: unknown, where = 'The connection'): NetworkConnection {
  if (Value.Check(NetworkConnection, value)) return value;
  const [fault] = Value.Errors(NetworkConnection, value);
  throw new LedgerError('CONFIGURATION', `${where} is not usable: ${fault?.instancePath} ${fault?.message}`);
}

/** One gRPC client per endpoint, shared by all channels that reach it. */
export class GrpcClients implements Disposable {
  readonly #clients = new Map<string, Client>();
  readonly #clientTls: ClientTls | undefined;

  constructor(clientTls: ClientTls | undefined) {
    this.#clientTls = clientTls;
  }

  at(peer: PeerEndpoint): Client {
    const id = `${peer.endpoint} ${peer.serverName}`;
    let client = this.#clients.get(id);
    if (!client) this.#clients.set(id, (client = this.#connect(peer)));
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #connect(peer: PeerEndpoint): Client {
    const tls = this.#clientTls;
    const channelCredentials = credentials.createSsl(
      Buffer.from(peer.tlsRoot),
      tls ? Buffer.from(tls.privateKeyPem) : null,
      tls ? Buffer.from(tls.certificatePem) : null,
    );
    return new Client(peer.endpoint, channelCredentials, {
      'grpc.ssl_target_name_override': peer.serverName,
      'grpc.default_authority': peer.serverName,
      'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      // grpc-js waits up to two minutes unless told otherwise: too long for a peer that restarts.
      'grpc.initial_reconnect_backoff_ms': RECONNECT_MIN_DELAY_MS,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_DELAY_MS,
    });
  }
}
