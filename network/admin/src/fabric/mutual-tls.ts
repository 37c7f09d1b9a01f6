import { Agent, request } from 'node:https';
import { messageOf, NetworkAdminError } from '../errors.js';

const TIMEOUT_MS = 15_000;

/** An HTTPS endpoint of a node and the certificate that it asks of an administrator, all PEM. */
export interface MutualTlsAddress {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly tlsRoot: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** HTTPS with mutual TLS to one node. */
export class MutualTlsClient implements Disposable {
  readonly #agent: Agent;
  readonly #address: MutualTlsAddress;

  constructor(address: MutualTlsAddress) {
    this.#address = address;
    const { tlsRoot: ca, clientCert: cert, clientKey: key } = address;
    this.#agent = new Agent({ ca, cert, key, keepAlive: true });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  /** The answer, when its status is one of those expected. */
  async send(
    method: string,
    path: string,
    expected: readonly number[],
    form?: { readonly contentType: string; readonly body: Buffer },
  ): Promise<HttpAnswer> {
    const { id, host, port } = this.#address;
    const headers = form ? { 'content-type': form.contentType, 'content-length': form.body.length } : {};
    const answer = await new Promise<HttpAnswer>((resolve, reject) => {
      const call = request(
        // The certificate is the node's, whatever address leads to it.
        { host, port, servername: id, path, method, agent: this.#agent, timeout: TIMEOUT_MS, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
          );
        },
      );
      call.on('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      call.on('error', reject);
      call.end(form?.body);
    }).catch((cause: unknown) => {
      throw new NetworkAdminError(
        'ORDERER_UNREACHABLE',
        `${id} does not answer on ${host}:${port} (${messageOf(cause)}): see whether it runs, and its log`,
        { cause },
      );
    });
    if (expected.includes(answer.status)) return answer;
    throw new NetworkAdminError(
      'ORDERER_REFUSED',
      `${id} answered ${answer.status} to ${method} ${path}: ${answer.body.trim()}`,
    );
  }
}
