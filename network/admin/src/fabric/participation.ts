import { Agent, request } from 'node:https';
import { messageOf, NetworkAdminError } from '../errors.js';

const TIMEOUT_MS = 15_000;
const CHANNELS_PATH = '/participation/v1/channels';

/** An orderer's admin endpoint and the certificate that it asks of an administrator, all PEM. */
export interface OrdererAdminAddress {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly tlsRoot: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

export interface OrdererChannel {
  readonly name: string;
  readonly height: number;
  /** `active`, `onboarding`, `inactive` or `failed`. */
  readonly status: string;
  /** `consenter`, `follower` or `other`. */
  readonly consensusRelation: string;
}

/** Client of Fabric's channel participation API: HTTPS with mutual TLS (Fabric documentation, "osnadmin channel"). */
export class OrdererAdmin implements Disposable {
  private readonly agent: Agent;

  constructor(readonly address: OrdererAdminAddress) {
    this.agent = new Agent({
      ca: address.tlsRoot,
      cert: address.clientCert,
      key: address.clientKey,
      keepAlive: true,
    });
  }

  [Symbol.dispose](): void {
    this.agent.destroy();
  }

  /** Names of the channels that this orderer serves. */
  async list(): Promise<string[]> {
    const { body } = await this.send('GET', CHANNELS_PATH, [200]);
    const { channels } = JSON.parse(body) as { channels: { name: string }[] | null };
    return (channels ?? []).map((channel) => channel.name);
  }

  async info(channel: string): Promise<OrdererChannel> {
    const { body } = await this.send('GET', `${CHANNELS_PATH}/${channel}`, [200]);
    return JSON.parse(body) as OrdererChannel;
  }

  /** Joins the channel of a genesis block, or of a later configuration block; 405 means that it has joined already. */
  async join(channel: string, configBlock: Uint8Array): Promise<'joined' | 'present'> {
    const form = await multipart('config-block', `${channel}.block`, configBlock);
    const { status } = await this.send('POST', CHANNELS_PATH, [201, 405], form);
    return status === 201 ? 'joined' : 'present';
  }

  /** Leaves a channel and deletes its ledger from this orderer. */
  async remove(channel: string): Promise<void> {
    await this.send('DELETE', `${CHANNELS_PATH}/${channel}`, [204]);
  }

  private async send(
    method: string,
    path: string,
    expected: readonly number[],
    form?: { contentType: string; body: Buffer },
  ): Promise<{ status: number; body: string }> {
    const { id, host, port } = this.address;
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const call = request(
        {
          host,
          port,
          // The certificate is the node's, whatever address leads to it.
          servername: id,
          path,
          method,
          agent: this.agent,
          timeout: TIMEOUT_MS,
          ...(form
            ? { headers: { 'content-type': form.contentType, 'content-length': form.body.length } }
            : {}),
        },
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
        `the admin endpoint of ${id} does not answer on ${host}:${port} (${messageOf(cause)}): see whether it runs, and its log`,
        { cause },
      );
    });
    if (!expected.includes(answer.status)) {
      throw new NetworkAdminError(
        'ORDERER_REFUSED',
        `${id} answered ${answer.status} to ${method} ${path}: ${answer.body.trim()}`,
      );
    }
    return answer;
  }
}

/** A form with one file, in the encoding of the Fetch API. */
async function multipart(
  name: string,
  fileName: string,
  content: Uint8Array,
): Promise<{ contentType: string; body: Buffer }> {
  const form = new FormData();
  form.set(name, new Blob([Buffer.from(content)]), fileName);
  const encoded = new Response(form);
  return {
    contentType: encoded.headers.get('content-type') ?? '',
    body: Buffer.from(await encoded.arrayBuffer()),
  };
}
