import { setTimeout as delay } from 'node:timers/promises';
import type { Home } from '../operations/home.js';

/** Between two frames of a device that sends all the time. */
const PAUSE_MS = 10;

/** A device that sends from the moment that this is made until `end`, one frame after the other's answer. */
export class Traffic {
  #isOn = true;
  #sent = 0;
  readonly #done: Promise<void>;

  constructor(home: Home) {
    this.#done = this.#run(home);
  }

  /** Stops sending. @returns how many frames were acknowledged meanwhile */
  async end(): Promise<number> {
    this.#isOn = false;
    await this.#done;
    return this.#sent;
  }

  async #run(home: Home): Promise<void> {
    for (; this.#isOn; this.#sent += 1) {
      await home.send();
      await delay(PAUSE_MS);
    }
  }
}
