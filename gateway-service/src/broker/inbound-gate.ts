import type { Socket } from 'node:net';

/** Reads a socket's bytes before whoever is behind it. */
export interface InboundReader {
  /** Whether it wants nothing more now. Who makes this false again lets the socket go on with a `readable` event. */
  readonly isBusy: boolean;
  /** What it left of a chunk before: that is read first. */
  takeHeld(): Buffer | undefined;
  /** Reads a chunk. Returns what is left of it for whoever is behind. */
  accept(chunk: Buffer): Buffer;
}

/**
 * Holds sockets back while the pipeline is full: what is not read stays with the sender, by TCP's own flow control, so
 * that a slow disk costs no memory here. Sockets go on in the order in which they had to wait.
 */
export class InboundGate {
  readonly #isClosed: () => boolean;
  readonly #waiting = new Set<Socket>();

  /** @param isClosed whether nothing may be read now */
  constructor(isClosed: () => boolean) {
    this.#isClosed = isClosed;
  }

  /**
   * Lets the socket be read only while the gate is open, by `reader` first. Whoever is behind must use `read()` on
   * `readable`, as aedes does.
   */
  guard(socket: Socket, reader: InboundReader): void {
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      for (;;) {
        if (reader.isBusy) return null;
        if (this.#isClosed()) {
          this.#waiting.add(socket);
          return null;
        }
        const chunk: unknown = reader.takeHeld() ?? read(size);
        if (!Buffer.isBuffer(chunk)) return chunk;
        const left = reader.accept(chunk);
        if (left.length > 0) return left;
      }
    };
    socket.once('close', () => this.#waiting.delete(socket));
  }

  /** The gate may have opened: lets waiting sockets read until it closes again. */
  reopen(): void {
    for (const socket of this.#waiting) {
      if (this.#isClosed()) return;
      this.#waiting.delete(socket);
      socket.emit('readable');
    }
  }
}
