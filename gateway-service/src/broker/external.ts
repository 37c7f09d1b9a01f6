import { sha256 } from '@careledger/crypto';
import type { CertificateAuthority } from '@careledger/crypto/x509';
import { timestampOf } from '@careledger/domain';
import {
  deviceCertificateSerial,
  deviceOfFramesTopic,
  framesFilter,
  resultsTopic,
  type DeviceResult,
} from '@careledger/protocol';
import type { Logger } from '@careledger/service-kit';
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { DeviceRegistry } from '../devices/index.js';
import type { IngestPipeline } from '../ingest/index.js';
import type { FrameSource } from './frame-source.js';
import { RevocationLists } from './revocation-lists.js';
import { SessionEnder } from './session-ender.js';
import { watchSessions } from './session-watch.js';

/** Last characters of device ids: base32. */
const SHARDS = [...'abcdefghijklmnopqrstuvwxyz234567'];
/** Pause before a lost connection, or one given up to have frames delivered again, is made again. */
const RECONNECT_INTERVAL_MS = 1_000;

/** Who certifies the devices of a broker, and where that looks for lists of certificates that do not count. */
export interface GuardedCertificates {
  readonly authority: CertificateAuthority;
  readonly folder: string;
}

export interface ExternalBrokerOptions {
  readonly devices: DeviceRegistry;
  readonly pipeline: IngestPipeline;
  /** `mqtt://` or `mqtts://`. */
  readonly url: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  /**
   * The broker is a Mosquitto as docker/mosquitto sets it up: it lets devices in by certificates of this authority, looks
   * for revocation lists in this folder, and gives each device its id as client id.
   */
  readonly certificates?: GuardedCertificates;
  /** Names the persistent sessions, so that the broker keeps frames while this gateway is away. */
  readonly gatewayId: string;
  /** Shards that this gateway takes, one connection each; all unless set. */
  readonly shards?: readonly string[];
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

/**
 * Frames from a broker that runs elsewhere, with QoS 1 and a persistent session per shard. The PUBACK to the broker goes
 * out once the frame is on disk or refused; a frame that could not be stored is not acknowledged, and its connection is
 * made again so that the broker delivers it again. Who may connect and publish where is the broker's to decide; what a
 * frame says is signed by its device all the same. Where the broker goes by certificates, those of devices that are
 * suspended or revoked do not count any more, and their sessions end.
 */
export class ExternalBroker implements FrameSource {
  readonly url: string;
  readonly #options: ExternalBrokerOptions;
  readonly #clients: MqttClient[] = [];
  readonly #subscribed: Promise<void>[] = [];
  #waiting: (() => void)[] = [];
  #lists: RevocationLists | undefined;
  #ender: SessionEnder | undefined;
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
    if (options.certificates !== undefined) await broker.#guardCertificates(options.certificates);
    await Promise.all(broker.#subscribed);
    return broker;
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await this.#options.pipeline.idle();
    await this.#lists?.close();
    await this.#ender?.[Symbol.asyncDispose]();
    await Promise.all(this.#clients.map((client) => client.endAsync()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #guardCertificates({ authority, folder }: GuardedCertificates): Promise<void> {
    const { devices, url, credentials = {}, logger } = this.#options;
    const isStopped = (deviceId: string): boolean => {
      const device = devices.find(deviceId);
      return device !== undefined && device.status !== 'active';
    };
    const stopped = (): string[] =>
      devices.list().flatMap(({ deviceId }) => (isStopped(deviceId) ? [deviceId] : []));
    const lists = await RevocationLists.open({
      ...{ folder, authority, logger },
      revoked: () => stopped().map((deviceId) => deviceCertificateSerial(deviceId, sha256)),
    });
    const ender = new SessionEnder({ url, credentials, isStopped, logger });
    this.#lists = lists;
    this.#ender = ender;
    devices.onStatus(() => lists.changed());
    devices.onStopped(({ deviceId }) => ender.end(deviceId));
    const watch = watchSessions({
      ...{ url, logger },
      options: this.#clientOptions('sessions', true),
      onWatching: () => {
        for (const deviceId of stopped()) ender.end(deviceId);
      },
      onDeviceConnected: (deviceId) => {
        if (isStopped(deviceId)) ender.end(deviceId);
      },
    });
    this.#clients.push(watch);
  }

  #clientOptions(name: string, clean: boolean): IClientOptions {
    const { credentials, gatewayId } = this.#options;
    return {
      ...credentials,
      clientId: `${gatewayId}-${name}`,
      clean,
      protocolVersion: 4,
      reconnectPeriod: RECONNECT_INTERVAL_MS,
      resubscribe: false,
    };
  }

  #connect(shard: string): void {
    const { url, logger } = this.#options;
    const client = connect(url, this.#clientOptions(shard, false));
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
      settle: (result: DeviceResult) => {
        const told = { ...result, gatewayTime: timestampOf(Date.now()) };
        client.publish(resultsTopic(device.deviceId), JSON.stringify(told), { qos: 0 });
        acknowledge();
      },
      // Not acknowledged: a new connection of the same session has it delivered again.
      fail: () => client.reconnect(),
    });
  }
}
