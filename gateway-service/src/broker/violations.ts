import { Counter, type Registry } from 'prom-client';
import type { DeviceErrorCode } from '../devices/index.js';

/** Why a connection was refused or ended. */
export type ViolationCode =
  | DeviceErrorCode
  /** Published to a topic that is not the device's own frames topic. */
  | 'TOPIC_FOREIGN'
  /** Subscribed to something else than its own results. */
  | 'SUBSCRIPTION_FOREIGN'
  /** QoS 2 is not offered. */
  | 'QOS_2_UNSUPPORTED'
  | 'CREDENTIALS_MISSING'
  | 'PACKET_TOO_LARGE'
  /** Breaks MQTT 3.1.1, or comes where it may not. */
  | 'PACKET_MALFORMED';

/** Ends a connection. */
export class ViolationError extends Error {
  override readonly name = 'ViolationError';

  constructor(
    readonly code: ViolationCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Counts connections that were refused or ended, by reason. */
export class ViolationCounters {
  readonly byCode = new Map<ViolationCode, number>();

  count(code: ViolationCode): void {
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
  }

  register(registry: Registry): void {
    const { byCode } = this;
    new Counter({
      name: 'careledger_gateway_mqtt_violations_total',
      help: 'MQTT connections refused or ended, by reason',
      labelNames: ['code'] as const,
      registers: [registry],
      collect() {
        this.reset();
        for (const [code, count] of byCode) this.inc({ code }, count);
      },
    });
  }
}
