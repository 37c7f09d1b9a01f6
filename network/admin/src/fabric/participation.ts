import type { MutualTlsClient } from './mutual-tls.js';

const CHANNELS_PATH = '/participation/v1/channels';

export interface OrdererChannel {
  readonly name: string;
  readonly height: number;
  /** `active`, `onboarding`, `inactive` or `failed`. */
  readonly status: string;
  /** `consenter`, `follower` or `other`. */
  readonly consensusRelation: string;
}

/** Fabric's channel participation API at an orderer's admin endpoint (Fabric documentation, "osnadmin channel"). */
export class OrdererAdmin {
  readonly #client: MutualTlsClient;

  constructor(client: MutualTlsClient) {
    this.#client = client;
  }

  /** Names of the channels that this orderer serves. */
  async list(): Promise<string[]> {
    const { body } = await this.#client.send('GET', CHANNELS_PATH, [200]);
    const { channels } = JSON.parse(body) as { channels: { name: string }[] | null };
    return (channels ?? []).map((channel) => channel.name);
  }

  async info(channel: string): Promise<OrdererChannel> {
    const { body } = await this.#client.send('GET', `${CHANNELS_PATH}/${channel}`, [200]);
    return JSON.parse(body) as OrdererChannel;
  }

  /** Joins the channel of a genesis block, or of a later configuration block; 405 means that it has joined already. */
  async join(channel: string, configBlock: Uint8Array): Promise<'joined' | 'present'> {
    const form = await multipart('config-block', `${channel}.block`, configBlock);
    const { status } = await this.#client.send('POST', CHANNELS_PATH, [201, 405], form);
    return status === 201 ? 'joined' : 'present';
  }

  /** Leaves a channel and deletes its ledger from this orderer. */
  async remove(channel: string): Promise<void> {
    await this.#client.send('DELETE', `${CHANNELS_PATH}/${channel}`, [204]);
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
