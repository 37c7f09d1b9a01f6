import type { Client } from 'aedes';
import type { DeviceSession } from './device-session.js';
import type { InboundReader } from './inbound-gate.js';
import { PACKET_MAX_BYTES } from './limits.js';
import { PacketStream, type PublishTaker, type StreamFault } from './packet-stream.js';

/** A connection may be silent for one and a half times what it announced (MQTT 3.1.1 section 3.1.2.10). */
const KEEP_ALIVE_TOLERANCE = 1.5;
const MS_PER_S = 1_000;
const NOTHING = Buffer.alloc(0);

export interface InboundListener {
  /** Takes a PUBLISH of a session. Returns whether to read on. `body`: all behind the fixed header. */
  publish(session: DeviceSession, firstByte: number, body: Buffer): boolean;
  /** Nothing more is read. */
  fault(fault: StreamFault): void;
}

/** What comes in over one connection: frames go to the listener, the rest to aedes. */
export class DeviceInbound implements InboundReader, PublishTaker {
  /** Once it is known whose connection it is. */
  session: DeviceSession | undefined;
  readonly #stream = new PacketStream(PACKET_MAX_BYTES, this);
  readonly #listener: InboundListener;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(listener: InboundListener) {
    this.#listener = listener;
  }

  get isBusy(): boolean {
    return this.#stream.isOver || this.session?.isBusy === true;
  }

  get takesPublishes(): boolean {
    return this.session?.isConnected === true;
  }

  /** Ends the connection once it is silent for too long. @param keepAliveS as CONNECT says; 0 for never */
  watch(client: Client, keepAliveS: number): void {
    if (keepAliveS === 0) return;
    const silent = (): boolean => client.emit('error', new Error('keep alive timeout'));
    this.#keepAlive = setTimeout(silent, keepAliveS * MS_PER_S * KEEP_ALIVE_TOLERANCE);
  }

  end(): void {
    clearTimeout(this.#keepAlive);
  }

  takeHeld(): Buffer | undefined {
    return this.#stream.takeHeld();
  }

  accept(chunk: Buffer): Buffer {
    this.#keepAlive?.refresh();
    const left = this.#stream.accept(chunk);
    const { fault } = this.#stream;
    if (fault === undefined) return left;
    this.#listener.fault(fault);
    return NOTHING;
  }

  take(firstByte: number, body: Buffer): boolean {
    return this.session !== undefined && this.#listener.publish(this.session, firstByte, body);
  }
}
