import { Server, ServerCredentials } from '@grpc/grpc-js';
import { gateway, peer } from '@hyperledger/fabric-protos';
import { deliverService } from '../deliver/service.js';
import { DevnetError } from '../errors.js';
import type { KeyedCertificate } from '../identity/certificate-authority.js';
import { ENDPOINT_GRACE_MS, MAX_MESSAGE_BYTES } from '../limits.js';
import type { EndpointContext } from './service.js';
import { gatewayService } from './service.js';

/** How an endpoint listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly server: KeyedCertificate;
  /** PEM of the authorities whose client certificates are accepted. */
  readonly clientCas: readonly string[];
  /** Mutual TLS: clients without a certificate are turned away. */
  readonly requireClientCertificate: boolean;
}

/** One organisation's TLS endpoint, bound and not yet answering. */
export class Endpoint {
  #closing: Promise<void> | undefined;
  readonly #server: Server;

  private constructor(
    server: Server,
    readonly port: number,
  ) {
    this.#server = server;
  }

  /** Binds the port. @throws DevnetError PORT_UNAVAILABLE */
  static async bind(options: ListenOptions): Promise<Endpoint> {
    const { host, port, server: pair, clientCas, requireClientCertificate } = options;
    const server = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    });
    const credentials = ServerCredentials.createSsl(
      // Always: without them gRPC may read the machine's list of authorities for each endpoint, nearly 100 ms of a start.
      Buffer.from(clientCas.join('\n')),
      [{ private_key: Buffer.from(pair.key), cert_chain: Buffer.from(pair.certificate) }],
      requireClientCertificate,
    );
    const bound = await new Promise<number>((resolve, reject) => {
      server.bindAsync(
        host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
        credentials,
        (cause, actual) => {
          if (!cause) resolve(actual);
          else
            reject(
              new DevnetError('PORT_UNAVAILABLE', `cannot listen on ${host}:${port}: ${cause.message}`, {
                cause,
              }),
            );
        },
      );
    });
    return new Endpoint(server, bound);
  }

  /** Adds the services; requests are answered from now on. */
  serve(context: EndpointContext): void {
    this.#server.addService(gateway.GatewayService, gatewayService(context));
    this.#server.addService(peer.DeliverService, deliverService(context));
  }

  /** Stops listening; calls that are about to be answered still are, streams are ended. */
  close(): Promise<void> {
    this.#closing ??= new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, ENDPOINT_GRACE_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    return this.#closing;
  }
}
