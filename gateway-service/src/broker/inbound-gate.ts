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
   * Lets the socket be read only while the gate is open, and shows `inspect` each chunk; false from it ends the
   * connection. The reader must use `read()` on `readable`, as aedes does.
   */
  guard(socket: Socket, inspect: (chunk: Uint8Array) => boolean): void {
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      if (this.#isClosed()) {
        this.#waiting.add(socket);
        return null;
      }
      const chunk: unknown = read(size);
      if (chunk instanceof Uint8Array && !inspect(chunk)) {
        socket.destroy();
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
