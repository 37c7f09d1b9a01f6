import type { DeviceSession } from './device-session.js';
import { LIMITED_MAX, LIMITED_MAX_MS, LIMITED_PER_DEVICE } from './limits.js';

/** What of a session matters here. */
type Limited = Pick<DeviceSession, 'device' | 'client'>;

/**
 * Sessions that were opened with a token out of time: of devices whose clock is off, or of somebody who has an old token of
 * theirs. Such a session displaces no other and is told no result until one of its frames is stored, which only the device
 * can bring about. They are few and short, and the oldest gives way to the next.
 */
export class LimitedSessions {
  readonly #sessions = new Map<Limited, NodeJS.Timeout>();
  #count = 0;

  get size(): number {
    return this.#sessions.size;
  }

  /** Takes a session in; another may have to go. Returns the client id under which it displaces no full session. */
  add(session: Limited): string {
    const { deviceId } = session.device;
    const own = [...this.#sessions.keys()].filter(({ device }) => device.deviceId === deviceId);
    const [oldest] = own.length >= LIMITED_PER_DEVICE ? own : this.#sessions.keys();
    if (oldest !== undefined && (own.length >= LIMITED_PER_DEVICE || this.size >= LIMITED_MAX))
      this.end(oldest);
    this.#sessions.set(session, setTimeout(() => this.end(session), LIMITED_MAX_MS).unref());
    return `${deviceId}/limited/${this.#count++}`;
  }

  /** The session is over, or limited no longer. */
  remove(session: Limited): void {
    clearTimeout(this.#sessions.get(session));
    this.#sessions.delete(session);
  }

  end(session: Limited): void {
    this.remove(session);
    session.client.close();
  }

  /** Ends those of a device. */
  endOf(deviceId: string): void {
    for (const session of this.#sessions.keys()) if (session.device.deviceId === deviceId) this.end(session);
  }
}
