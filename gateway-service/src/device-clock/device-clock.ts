import type { Frame, Hello } from '@careledger/private-chain';
import { findBoot, greetedBoot, runningBoot, type BootSample } from './boots.js';
import { NOTHING_KNOWN, type ClockState } from './clock-state.js';
import { LagRun } from './lag-run.js';
import { HELLO_TOLERANCE_MS, LAG_MIN_MS, LAG_TOLERANCE_MS, UNKNOWN_AGE_MIN_MS } from './limits.js';
import { SentOrder } from './sent-order.js';

/** What of a frame says when it was sent. */
type SentFrame = Pick<Frame, 'sentMs' | 'boot' | 'up'>;
/** The same, with its place in the device's chain. */
type ChainedFrame = SentFrame & Pick<Frame, 'seq'>;

/** When a frame came, and whether the gateway's own clock is proved: what follows from another time is no offset. */
export interface Arrival {
  readonly receivedMs: number;
  readonly isProved: boolean;
}

/** A token's `iat` beside the gateway's clock when it was shown. Milliseconds. */
export interface TokenSample {
  readonly iatMs: number;
  readonly receivedMs: number;
}

/** What is added to a frame's times, as the device said them, to have them by the gateway's clock. */
export interface FrameOffset {
  readonly offsetMs: number;
  /** Nobody knows when its boot was: its readings were measured then or earlier. */
  readonly isUnknown: boolean;
}

/**
 * One device's clock, followed by the gateway: what is known of it is a sample of a hello or of a token, or a lag that
 * stays. Each frame gets its offset once, from what was known before it and what it says itself; nothing that comes later
 * changes it.
 */
export class DeviceClock {
  /** Both from the first frame on. */
  #lags: LagRun | undefined;
  #order: SentOrder | undefined;
  /** Frames in a row of a boot of which no hello told. */
  #unheard: { readonly boot: string; readonly lags: LagRun } | undefined;
  #state: ClockState;
  /** Whether the store has the state. */
  isStored: boolean;

  constructor(stored?: ClockState) {
    this.#state = stored ?? NOTHING_KNOWN;
    this.isStored = true;
  }

  get state(): ClockState {
    return this.#state;
  }

