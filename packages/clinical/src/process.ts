import { codeEntry } from './codes.js';
import { clinicalConfig, type ClinicalConfig, type ClinicalOverrides } from './config.js';
import type { EpisodeMachine } from './episode.js';
import type { ClinicalEvent } from './events.js';
import { GLUCOSE_STREAM, type GlucoseContext, type GlucoseItem } from './glucose-stream.js';
import { StreamPairRun, emptyPair, type StreamPair } from './stream-pair.js';
import { NEWS2_STREAM, news2Parameter, withVital, type VitalsItem } from './news2-stream.js';
import { assess, type ReadingFlag } from './plausibility.js';
import type { ClinicalReading } from './reading.js';
import { isGlucose, mgPerDl } from './units.js';
import { NO_WINDOWS, WindowRun, type WindowState } from './windows.js';

/**
 * Everything the processing knows about one patient: plain JSON, bounded, never changed in place. Persist it in the
 * transaction that stores the readings (or now and then, with the last row it has seen, and process the rest again:
 * ids are determined by the readings).
 */
export interface PatientState {
  readonly v: 1;
  readonly patientId: string;
  readonly config: ClinicalConfig;
  readonly windows: WindowState;
  readonly glucose: StreamPair<GlucoseItem, GlucoseContext>;
  readonly news2: StreamPair<VitalsItem, EpisodeMachine>;
}

/** A row whose plausibility the store must note. A row can come back with none when a late reading explains it. */
export interface FlaggedReading {
  readonly rowId: number;
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

/** The state of a patient of whom nothing has been measured yet. Throws ClinicalConfigError. */
export function initialState(patientId: string, overrides: ClinicalOverrides = {}): PatientState {
  return {
    v: 1,
    patientId,
    config: clinicalConfig(overrides),
    windows: NO_WINDOWS,
    glucose: emptyPair(GLUCOSE_STREAM),
    news2: emptyPair(NEWS2_STREAM),
  };
}

/** The same patient under other thresholds, from the next reading on. A changed `windowMs` must wait for a flush. */
export const withOverrides = (state: PatientState, overrides: ClinicalOverrides): PatientState => ({
  ...state,
  config: clinicalConfig(overrides),
});

/** One call of the reducer: the parts of a state, each copied when it is first needed. */
class Run {
  readonly #state: PatientState;
  readonly #events: ClinicalEvent[] = [];
  readonly #causes: (readonly string[])[] = [];
  readonly #flagged = new Map<number, FlaggedReading>();
  readonly #windows: WindowRun;
  #glucose: StreamPairRun<GlucoseItem, GlucoseContext> | null = null;
  #news2: StreamPairRun<VitalsItem, EpisodeMachine> | null = null;
  #current: ClinicalReading | null = null;

