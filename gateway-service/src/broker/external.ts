import { deviceOfFramesTopic, framesFilter, resultsTopic, type FrameResult } from '@careledger/protocol';
import type { Logger } from '@careledger/service-kit';
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { DeviceRegistry } from '../devices/index.js';
import type { IngestPipeline } from '../ingest/index.js';
import type { FrameSource } from './frame-source.js';

/** Last characters of device ids: base32. */
const SHARDS = [...'abcdefghijklmnopqrstuvwxyz234567'];
/** Pause before a lost connection, or one given up to have frames delivered again, is made anew. */
const RECONNECT_INTERVAL_MS = 1_000;

export interface ExternalBrokerOptions {
  readonly devices: DeviceRegistry;
  readonly pipeline: IngestPipeline;
  /** `mqtt://` or `mqtts://`. */
  readonly url: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Names the persistent sessions, so that the broker keeps frames while this gateway is away. */
  readonly gatewayId: string;
  /** Shards that this gateway takes, one connection each; all unless set. */
  readonly shards?: readonly string[];
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

/**
 * Frames from a broker that runs elsewhere, with QoS 1 and a persistent session per shard. The PUBACK to the broker goes
 * out once the frame is on disk or refused; a frame that could not be stored is not acknowledged, and its connection is
 * made anew so that the broker delivers it again. Who may connect and publish where is the broker's to decide; what a
 * frame says is signed by its device all the same.
 */
export class ExternalBroker implements FrameSource {
  readonly url: string;
  readonly #options: ExternalBrokerOptions;
  readonly #clients: MqttClient[] = [];
  readonly #subscribed: Promise<void>[] = [];
  #waiting: (() => void)[] = [];
  #isClosing = false;

  private constructor(options: ExternalBrokerOptions) {
    this.#options = options;
    this.url = options.url;
    options.pipeline.onDrained(() => {
      for (const goOn of this.#waiting.splice(0)) goOn();
    });
    for (const shard of options.shards ?? SHARDS) this.#connect(shard);
  }

  /** Resolves when every shard is subscribed to, however long the broker is away. */
  static async start(options: ExternalBrokerOptions): Promise<ExternalBroker> {
    const broker = new ExternalBroker(options);
    await Promise.all(broker.#subscribed);
    return broker;
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await this.#options.pipeline.idle();
    await Promise.all(this.#clients.map((client) => client.endAsync()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #connect(shard: string): void {
    const { url, credentials, gatewayId, logger } = this.#options;
    const options: IClientOptions = {
      ...credentials,
      clientId: `${gatewayId}-${shard}`,
      clean: false,
      protocolVersion: 4,
      reconnectPeriod: RECONNECT_INTERVAL_MS,
      resubscribe: false,
    };
    const client = connect(url, options);
    client.on('error', (err) => logger.warn({ err, shard }, 'external broker'));
    const subscribed = new Promise<void>((resolve) => {
      client.on('connect', () => {
        client.subscribe(framesFilter(shard), { qos: 1 }, (err) => {
          if (err) logger.warn({ err, shard }, 'external broker refused the subscription');
          else resolve();
        });
      });
    });
    // mqtt.js handles one packet at a time and sends the PUBACK when this calls back: hence a connection per shard.
    client.handleMessage = (packet, done) => this.#take(client, packet, () => done());
    this.#clients.push(client);
    this.#subscribed.push(subscribed);
  }

  #take(client: MqttClient, packet: IPublishPacket, acknowledge: () => void): void {
    const { devices, pipeline, logger } = this.#options;
    if (this.#isClosing) return;
    if (pipeline.isFull) {
      this.#waiting.push(() => this.#take(client, packet, acknowledge));
      return;
    }
    const deviceId = deviceOfFramesTopic(packet.topic);
    const device = deviceId === undefined ? undefined : devices.find(deviceId);
    if (device === undefined) {
      logger.warn({ topic: packet.topic }, 'a frame of a device that is not registered here');
      acknowledge();
      return;
    }
    const bytes = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    pipeline.submit(device, bytes, {
      settle: (result: FrameResult) => {
        client.publish(resultsTopic(device.deviceId), JSON.stringify(result), { qos: 0 });
        acknowledge();
      },
      // Not acknowledged: a new connection of the same session has it delivered again.
      fail: () => client.reconnect(),
    });
  }
}
