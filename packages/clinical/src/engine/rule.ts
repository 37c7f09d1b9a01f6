import type { ClinicalConfig } from '../model/config.js';
import type { DeviceDescription } from '../model/device.js';
import type { ReadingFlag } from '../model/flags.js';
import type { ClinicalReading, Comparator } from '../model/reading.js';
import type { ClosedSpan } from '../model/span.js';
import type { ConfigsBetween } from '../settings/history.js';
import type { StreamItem, StreamKind } from './stream.js';
import { StreamPairRun, emptyPair, hasOpenPair, type StreamPair } from './stream-pair.js';
import type { StreamSink } from './stream-run.js';

/** A reading as rules are given it. */
export interface RuleInput {
  readonly reading: ClinicalReading;
  /** Rule time, milliseconds. */
  readonly at: number;
  /** Who measured: the device, or the one whose sensor it shares. */
  readonly sensorId: string;
  readonly device: DeviceDescription;
  /** Flags for its value and time alone. */
  readonly flags: readonly ReadingFlag[];
}

/** What a rule makes of one more reading of an instant. */
export interface Merged<Item> {
  /** The same object as before if nothing changes. */
  readonly item: Item;
  /** The reading says nothing new: it was there already. */
  readonly isDuplicate: boolean;
}

/** A value of a frame on its way in, in the code table's unit. */
export interface UrgencyValue {
  /** Rule time, milliseconds. */
  readonly at: number;
  readonly code: string;
  readonly value: number;
  readonly comparator?: Comparator | undefined;
}

/** What a frame's values are held against. */
export interface UrgencyContext {
  /** In force at their rule time. */
  readonly config: ClinicalConfig;
  /** Which sent them, as far as its patient's settings tell. */
  readonly device: DeviceDescription;
}

/**
 * Whether the values of one frame may raise an alarm of the rule that must not wait: one of medium or high priority. It is
 * given those of other rules as well, and looks at nothing that came before.
 */
export type UrgencyTest = (values: readonly UrgencyValue[], context: UrgencyContext) => boolean;

/** A rule, or several that share what they look at. Everything that there is to say of it is in its folder. */
export interface RuleDefinition<Item extends StreamItem, Context> extends StreamKind<Item, Context> {
  readonly name: string;
  /** Version of its state. A new one comes with a step in `migrations`. */
  readonly version: number;
  /** From the version of its index to the next; the first makes version 2 of version 1. */
  readonly migrations: readonly ((state: unknown) => unknown)[];
  /** LOINC codes that it takes. */
  readonly takes: readonly string[];
  readonly urgency: UrgencyTest;
  /** The instant of a reading with this reading alone; null if the rule has no use for it. */
  itemOf(input: RuleInput, config: ClinicalConfig): Item | null;
  /** `present` with the one reading of `item`. */
  merge(present: Item, item: Item): Merged<Item>;
}

/** What a patient's state keeps of one rule. Plain JSON. */
export interface RuleState {
  readonly v: number;
  readonly streams: unknown;
}

export type RuleSink = Pick<StreamSink<StreamItem>, 'patientId' | 'configAt' | 'events' | 'isLate'> & {
  /** A row has these flags of this rule. */
  readonly flag: (rowId: number, flags: readonly ReadingFlag[]) => void;
  /** For what lasts: everything that was in force meanwhile. */
  readonly configsBetween: ConfigsBetween;
  /** Whether an alarm about the patient lasts, of any rule. */
  readonly isEpisodeOpen: () => boolean;
};

/** A rule during one call. */
export interface RuleRun {
  read(input: RuleInput): void;
  /** All readings of a frame were read; for rules that say together what came together. */
  frameEnded?(): void;
  /** Recoveries that wait for more parameters of their time wait no longer. */
  settle(): void;
  /** The wall clock has come to `nowMs`: says earlier what the next reading would show. */
  tick(nowMs: number): void;
  /** The gateway was away: nothing can be said of that time. Those known before may be among them. */
  away(absences: readonly ClosedSpan[]): void;
  /** A frame of a device was refused at `ms`. */
  refused(deviceId: string, ms: number): void;
  /** Whether an alarm of it about the patient lasts. */
  hasOpen(): boolean;
  finish(): RuleState;
}