  constructor(state: PatientState) {
    this.#state = state;
    const { windowMs, allowedLatenessMs } = state.config;
    this.#windows = new WindowRun(state.windows, windowMs, allowedLatenessMs, (event, deviceIds) => {
      this.#attribute();
      this.#events.push(event);
      this.#causes.push(deviceIds);
    });
  }

  read(reading: ClinicalReading): void {
    this.#current = reading;
    if (this.#isPlausible(reading)) {
      this.#windows.touch(reading.t, reading.deviceId, reading.receivedAt);
    }
    this.#windows.pass(reading.t, reading.deviceId);
    this.#attribute();
  }

  tick(nowMs: number): void {
    this.#windows.tick(nowMs);
  }

  flush(): void {
    this.#windows.flush();
    this.#glucoseRun().settle();
    this.#news2Run().settle();
  }

  finish(): ProcessingResult {
    this.#current = null;
    this.#attribute();
    const state: PatientState = {
      ...this.#state,
      windows: this.#windows.finish(),
      glucose: this.#glucose?.finish() ?? this.#state.glucose,
      news2: this.#news2?.finish() ?? this.#state.news2,
    };
    return { state, events: this.#events, causes: this.#causes, flagged: [...this.#flagged.values()] };
  }

  /** Events since the last one that has its cause are the present reading's. */
  #attribute(): void {
    const cause = this.#current === null ? [] : [this.#current.deviceId];
    while (this.#causes.length < this.#events.length) this.#causes.push(cause);
  }

  #isPlausible(reading: ClinicalReading): boolean {
    // The rate of change is judged in the stream, among what was measured before.
    const { plausible, flags } = assess(reading, null);
    if (!plausible) {
      this.#flag(reading.rowId, flags);
      return false;
    }
    if (isGlucose(reading.code)) return this.#readGlucose(reading);
    if (news2Parameter(reading.code) !== undefined) this.#readVital(reading);
    return true;
  }

  #readGlucose({ rowId, deviceId, t, code, value }: ClinicalReading): boolean {
    const item: GlucoseItem = { t, rowId, deviceId, value: mgPerDl(code, value), jumped: false };
    const stream = this.#glucoseRun().at(t);
    if (stream.find(item) !== undefined) {
      this.#flag(rowId, ['DUPLICATE']);
      return false;
    }
    const { jumped } = stream.add(item);
    if (jumped) this.#flag(rowId, ['RATE_OF_CHANGE']);
    return !jumped;
  }

  #readVital(reading: ClinicalReading): void {
    const { t } = reading;
    const stream = this.#news2Run().at(t);
    const empty: VitalsItem = { t, values: {} };
    const found = stream.find(empty);
    const item = withVital(found ?? empty, reading, this.#state.config.news2.spo2Scale);
    if (found === undefined) stream.add(item);
    else if (item !== found) stream.replace(item);
  }

  #flag(rowId: number, flags: readonly ReadingFlag[]): void {
    this.#flagged.set(rowId, { rowId, plausible: flags.length === 0, flags });
  }

  #rejudgedGlucose(item: GlucoseItem): void {
    const current = this.#current;
    if (current === null || current.rowId === item.rowId) return;
    this.#flag(item.rowId, item.jumped ? ['RATE_OF_CHANGE'] : []);
    this.#windows.touch(item.t, current.deviceId, current.receivedAt);
  }

  #glucoseRun(): StreamPairRun<GlucoseItem, GlucoseContext> {
    this.#glucose ??= new StreamPairRun(this.#state.glucose, GLUCOSE_STREAM, {
      ...this.#sinkBase(),
      rejudged: (item) => this.#rejudgedGlucose(item),
    });
    return this.#glucose;
  }

  #news2Run(): StreamPairRun<VitalsItem, EpisodeMachine> {
    this.#news2 ??= new StreamPairRun(this.#state.news2, NEWS2_STREAM, {
      ...this.#sinkBase(),
      // Vital signs have no rate of change: nothing is judged twice.
      rejudged: () => undefined,
    });
    return this.#news2;
  }

  #sinkBase() {
    return { patientId: this.#state.patientId, config: this.#state.config, events: this.#events };
  }
}

/**
 * Processes accepted readings of one patient in the order in which they arrived. An emergency is among the events of
 * the very call whose reading qualifies. Throws RangeError for a code that `readingError` would have refused.
 */
export function processReadings(state: PatientState, readings: readonly ClinicalReading[]): ProcessingResult {
  for (const { code } of readings) {
    if (codeEntry(code) === undefined) throw new RangeError(`no LOINC code ${code} in the code table`);
  }
  const run = new Run(state);
  for (const reading of readings) run.read(reading);
  return run.finish();
}

/** The wall clock has come to `nowMs`: live windows close 10 min after their end. Call about every second. */
export function tick(state: PatientState, nowMs: number): ProcessingResult {
  if (state.windows.open.length === 0) return { state, events: [], causes: [], flagged: [] };
  const run = new Run(state);
  run.tick(nowMs);
  return run.finish();
}

/** Closes every open window and lets recoveries count: for the end of a replay, or on demand. */
export function flush(state: PatientState): ProcessingResult {
  const run = new Run(state);
  run.flush();
  return run.finish();
}
