import type { DeviceResult } from '@careledger/protocol';
import type { TokenSample } from '../device-clock/index.js';
import type { FrameTicket } from '../ingest/index.js';
import type { DeviceSession } from './device-session.js';

/** A frame that a device published, until it is answered. */
export class PublishTicket implements FrameTicket {
  readonly #session: DeviceSession;
  readonly #messageId: number | undefined;
  readonly #turns: number;
  readonly #settled: (session: DeviceSession, result: DeviceResult) => void;

  /**
   * @param messageId of its packet, which is acknowledged; undefined for QoS 0
   * @param turns that the session has read it for
   * @param settled told before the device is
   */
  constructor(
    session: DeviceSession,
    messageId: number | undefined,
    turns: number,
    settled: (session: DeviceSession, result: DeviceResult) => void,
  ) {
    this.#session = session;
    this.#messageId = messageId;
    this.#turns = turns;
    this.#settled = settled;
  }

  get tokenSample(): TokenSample | undefined {
    return this.#session.isLimited ? this.#session.tokenSample : undefined;
  }

  get isUnproved(): boolean {
    return this.#session.isLimited;
  }

  settle(result: DeviceResult): void {
    this.#settled(this.#session, result);
    this.#session.answer(this.#messageId, result, this.#turns);
  }

  /** Nothing of it is acknowledged: the device connects again, and sends it again. */
  fail(error: Error): void {
    this.#session.client.emit('error', error);
  }
}
