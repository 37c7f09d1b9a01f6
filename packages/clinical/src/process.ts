import { codeEntry, LOINC } from './codes.js';
import { clinicalConfig, type ClinicalConfig, type ClinicalOverrides } from './config.js';
import type { EpisodeMachine } from './episode.js';
import type { ClinicalEvent } from './events.js';
import { GLUCOSE_LANE, type GlucoseContext, type GlucoseItem } from './glucose-lane.js';
import { emptyLane, type Lane, type LaneItem, type LaneKind } from './lane.js';
import { LaneRun, type LaneSink } from './lane-run.js';
import { NEWS2_LANE, news2Parameter, withVital, type VitalsItem } from './news2-lane.js';
import { assess, type ReadingFlag } from './plausibility.js';
import type { ClinicalReading } from './reading.js';
import { NO_WINDOWS, WindowRun, type WindowState } from './windows.js';

/** A family of rules: the lane that follows the newest measurements, and one for a backlog out of its reach. */
export interface LanePair<Item extends LaneItem, Context> {
  readonly main: Lane<Item, Context>;
  readonly backlog: Lane<Item, Context> | null;
}

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
  readonly glucose: LanePair<GlucoseItem, GlucoseContext>;
  readonly news2: LanePair<VitalsItem, EpisodeMachine>;
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
    glucose: { main: emptyLane(GLUCOSE_LANE), backlog: null },
    news2: { main: emptyLane(NEWS2_LANE), backlog: null },
  };
}

/** The same patient under other thresholds, from the next reading on. A changed `windowMs` must wait for a flush. */
export const withOverrides = (state: PatientState, overrides: ClinicalOverrides): PatientState => ({
  ...state,
  config: clinicalConfig(overrides),
});

/** Both lanes of a family during one call; copied only when something of theirs comes. */
class LanePairRun<Item extends LaneItem, Context> {
  readonly #kind: LaneKind<Item, Context>;
  readonly #sink: LaneSink<Item>;
  readonly #main: LaneRun<Item, Context>;
  #backlog: LaneRun<Item, Context> | null = null;
  #backlogState: Lane<Item, Context> | null;

  constructor(pair: LanePair<Item, Context>, kind: LaneKind<Item, Context>, sink: LaneSink<Item>) {
    this.#kind = kind;
    this.#sink = sink;
    this.#main = new LaneRun(pair.main, kind, sink);
    this.#backlogState = pair.backlog;
  }

  /** The lane in which an item of time `t` can be put in its place. */
  at(t: number): LaneRun<Item, Context> {
    if (this.#main.reaches(t)) return this.#main;
    this.#backlog ??= this.#openBacklog();
    if (!this.#backlog.reaches(t)) {
      // Older than the backlog so far: a backlog of its own. What this one has raised stands.
      this.#backlogState = this.#backlog.finish();
      const elsewhere = [...this.#main.episodes(), ...this.#backlog.episodes()];
      this.#backlog = new LaneRun(emptyLane(this.#kind), this.#kind, this.#sink, elsewhere);
    }
    return this.#backlog;
  }

  settle(): void {
    this.#main.settle();
    if (this.#backlogState !== null || this.#backlog !== null) {
      this.#backlog ??= this.#openBacklog();
      this.#backlog.settle();
    }
  }

  finish(): LanePair<Item, Context> {
    return { main: this.#main.finish(), backlog: this.#backlog?.finish() ?? this.#backlogState };
  }

  #openBacklog(): LaneRun<Item, Context> {
    const state = this.#backlogState ?? emptyLane(this.#kind);
    return new LaneRun(state, this.#kind, this.#sink, this.#main.episodes());
  }
}

/** One call of the reducer: the parts of a state, each copied when it is first needed. */
class Run {
  readonly #state: PatientState;
  readonly #events: ClinicalEvent[] = [];
  readonly #causes: (readonly string[])[] = [];
  readonly #flagged = new Map<number, FlaggedReading>();
  readonly #windows: WindowRun;
  #glucose: LanePairRun<GlucoseItem, GlucoseContext> | null = null;
  #news2: LanePairRun<VitalsItem, EpisodeMachine> | null = null;
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
    // The rate of change is judged in the lane, among what was measured before.
    const { plausible, flags } = assess(reading, null);
    if (!plausible) {
      this.#flag(reading.rowId, flags);
      return false;
    }
    if (reading.code === LOINC.glucose) return this.#readGlucose(reading);
    if (news2Parameter(reading.code) !== undefined) this.#readVital(reading);
    return true;
  }

  #readGlucose({ rowId, deviceId, t, value }: ClinicalReading): boolean {
    const item: GlucoseItem = { t, rowId, deviceId, value, jumped: false };
    const lane = this.#glucoseRun().at(t);
    if (lane.find(item) !== undefined) {
      this.#flag(rowId, ['DUPLICATE']);
      return false;
    }
    const { jumped } = lane.add(item);
    if (jumped) this.#flag(rowId, ['RATE_OF_CHANGE']);
    return !jumped;
  }

  #readVital({ rowId, t, code, value }: ClinicalReading): void {
    const lane = this.#news2Run().at(t);
    const empty: VitalsItem = { t, values: {} };
    const found = lane.find(empty);
    const item = withVital(found ?? empty, code, value, rowId, this.#state.config.news2.spo2Scale);
    if (found === undefined) lane.add(item);
    else if (item !== found) lane.replace(item);
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

  #glucoseRun(): LanePairRun<GlucoseItem, GlucoseContext> {
    this.#glucose ??= new LanePairRun(this.#state.glucose, GLUCOSE_LANE, {
      ...this.#sinkBase(),
      rejudged: (item) => this.#rejudgedGlucose(item),
    });
    return this.#glucose;
  }

  #news2Run(): LanePairRun<VitalsItem, EpisodeMachine> {
    this.#news2 ??= new LanePairRun(this.#state.news2, NEWS2_LANE, {
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
