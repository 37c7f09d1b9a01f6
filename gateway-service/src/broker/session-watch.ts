import type { Logger } from '@careledger/service-kit';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';

/** Where Mosquitto publishes its notices (`log_dest topic`), connections among them (`connection_messages`). */
const NOTICES_TOPIC = '$SYS/broker/log/N';
/** A device’s own connection: its user name is taken from its certificate. Other users are named otherwise. */
const DEVICE_CONNECTED = /(?:^|: )New client connected from \S+ as (dev_[a-z2-7]+) \([^()]*, u'\1'\)\.$/;

export interface SessionWatchOptions {
  readonly url: string;
  readonly options: IClientOptions;
  /** The watch has begun, or begun again: what happened before was not seen. */
  readonly onWatching: () => void;
  readonly onDeviceConnected: (deviceId: string) => void;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Hears of devices that connect to a Mosquitto. A TLS session that is resumed brings its certificate along, which is not
 * looked at again: a revoked device that kept one is noticed here.
 */
export function watchSessions(watch: SessionWatchOptions): MqttClient {
  const { url, options, onWatching, onDeviceConnected, logger } = watch;
  const client = connect(url, options);
  client.on('error', (err) => logger.warn({ err }, 'external broker'));
  client.on('message', (_topic, payload) => {
    const [, deviceId] = DEVICE_CONNECTED.exec(payload.toString('utf8')) ?? [];
    if (deviceId !== undefined) onDeviceConnected(deviceId);
  });
  client.on('connect', () => {
    client.subscribe(NOTICES_TOPIC, { qos: 0 }, (err) => {
      if (err) logger.warn({ err }, 'external broker refused to tell of connections');
      else onWatching();
    });
  });
  return client;
}
