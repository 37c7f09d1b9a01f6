import type { Rule, RuleState } from '../../engine/rule.js';
import { CODES } from '../../model/codes.js';
import { NOTHING_HEARD, type Heard, type SilenceState } from './heard.js';
import { migrateV1, migrateV2 } from './migrate.js';
import { disarmedAt, freedAt, notAwaited } from './not-awaited.js';
import { SilenceRun } from './run.js';
import {
  isNews,
  wantedClock,
  wantedRefused,
  wantedSilence,
  type Circumstances,
  type RefusedDevice,
} from './wanted.js';

const RULE = 'silence';
const VERSION = 3;

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
  urgency: () => false,
  initial: () => ({ v: VERSION, streams: NOTHING_HEARD }),
  migrate(state) {
    if (state.v > VERSION) throw new RangeError(`state ${state.v} of rule ${RULE} is of a later release`);
    if (state.v === VERSION) return state;
    return { v: VERSION, streams: state.v === 1 ? migrateV1(state.streams) : migrateV2(state.streams) };
  },
  isDue(state, { configsBetween, isEpisodeOpen }, nowMs) {
    const { devices, refused, absences } = stateOf(state);
    const circumstances = { configsBetween, isEpisodeOpen, absences };
    return (
      Object.entries(devices).some(([deviceId, heard]) =>
        isHeardDue(deviceId, heard, circumstances, nowMs),
      ) ||
      Object.entries(refused).some(([deviceId, run]) =>
        isRefusedDue(deviceId, { heard: devices[deviceId], run }, circumstances, nowMs),
      )
    );
  },
  isRefusalNews(state, deviceId) {
    const { devices, refused } = stateOf(state);
    return devices[deviceId]?.refused === false || refused[deviceId] === undefined;
  },
  hasOpen: () => false,
  open: (state, sink) => new SilenceRun(VERSION, stateOf(state), sink),
};

function isHeardDue(deviceId: string, heard: Heard, circumstances: Circumstances, nowMs: number): boolean {
  const clockTold = heard.clock?.told ?? null;
  const spans = notAwaited(circumstances.configsBetween(heard.liveMs, nowMs), deviceId);
  const disarmedMs = disarmedAt(heard, spans, nowMs);
  // That a device without an alarm is disarmed shows with its next reading.
  if (disarmedMs !== undefined && (heard.told !== null || clockTold !== null)) return true;
  const ms = disarmedMs ?? nowMs;
  const silence = wantedSilence(deviceId, heard, circumstances, ms);
  if (silence !== undefined && isNews(heard.told, silence)) return true;
  const clock = wantedClock(heard, circumstances, ms);
  return clock !== undefined && isNews(clockTold, clock);
}

function isRefusedDue(
  deviceId: string,
  refused: RefusedDevice,
  circumstances: Circumstances,
  nowMs: number,
): boolean {
  const { run } = refused;
  const spans = notAwaited(circumstances.configsBetween(run.since, nowMs), deviceId);
  const freedMs = freedAt(spans, run.since, nowMs);
  if (freedMs !== undefined && run.told !== null) return true;
  const wanted = wantedRefused(deviceId, refused, circumstances, freedMs ?? nowMs);
  return wanted !== undefined && isNews(run.told, wanted);
}
