import type { RuleInput, RuleRun, RuleSink } from './engine/rule.js';
import { codeEntry } from './model/codes.js';
import type { ClinicalEvent } from './model/events.js';
import { flagsOfValue, isExcluded, type ReadingFlag } from './model/flags.js';
import { isFuture, isLive, ruleTime, type ClinicalReading } from './model/reading.js';
import type { ClosedSpan } from './model/span.js';
import { RULES, rulesOf } from './rules/registry.js';
import {
  NO_SETTINGS,
  configAtOf,
  configsBetweenOf,
  recordPeriods,
  type ConfigAt,
  type SettingsHistory,
} from './settings/history.js';
import type { PatientState } from './state.js';
import { WindowRun, isWindowDue } from './windows.js';

/** A row whose flags the store must note. A row can come back with none when a late reading explains it. */
export interface FlaggedReading {
  readonly rowId: number;
  /** Windows and aggregates count it. */
  readonly plausible: boolean;
  readonly flags: readonly ReadingFlag[];
}

export interface ProcessingResult {
  readonly state: PatientState;
  /** In the order in which they became true. */
  readonly events: readonly ClinicalEvent[];
  /**
   * For each event, the devices that brought it about: of a window those with readings in it, of an episode the one whose
   * reading changed it; none where no reading did.
   */
  readonly causes: readonly (readonly string[])[];
  /** One entry per row at most; rows not named are plausible. */
  readonly flagged: readonly FlaggedReading[];
}

/** A device's frame that was refused, and when it came, by the gateway's clock. */
export interface Refusal {
  readonly deviceId: string;
  readonly receivedAt: number;
}

/** One call of the reducer: the parts of a state, each copied when it is first needed. */
class Run {
  readonly #state: PatientState;
  readonly #events: ClinicalEvent[] = [];
  readonly #causes: (readonly string[])[] = [];
  readonly #flagged = new Map<number, FlaggedReading>();
  readonly #windows: WindowRun;
  readonly #rules = new Map<string, RuleRun>();
  readonly #sink: RuleSink;
  readonly #configAt: ConfigAt;
  #current: ClinicalReading | null = null;

