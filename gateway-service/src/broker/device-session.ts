import type { Socket } from 'node:net';
import { framesTopic, resultsTopic, type FrameResult } from '@careledger/protocol';
import type { Client } from 'aedes';
import type { Device } from '../devices/index.js';
import { RESULTS_BACKLOG_MAX_BYTES } from './limits.js';
import { resultPacket, topicField } from './result-packet.js';

/** A device's connection. */
export class DeviceSession {
  readonly framesTopic: string;
  readonly resultsTopic: string;
  /** Whether the device has subscribed to its results. */
  wantsResults = false;
  readonly #topicField: Uint8Array;
  #isCorked = false;
  readonly #uncork = (): void => {
    this.#isCorked = false;
    this.client.conn.uncork();
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
   * Tells the device what became of a frame, with QoS 0: lost with the connection, as it tells nothing that sending the
   * frame again would not. Written before the PUBACK, so that whoever has that has had the result.
   */
  sendResult(result: FrameResult): void {
    if (!this.wantsResults || !this.client.connected || this.client.closed) return;
    const { conn } = this.client;
    if (conn.writableLength > RESULTS_BACKLOG_MAX_BYTES) {
      this.client.close();
      return;
    }
    this.#cork();
    conn.write(resultPacket(this.#topicField, result));
  }

  /** All that is written in this turn of the event loop goes out in one system call. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.client.conn.cork();
    process.nextTick(this.#uncork);
  }
}

/** aedes names the socket's general type; ours are sockets. */
export function socketOf(client: Client): Socket {
  return client.conn as Socket;
}
