import type { Rule, RuleState } from '../../engine/rule.js';
import { CODES } from '../../model/codes.js';
import { NOTHING_HEARD, disarmedAt, type SilenceState } from './heard.js';
import { migrateV1 } from './migrate.js';
import { SilenceRun } from './run.js';
import { isNews, notAwaited, wantedClock, wantedSilence } from './wanted.js';

const RULE = 'silence';
const VERSION = 2;

// Written by this rule alone, in this version: `migrate` saw to it.
const stateOf = ({ streams }: RuleState): SilenceState => streams as SilenceState;

/**
 * Alarms about devices: no reading that counts for the device's limit, whether nothing came at all, frames that were
 * refused, or implausible values; and a clock that is wrong. They run on arrivals, not on rule time; the wall clock only
 * says earlier what the next arrival would show.
 */
export const SILENCE: Rule = {
  name: RULE,
  takes: CODES.map(({ code }) => code),
  urgency: () => 0,
  initial: () => ({ v: VERSION, streams: NOTHING_HEARD }),
  migrate(state) {
    if (state.v > VERSION) throw new RangeError(`state ${state.v} of rule ${RULE} is of a later release`);
    return { v: VERSION, streams: state.v === 1 ? migrateV1(state.streams) : state.streams };
  },
  isDue(state, { configAt, isEpisodeOpen }, nowMs) {
    const { devices, absences } = stateOf(state);
    return Object.entries(devices).some(([deviceId, heard]) => {
      const clockTold = heard.clock?.told ?? null;
      const disarmedMs = disarmedAt(heard, notAwaited(configAt(nowMs), deviceId), nowMs);
      // That a device without an alarm is disarmed shows with its next reading.
      if (disarmedMs !== undefined && (heard.told !== null || clockTold !== null)) return true;
      const ms = disarmedMs ?? nowMs;
      const circumstances = { config: configAt(ms), isEpisodeOpen, absences };
      const silence = wantedSilence(deviceId, heard, circumstances, ms);
      if (silence !== undefined && isNews(heard.told, silence)) return true;
      const clock = wantedClock(heard, circumstances, ms);
      return clock !== undefined && isNews(clockTold, clock);
    });
  },
  isRefusalNews: (state, deviceId) => stateOf(state).devices[deviceId]?.refused === false,
  hasOpen: () => false,
  open: (state, sink) => new SilenceRun(VERSION, stateOf(state), sink),
};
