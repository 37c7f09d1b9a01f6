import type { DeviceResult } from '@careledger/protocol';
import type { TokenSample } from '../device-clock/index.js';
import type { FrameTicket } from '../ingest/index.js';
import type { DeviceSession } from './device-session.js';

/** A frame that a device published, until it is answered. */
export class PublishTicket implements FrameTicket {
  readonly #session: DeviceSession;
  readonly #messageId: number | undefined;
  readonly #settled: (session: DeviceSession, result: DeviceResult) => void;

  /**
   * @param messageId of its packet, which is acknowledged; undefined for QoS 0
   * @param settled told before the device is
   */
  constructor(
    session: DeviceSession,
    messageId: number | undefined,
    settled: (session: DeviceSession, result: DeviceResult) => void,
  ) {
    this.#session = session;
    this.#messageId = messageId;
    this.#settled = settled;
  }

  get tokenSample(): TokenSample | undefined {
    return this.#session.isLimited ? this.#session.tokenSample : undefined;
  }

  settle(result: DeviceResult): void {
    this.#settled(this.#session, result);
    this.#session.answer(this.#messageId, result);
  }

  /** Nothing of it is acknowledged: the device connects again, and sends it again. */
  fail(error: Error): void {
    this.#session.client.emit('error', error);
  }
}
