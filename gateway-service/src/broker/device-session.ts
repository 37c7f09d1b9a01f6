import { framesTopic, resultsTopic, type FrameResult } from '@careledger/protocol';
import type { Client } from 'aedes';
import type { Device } from '../devices/index.js';
import { pubackPacket, resultPacket, topicField } from './answer-packets.js';
import { ANSWERS_BACKLOG_MAX_BYTES } from './limits.js';

/** A device's connection. */
export class DeviceSession {
  readonly framesTopic: string;
  readonly resultsTopic: string;
  /** Whether the device has subscribed to its results. */
  wantsResults = false;
  readonly #topicField: Uint8Array;
  #answers: Uint8Array[] = [];
  #answered: (() => void)[] = [];
  readonly #flush = (): void => this.#write();
  readonly #goOn = (): void => {
    for (const done of this.#answered.splice(0)) done();
  };

  constructor(
    readonly device: Device,
    readonly client: Client,
  ) {
    this.framesTopic = framesTopic(device.deviceId);
    this.resultsTopic = resultsTopic(device.deviceId);
    this.#topicField = topicField(this.resultsTopic);
  }

  /**
   * Tells the device what became of a frame, and acknowledges it. The result goes with QoS 0: it can be lost with the
   * connection, and so can the PUBACK behind it; whoever has that has had the result.
   * @param messageId packet id of the frame; undefined for QoS 0, which has no PUBACK
   * @param done called once it is written
   */
  answer(messageId: number | undefined, result: FrameResult, done: () => void): void {
    if (this.#answered.length === 0) setImmediate(this.#goOn);
    this.#answered.push(done);
    if (this.wantsResults) this.#push(resultPacket(this.#topicField, result));
    if (messageId !== undefined) this.#push(pubackPacket(messageId));
  }

  /** All answers of this turn of the event loop go out in one write; then the frames behind them are read. */
  #push(packet: Uint8Array): void {
    if (this.#answers.length === 0) process.nextTick(this.#flush);
    this.#answers.push(packet);
  }

  #write(): void {
    const answers = this.#answers.splice(0);
    const { client } = this;
    if (answers.length === 0 || !client.connected || client.closed) return;
    client.conn.write(Buffer.concat(answers));
    // It sends frames and never reads what becomes of them.
    if (client.conn.writableLength > ANSWERS_BACKLOG_MAX_BYTES) client.close();
  }
}
