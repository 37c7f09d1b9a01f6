import type { Socket } from 'node:net';

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
   * Lets the socket be read only while the gate is open, and shows `inspect` each chunk; after false from it
   * nothing more is read, and it has ended the connection or does so. The reader must use `read()` on `readable`, as aedes does.
   */
  guard(socket: Socket, inspect: (chunk: Buffer) => boolean): void {
    const read = socket.read.bind(socket);
    let isOver = false;
    socket.read = (size?: number): unknown => {
      if (isOver) return null;
      if (this.#isClosed()) {
        this.#waiting.add(socket);
        return null;
      }
      const chunk: unknown = read(size);
      if (Buffer.isBuffer(chunk) && !inspect(chunk)) {
        isOver = true;
        return null;
      }
      return chunk;
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