/** A rule as the processing and the registry see it: its items and contexts are its own. */
export interface Rule {
  readonly name: string;
  readonly takes: readonly string[];
  readonly urgency: UrgencyTest;
  initial(): RuleState;
  /** Whether the wall clock has something to say about this state at `nowMs`. */
  isDue(state: RuleState, sink: Pick<RuleSink, 'configsBetween' | 'isEpisodeOpen'>, nowMs: number): boolean;
  /** Whether a refused frame of this device would change the state. */
  isRefusalNews(state: RuleState, deviceId: string): boolean;
  /** Whether an alarm of it about the patient lasts. */
  hasOpen(state: RuleState): boolean;
  /** The state as this release has it. Throws RangeError for one of a later release. */
  migrate(state: RuleState): RuleState;
  open(state: RuleState, sink: RuleSink): RuleRun;
}

export function defineRule<Item extends StreamItem, Context>(
  definition: RuleDefinition<Item, Context>,
): Rule {
  const { name, takes, urgency, version } = definition;
  const stateOf = (streams: StreamPair<Item, Context>): RuleState => ({ v: version, streams });
  return {
    name,
    takes,
    urgency,
    initial: () => stateOf(emptyPair(definition)),
    isDue: () => false,
    isRefusalNews: () => false,
    // Written by this rule's own version: `migrate` saw to it.
    hasOpen: ({ streams }) => hasOpenPair(streams as StreamPair<Item, Context>),
    migrate(state) {
      if (state.v > version) throw new RangeError(`state ${state.v} of rule ${name} is of a later release`);
      let { streams } = state;
      for (const step of definition.migrations.slice(state.v - 1)) streams = step(streams);
      return { v: version, streams };
    },
    open: (state, sink) => new StreamRuleRun(definition, state, sink, stateOf),
  };
}

class StreamRuleRun<Item extends StreamItem, Context> implements RuleRun {
  readonly #definition: RuleDefinition<Item, Context>;
  readonly #sink: RuleSink;
  readonly #stateOf: (streams: StreamPair<Item, Context>) => RuleState;
  readonly #streams: StreamPairRun<Item, Context>;

  constructor(
    definition: RuleDefinition<Item, Context>,
    state: RuleState,
    sink: RuleSink,
    stateOf: (streams: StreamPair<Item, Context>) => RuleState,
  ) {
    this.#definition = definition;
    this.#sink = sink;
    this.#stateOf = stateOf;
    // Written by this rule's own version: `migrate` saw to it.
    const streams = state.streams as StreamPair<Item, Context>;
    this.#streams = new StreamPairRun(streams, definition, {
      ...sink,
      rejudged: (item) => {
        for (const [rowId, flags] of definition.flags(item)) sink.flag(rowId, flags);
      },
    });
  }

  read(input: RuleInput): void {
    const definition = this.#definition;
    const item = definition.itemOf(input, this.#sink.configAt(input.at));
    if (item === null) return;
    const stream = this.#streams.at(item.t);
    const present = stream.find(item);
    if (present === undefined) {
      this.#flag(stream.add(item));
      return;
    }
    const merged = definition.merge(present, item);
    if (merged.isDuplicate) this.#sink.flag(input.reading.rowId, [...input.flags, 'DUPLICATE']);
    else if (merged.item !== present) this.#flag(stream.replace(merged.item));
  }

  frameEnded(): void {
    this.#streams.frameEnded();
  }

  settle(): void {
    this.#streams.settle();
  }

  /** Rule time alone moves these rules. */
  tick(): void {
    return;
  }

  away(): void {
    return;
  }

  refused(): void {
    return;
  }

  hasOpen(): boolean {
    return this.#streams.hasOpen();
  }

  finish(): RuleState {
    return this.#stateOf(this.#streams.finish());
  }

  #flag(item: Item): void {
    for (const [rowId, flags] of this.#definition.flags(item)) {
      if (flags.length > 0) this.#sink.flag(rowId, flags);
    }
  }
}
