import type { Logger } from '@careledger/service-kit';
import { connectAsync, type IClientOptions } from 'mqtt';
import { CONNECT_TIMEOUT_MS } from './limits.js';

/** Pause before a session is tried once more. */
const RETRY_MS = 1_000;

export interface SessionEnderOptions {
  readonly url: string;
  readonly credentials: Pick<IClientOptions, 'username' | 'password'>;
  /** Whether its session has still to end. */
  readonly isStopped: (deviceId: string) => boolean;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Ends sessions of devices at an external broker that gives each its device id as client id: whoever connects under an id
 * takes the place of who has it (MQTT 3.1.1 section 3.1.4), and goes. One after another.
 */
export class SessionEnder implements AsyncDisposable {
  readonly #options: SessionEnderOptions;
  readonly #waiting = new Set<string>();
  #work: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: SessionEnderOptions) {
    this.#options = options;
  }

  end(deviceId: string): void {
    if (this.#isClosed) return;
    this.#waiting.add(deviceId);
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined;
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { url, credentials, logger } = this.#options;
    for (const deviceId of this.#waiting) {
      this.#waiting.delete(deviceId);
      try {
        const client = await connectAsync(
          url,
          {
            ...credentials,
            ...{ clientId: deviceId, clean: true, protocolVersion: 4 },
            ...{ reconnectPeriod: 0, connectTimeout: CONNECT_TIMEOUT_MS },
          },
          false,
        );
        await client.endAsync();
      } catch (err) {
        logger.warn(
          { err, deviceId },
          'a device’s session at the broker could not be ended; it is tried again',
        );
        this.#later(deviceId);
      }
    }
  }

  #later(deviceId: string): void {
    setTimeout(() => {
      if (this.#options.isStopped(deviceId)) this.end(deviceId);
    }, RETRY_MS).unref();
  }
}
