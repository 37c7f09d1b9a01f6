import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { ComposeError } from './errors.js';

/**
 * Whoever started this container and can pause the others: one line for each step, both ways. When the lines end, the
 * host has given up.
 */
export class Host implements Disposable {
  readonly #lines: Interface;
  readonly #heard: AsyncIterator<string>;
  readonly #output: Writable;

  constructor(input: Readable, output: Writable) {
    this.#output = output;
    this.#lines = createInterface({ input });
    this.#heard = this.#lines[Symbol.asyncIterator]();
  }

  async say(line: string): Promise<void> {
    if (!this.#output.write(`${line}\n`)) await once(this.#output, 'drain');
  }

  /** Waits for a line. @throws ComposeError `HOST_AWAY` when another one comes, or none any more */
  async hear(expected: string): Promise<void> {
    const { value, done } = await this.#heard.next();
    if (done === true || value !== expected) {
      const said = done === true ? 'nothing' : `"${String(value)}"`;
      throw new ComposeError('HOST_AWAY', `the host should say "${expected}" and says ${said}: run it again`);
    }
  }

  [Symbol.dispose](): void {
    this.#lines.close();
  }
}