  constructor(state: PatientState, settings: SettingsHistory) {
    this.#state = state;
    this.#configAt = configAtOf(state.config, settings);
    const periods = recordPeriods(state.config, settings);
    const { allowedLatenessMs } = state.config;
    this.#windows = new WindowRun(state.windows, periods, allowedLatenessMs, (event, deviceIds) => {
      this.#attribute();
      this.#events.push(event);
      this.#causes.push(deviceIds);
    });
    this.#sink = {
      patientId: state.patientId,
      configAt: this.#configAt,
      configsBetween: configsBetweenOf(state.config, settings),
      events: this.#events,
      isLate: (t) => this.#current !== null && !isLive(t, this.#current.receivedAt),
      flag: (rowId, flags) => this.#flag(rowId, flags),
      isEpisodeOpen: () => this.#isEpisodeOpen(),
    };
  }

  read(reading: ClinicalReading): void {
    this.#current = reading;
    const { rowId, deviceId, code, receivedAt } = reading;
    const at = ruleTime(reading);
    const device = this.#configAt(at).devices[deviceId] ?? {};
    const ofValue = flagsOfValue(reading);
    const flags: readonly ReadingFlag[] = isFuture(reading) ? [...ofValue, 'FUTURE_READING'] : ofValue;
    if (flags.length > 0) this.#flag(rowId, flags);
    const input: RuleInput = { reading, at, device, flags, sensorId: device.sameSensorAs ?? deviceId };
    for (const rule of rulesOf(code)) this.#rule(rule.name).read(input);
    const isCounted = this.#flagged.get(rowId)?.plausible ?? true;
    if (isCounted) this.#windows.touch(at, deviceId, receivedAt);
    this.#windows.pass(at, deviceId);
    this.#attribute();
  }

  frameEnded(): void {
    for (const rule of this.#rules.values()) rule.frameEnded?.();
  }

  tick(nowMs: number): void {
    this.#windows.tick(nowMs);
    for (const rule of RULES) {
      const state = this.#state.rules[rule.name];
      if (state !== undefined && rule.isDue(state, this.#sink, nowMs)) {
        this.#rule(rule.name).tick(nowMs);
      }
    }
  }

  away(absences: readonly ClosedSpan[]): void {
    for (const { name } of RULES) this.#rule(name).away(absences);
  }

  refused({ deviceId, receivedAt }: Refusal): void {
    for (const { name } of rulesWithNews(this.#state, deviceId))
      this.#rule(name).refused(deviceId, receivedAt);
  }

  flush(): void {
    this.#windows.flush();
    for (const { name } of RULES) this.#rule(name).settle();
  }

  finish(): ProcessingResult {
    this.#current = null;
    this.#attribute();
    const rules = { ...this.#state.rules };
    for (const [name, run] of this.#rules) rules[name] = run.finish();
    // What a rule finds out when it ends its run, such as evidence, is no event of its own.
    const state: PatientState = { ...this.#state, windows: this.#windows.finish(), rules };
    return { state, events: this.#events, causes: this.#causes, flagged: [...this.#flagged.values()] };
  }

  /** Events since the last one that has its cause are the present reading's. */
  #attribute(): void {
    const cause = this.#current === null ? [] : [this.#current.deviceId];
    while (this.#causes.length < this.#events.length) this.#causes.push(cause);
  }

  #flag(rowId: number, flags: readonly ReadingFlag[]): void {
    this.#flagged.set(rowId, { rowId, plausible: !isExcluded(flags), flags });
  }

  #isEpisodeOpen(): boolean {
    return RULES.some((rule) => {
      const run = this.#rules.get(rule.name);
      if (run !== undefined) return run.hasOpen();
      const state = this.#state.rules[rule.name];
      return state !== undefined && rule.hasOpen(state);
    });
  }

  #rule(name: string): RuleRun {
    let run = this.#rules.get(name);
    if (run === undefined) {
      const rule = RULES.find((known) => known.name === name);
      if (rule === undefined) throw new RangeError(`no rule ${name}`);
      run = rule.open(this.#state.rules[name] ?? rule.initial(), this.#sink);
      this.#rules.set(name, run);
    }
    return run;
  }
}

/** `processFrames` of one frame. */
export const processReadings = (
  state: PatientState,
  readings: readonly ClinicalReading[],
  settings = NO_SETTINGS,
): ProcessingResult => processFrames(state, [readings], settings);

/**
 * Processes accepted readings of one patient in the order in which they arrived, frame by frame: what comes out is the same
 * however many frames come in one call. An alarm is among the events of the very call whose reading qualifies. Throws
 * RangeError for a code that `readingError` would have refused.
 * @param settings every version of the patient's: the one in force at a reading's rule time judges it
 */
export function processFrames(
  state: PatientState,
  frames: readonly (readonly ClinicalReading[])[],
  settings = NO_SETTINGS,
): ProcessingResult {
  for (const readings of frames) {
    for (const { code } of readings) {
      if (codeEntry(code) === undefined) throw new RangeError(`no LOINC code ${code} in the code table`);
    }
  }
  const run = new Run(state, settings);
  for (const readings of frames) {
    for (const reading of readings) run.read(reading);
    run.frameEnded();
  }
  return run.finish();
}

/** Whether the wall clock has something to say at `nowMs`. */
function isTickDue(state: PatientState, nowMs: number, settings: SettingsHistory): boolean {
  if (isWindowDue(state.windows, nowMs)) return true;
  const sink = {
    configsBetween: configsBetweenOf(state.config, settings),
    isEpisodeOpen: () => isEpisodeOpen(state),
  };
  return RULES.some((rule) => {
    const known = state.rules[rule.name];
    return known !== undefined && rule.isDue(known, sink, nowMs);
  });
}

/** Whether an alarm about the patient lasts. */
const isEpisodeOpen = ({ rules }: PatientState): boolean =>
  RULES.some((rule) => {
    const known = rules[rule.name];
    return known !== undefined && rule.hasOpen(known);
  });

/** The wall clock has come to `nowMs`: live windows close 10 min after their end, silence is said. Call about every second. */
export function tick(state: PatientState, nowMs: number, settings = NO_SETTINGS): ProcessingResult {
  if (!isTickDue(state, nowMs, settings)) return unchanged(state);
  const run = new Run(state, settings);
  run.tick(nowMs);
  return run.finish();
}

/** The gateway was away: what was not heard in that time says nothing about devices. Absences known before change nothing. */
export function withAbsences(
  state: PatientState,
  absences: readonly ClosedSpan[],
  settings = NO_SETTINGS,
): PatientState {
  if (absences.length === 0) return state;
  const run = new Run(state, settings);
  run.away(absences);
  return run.finish().state;
}

/** Frames that were refused: nothing of them is kept, but the alarm of their device's silence says that they came. */
export function noteRefusals(
  state: PatientState,
  refusals: readonly Refusal[],
  settings = NO_SETTINGS,
): ProcessingResult {
  const news = refusals.filter(({ deviceId }) => rulesWithNews(state, deviceId).length > 0);
  if (news.length === 0) return unchanged(state);
  const run = new Run(state, settings);
  for (const refusal of news) run.refused(refusal);
  return run.finish();
}

/** The rules to which a refused frame of a device says something. */
const rulesWithNews = ({ rules }: PatientState, deviceId: string) =>
  RULES.filter(({ name, isRefusalNews }) => {
    const known = rules[name];
    return known !== undefined && isRefusalNews(known, deviceId);
  });

const unchanged = (state: PatientState): ProcessingResult => ({ state, events: [], causes: [], flagged: [] });

/** Closes every open window and lets recoveries count: for the end of a replay, or on demand. */
export function flush(state: PatientState, settings = NO_SETTINGS): ProcessingResult {
  const run = new Run(state, settings);
  run.flush();
  return run.finish();
}