  /** The offset of a frame that was accepted, and what follows from it for the next ones. */
  accept(frame: ChainedFrame, arrival: Arrival): FrameOffset {
    const { seq, sentMs, boot, up } = frame;
    if (sentMs !== undefined) return { offsetMs: this.#follow({ seq, sentMs }, arrival), isUnknown: false };
    return boot === undefined || up === undefined
      ? { offsetMs: 0, isUnknown: false }
      : this.#acceptBoot({ boot, upMs: up, ...arrival });
  }

  /** The offset that a frame would get, as far as is known before its signature is checked. */
  expected({ sentMs, boot, up }: SentFrame, receivedMs: number): number {
    if (sentMs !== undefined) return this.#state.offsetMs;
    if (boot === undefined || up === undefined) return 0;
    return findBoot(this.#state, boot)?.startMs ?? receivedMs - up;
  }

  /** A hello that was signed just now. Returns what the clock is behind; undefined of a device without one. */
  hello({ sentMs, boot, up }: Pick<Hello, 'sentMs' | 'boot' | 'up'>, arrival: Arrival): number | undefined {
    if (boot !== undefined && up !== undefined) {
      this.#set(greetedBoot(this.#state, { boot, upMs: up, ...arrival }));
      return undefined;
    }
    if (sentMs === undefined) return undefined;
    const { receivedMs } = arrival;
    const behindMs = receivedMs - sentMs;
    const { offsetMs, source } = this.#state;
    const isSame = source === 'hello' && Math.abs(behindMs - offsetMs) <= HELLO_TOLERANCE_MS;
    const taken = Math.abs(behindMs) <= HELLO_TOLERANCE_MS ? 0 : behindMs;
    this.#lags?.clear();
    this.#take(isSame ? offsetMs : taken, 'hello');
    return this.#state.offsetMs;
  }

  /**
   * A token of the device, in time or not, once it is known to be its own. An `iat` that is far off is a sample of its
   * clock; one that is not says that an offset which is larger than that is over.
   */
  token({ iatMs, receivedMs }: TokenSample): void {
    const behindMs = receivedMs - iatMs;
    const { offsetMs } = this.#state;
    if (Math.abs(behindMs - offsetMs) <= LAG_TOLERANCE_MS) return;
    if (Math.abs(behindMs) > LAG_MIN_MS) this.#take(behindMs, 'token');
    else if (Math.abs(offsetMs) > LAG_MIN_MS + LAG_TOLERANCE_MS) this.#take(0, 'none');
  }

  /**
   * `token` of a connection, with the first frame of it that was accepted. A clock that is already past what the token
   * says by more than the connection lasted was never as far behind: the token is an old one.
   */
  tokenWithFrame(sample: TokenSample, { sentMs }: SentFrame, { receivedMs, isProved }: Arrival): void {
    if (sentMs === undefined || !isProved) return;
    const connectedMs = receivedMs - sample.receivedMs;
    if (sentMs - sample.iatMs > connectedMs + LAG_TOLERANCE_MS) return;
    this.token(sample);
  }

  /** The offset of a frame of a device with a clock. */
  #follow({ seq, sentMs }: { readonly seq: number; readonly sentMs: number }, arrival: Arrival): number {
    const { receivedMs, isProved } = arrival;
    if (!isProved) return this.#state.offsetMs;
    const lagMs = receivedMs - sentMs;
    const { wasInTime, isSetBack } = (this.#order ??= new SentOrder()).next(
      { seq, sentMs, lagMs },
      this.#state.offsetMs,
    );
    const { offsetMs, source } = this.#state;
    const isAhead = offsetMs > 0 && lagMs < offsetMs - LAG_TOLERANCE_MS;
    // The clock has been set since: the frame would have been sent in the future, or before the one that it follows.
    if (source !== 'none' && ((isAhead && (source !== 'hello' || wasInTime)) || (isSetBack && wasInTime))) {
      this.#lags?.clear();
      this.#take(0, 'none');
    }
    this.#takeLag((this.#lags ??= new LagRun()).add({ sentMs, receivedMs }));
    // Made by a clock that was set before the hello: its offset is not this frame's.
    return this.#state.source === 'hello' && isAhead ? 0 : this.#state.offsetMs;
  }

  /** What follows from a lag that stays. A hello's offset holds against one that is longer: that is the way. */
  #takeLag(lagMs: number | undefined): void {
    const { offsetMs, source } = this.#state;
    if (lagMs === undefined || Math.abs(lagMs - offsetMs) <= LAG_TOLERANCE_MS) return;
    const isHello = source === 'hello';
    // No way takes less than no time: a lag that is less than the offset is a clock's, however little.
    if (lagMs < -LAG_TOLERANCE_MS && (!isHello || lagMs < offsetMs)) this.#take(lagMs, 'lag');
    else if (Math.abs(lagMs) <= (isHello ? LAG_TOLERANCE_MS : LAG_MIN_MS)) this.#take(0, 'none');
    else if (!isHello) this.#take(lagMs, 'lag');
  }

  #acceptBoot(sample: BootSample): FrameOffset {
    const { boot, upMs, receivedMs } = sample;
    const known = findBoot(this.#state, boot);
    const isRunning =
      this.#state.boot === boot || (known === undefined && (!this.#state.saysHello || this.#isLive(sample)));
    if (isRunning) this.#set(runningBoot(this.#state, sample));
    const startMs = findBoot(this.#state, boot)?.startMs;
    if (startMs !== undefined) return { offsetMs: startMs, isUnknown: false };
    // Over before the boot that runs began, and known too late to be news.
    const running = this.#state.boot === null ? undefined : findBoot(this.#state, this.#state.boot);
    const endMs = Math.min(running?.startMs ?? receivedMs, receivedMs - UNKNOWN_AGE_MIN_MS);
    return { offsetMs: endMs - upMs, isUnknown: true };
  }

  /** Whether frames of a boot come as fast as they are made: its hello was lost, or that boot would be a backlog. */
  #isLive({ boot, upMs, receivedMs }: BootSample): boolean {
    if (this.#unheard?.boot !== boot) this.#unheard = { boot, lags: new LagRun() };
    return this.#unheard.lags.add({ sentMs: upMs, receivedMs }) !== undefined;
  }

  #take(offsetMs: number, source: ClockState['source']): void {
    if (offsetMs !== this.#state.offsetMs || source !== this.#state.source)
      this.#set({ ...this.#state, offsetMs, source });
  }

  #set(state: ClockState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.isStored = false;
  }
}
