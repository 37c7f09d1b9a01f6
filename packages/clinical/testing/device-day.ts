import { withOverrides, initialState, type PatientState } from '../src/state.js';
import type { ClinicalEvent } from '../src/model/events.js';
import { noteRefusals, processReadings, tick, withAbsences, type ProcessingResult } from '../src/process.js';
import { LOINC } from '../src/model/codes.js';
import type { ClosedSpan } from '../src/model/span.js';
import type { ClinicalOverrides } from '../src/model/config.js';
import type { ClinicalReading } from '../src/model/reading.js';
import { NO_SETTINGS } from '../src/settings/history.js';
import { PATIENT } from './replay.js';
import type { DeviceArrival, SilenceSpell } from './reference/silence.js';

const HOUR = 3_600_000;

/** A patient whose devices are heard, or not, by a clock that the test turns. */
export class DeviceDayRun {
  readonly events: ClinicalEvent[] = [];
  state: PatientState;
  #rows = 0;

  constructor(
    readonly overrides: ClinicalOverrides = {},
    readonly history = NO_SETTINGS,
  ) {
    this.state = initialState(PATIENT, overrides);
  }

  /** Readings of glucose, unless said otherwise, that come at `at` and were measured then. */
  read(...readings: readonly (Partial<ClinicalReading> & { readonly at: number })[]): ClinicalEvent[] {
    return this.#take(
      processReadings(
        this.state,
        readings.map(({ at, ...reading }) => ({
          ...{ rowId: ++this.#rows, deviceId: 'dev_a', t: at, receivedAt: at },
          ...{ code: LOINC.glucose, value: 104 },
          ...reading,
        })),
        this.history,
      ),
    );
  }

  arrive({ at, kind }: DeviceArrival): ClinicalEvent[] {
    if (kind === 'refused') return this.refuse(at);
    if (kind === 'implausible') return this.read({ at, value: 0 });
    return this.read({ at, t: kind === 'live' ? at : at - HOUR });
  }

  refuse(at: number, deviceId = 'dev_a'): ClinicalEvent[] {
    return this.#take(noteRefusals(this.state, [{ deviceId, receivedAt: at }], this.history));
  }

  tick(nowMs: number): ClinicalEvent[] {
    return this.#take(tick(this.state, nowMs, this.history));
  }

  away(...absences: readonly ClosedSpan[]): void {
    this.#set(withAbsences(this.state, absences, this.history));
  }

  settings(overrides: ClinicalOverrides): void {
    this.#set(withOverrides(this.state, { ...this.overrides, ...overrides }));
  }

  /** Spells of a device as they stand when everything has been said, without those taken back. */
  spells(): SilenceSpell[] {
    const spells = new Map<string, SilenceSpell>();
    for (const event of this.events) {
      if (event.kind === 'window-due' || event.rule !== 'silence') continue;
      const { episodeId } = event;
      const known = spells.get(episodeId);
      if (event.kind === 'episode-started' || event.kind === 'episode-escalated') {
        const at = event.kind === 'episode-started' ? event.raisedAt : event.at;
        const isTold = event.marks.includes('for-authorities');
        spells.set(episodeId, {
          ...{ start: event.start, raisedAt: known?.raisedAt ?? at, end: null, reason: null },
          causes: event.marks.filter((mark) => mark !== 'for-authorities'),
          authoritiesAt: known?.authoritiesAt ?? (isTold ? at : null),
        });
      } else if (event.kind === 'episode-ended' && known !== undefined) {
        spells.set(episodeId, { ...known, end: event.end, reason: event.reason as SilenceSpell['reason'] });
      } else spells.delete(episodeId);
    }
    return [...spells.values()];
  }

  #take(result: ProcessingResult): ClinicalEvent[] {
    this.#set(result.state);
    const said = result.events.filter(({ kind }) => kind !== 'window-due');
    this.events.push(...said);
    return said;
  }

  /** Through JSON, as it is stored. */
  #set(state: PatientState): void {
    if (state === this.state) return;
    this.state = JSON.parse(JSON.stringify(state)) as PatientState;
  }
}
