import type { Rule, RuleInput, RuleRun, RuleSink, RuleState } from '../../engine/rule.js';
import { levelOf } from '../../model/alarm.js';
import { CODES } from '../../model/codes.js';
import type { ClinicalConfig } from '../../model/config.js';
import { typeOfRule, type Evidence } from '../../model/events.js';
import { isLive } from '../../model/reading.js';

const RULE = 'silence';
const VERSION = 1;
/** Live readings of a device after which its silence says something. */
const ARMED_AFTER = 3;
const LEVEL = levelOf('low');

/** What is known of one device's arrivals. Times by the gateway's clock. */
interface Heard {
  readonly lastMs: number;
  readonly last: Evidence;
  /** Live readings so far, up to `ARMED_AFTER`. */
  readonly live: number;
  /** From here on silence is counted: the last arrival, or the end of an absence of the gateway. */
  readonly countedFrom: number;
  /** Start of the silence that has been said; null while none is. */
  readonly toldFrom: number | null;
}

type SilenceState = Readonly<Record<string, Heard>>;

// Written by this rule alone.
const heardOf = ({ streams }: RuleState): SilenceState => streams as SilenceState;

/** The device's limit; null where it may be silent as long as it likes. */
function limitOf({ devices, silence }: ClinicalConfig, deviceId: string): number | null {
  const { kind = 'other', isPaused = false } = devices[deviceId] ?? {};
  if (isPaused) return null;
  return { cgm: silence.cgmMs, monitor: silence.monitorMs, meter: silence.meterMs, other: silence.otherMs }[
    kind
  ];
}

/** Whether a device that is heard of at `ms`, or not, was silent for too long until then. */
function isSilent(heard: Heard, limitMs: number | null, ms: number): boolean {
  return limitMs !== null && heard.live >= ARMED_AFTER && ms - heard.countedFrom > limitMs;
}

class SilenceRun implements RuleRun {
  readonly #sink: RuleSink;
  readonly #heard: Record<string, Heard>;

  constructor(state: RuleState, sink: RuleSink) {
    this.#sink = sink;
    this.#heard = { ...heardOf(state) };
  }

  read({ reading, at, flags }: RuleInput): void {
    const { rowId, deviceId, t, code, value, comparator, receivedAt } = reading;
    const heard = this.#heard[deviceId];
    if (heard !== undefined) {
      this.#say(deviceId, receivedAt);
      this.#end(deviceId, receivedAt);
    }
    const isNews = isLive(at, receivedAt) && !flags.includes('FUTURE_READING');
    this.#heard[deviceId] = {
      lastMs: receivedAt,
      countedFrom: receivedAt,
      last: { rowId, t, at, code, value, ...(comparator !== undefined && { comparator }) },
      live: Math.min(ARMED_AFTER, (heard?.live ?? 0) + (isNews ? 1 : 0)),
      toldFrom: null,
    };
  }

  settle(): void {
    return;
  }

  tick(nowMs: number): void {
    const { devices } = this.#sink.configAt(nowMs);
    for (const deviceId of Object.keys(this.#heard)) {
      const { isPaused = false } = devices[deviceId] ?? {};
      if (isPaused) this.#disarm(deviceId, nowMs);
      else this.#say(deviceId, nowMs);
    }
  }

  resume(nowMs: number): void {
    for (const [deviceId, heard] of Object.entries(this.#heard)) {
      this.#heard[deviceId] = { ...heard, countedFrom: Math.max(heard.countedFrom, nowMs) };
    }
  }

  finish(): RuleState {
    return { v: VERSION, streams: this.#heard };
  }

  /** Raises the alarm if the device was silent for too long until `ms`, once. */
  #say(deviceId: string, ms: number): void {
    const heard = this.#heard[deviceId];
    if (heard === undefined || heard.toldFrom !== null) return;
    const limitMs = limitOf(this.#sink.configAt(ms), deviceId);
    if (limitMs === null || !isSilent(heard, limitMs, ms)) return;
    const start = heard.countedFrom;
    this.#heard[deviceId] = { ...heard, toldFrom: start };
    this.#sink.events.push({
      ...{ kind: 'episode-started', episodeId: this.#idOf(deviceId, start), rule: RULE },
      ...{ type: typeOfRule(RULE), ...LEVEL, start, raisedAt: start + limitMs, late: false },
      ...{ evidence: [heard.last], news2: null },
    });
  }

  #end(deviceId: string, ms: number): void {
    const start = this.#heard[deviceId]?.toldFrom ?? null;
    if (start === null) return;
    this.#sink.events.push({
      ...{ kind: 'episode-ended', episodeId: this.#idOf(deviceId, start), rule: RULE, start },
      ...{ end: ms, reason: 'recovered' },
    });
  }

  /** Stopped, paused or suspended: it is not waited for until it was live again. */
  #disarm(deviceId: string, nowMs: number): void {
    const heard = this.#heard[deviceId];
    if (heard === undefined || heard.live === 0) return;
    this.#end(deviceId, nowMs);
    this.#heard[deviceId] = { ...heard, live: 0, toldFrom: null };
  }

  #idOf(deviceId: string, start: number): string {
    return `${this.#sink.patientId}/${RULE}/${start}/${deviceId}`;
  }
}

/** No reading of a device for its limit. It runs on arrivals, not on rule time; the clock only says it earlier. */
export const SILENCE: Rule = {
  name: RULE,
  takes: CODES.map(({ code }) => code),
  urgency: () => 0,
  initial: () => ({ v: VERSION, streams: {} }),
  migrate(state) {
    if (state.v > VERSION) throw new RangeError(`state ${state.v} of rule ${RULE} is of a later release`);
    return state;
  },
  isDue: (state, config, nowMs) =>
    Object.entries(heardOf(state)).some(([deviceId, heard]) => {
      if (config.devices[deviceId]?.isPaused === true) return heard.live > 0;
      return heard.toldFrom === null && isSilent(heard, limitOf(config, deviceId), nowMs);
    }),
  open: (state, sink) => new SilenceRun(state, sink),
};
