import type { RuleInput, RuleRun, RuleSink, RuleState } from '../../engine/rule.js';
import { levelOf } from '../../model/alarm.js';
import {
  typeOfRule,
  type EpisodeEndReason,
  type EpisodeRevised,
  type Evidence,
  type RuleName,
} from '../../model/events.js';
import { isExcluded } from '../../model/flags.js';
import { BACKLOG_QUIET_MS, WRONG_CLOCK_MS } from '../../model/limits.js';
import { isLive } from '../../model/reading.js';
import type { ClosedSpan, Span } from '../../model/span.js';
import { ARMED_AFTER, type Heard, type RefusedRun, type SilenceState, type Told } from './heard.js';
import { disarmedAt, freedAt, isAwaitedAt, notAwaited } from './not-awaited.js';
import { joinedAbsences } from './spell.js';
import {
  isNews,
  wantedClock,
  wantedRefused,
  wantedSilence,
  type Circumstances,
  type Wanted,
} from './wanted.js';

type DeviceRule = Extract<RuleName, 'silence' | 'wrong-clock'>;

/** What of an alarm names it. */
interface Named {
  readonly rule: DeviceRule;
  readonly deviceId: string;
  readonly start: number;
}

/** The rule during one call: each device's arrivals up to the present one. */
export class SilenceRun implements RuleRun {
  readonly #version: number;
  readonly #sink: RuleSink;
  readonly #devices: Record<string, Heard>;
  readonly #refused: Map<string, RefusedRun>;
  #absences: readonly ClosedSpan[];

  constructor(version: number, { devices, refused, absences }: SilenceState, sink: RuleSink) {
    this.#version = version;
    this.#sink = sink;
    this.#devices = { ...devices };
    this.#refused = new Map(Object.entries(refused));
    this.#absences = absences;
  }

  read(input: RuleInput): void {
    const { deviceId, receivedAt } = input.reading;
    this.#advance(deviceId, receivedAt);
    const before = this.#devices[deviceId];
    if (isExcluded(input.flags)) {
      if (before !== undefined) this.#devices[deviceId] = { ...before, implausible: true };
      return;
    }
    if (before !== undefined) this.#endSilence(deviceId, before, receivedAt);
    this.#endRefused(deviceId, receivedAt);
    this.#devices[deviceId] = this.#heardWith(before, input);
    if (before?.clock || this.#devices[deviceId].clock) this.#say(deviceId, receivedAt);
  }

  /** A frame of the device was refused. */
  refused(deviceId: string, ms: number): void {
    this.#advance(deviceId, ms);
    const heard = this.#devices[deviceId];
    if (heard !== undefined) this.#devices[deviceId] = { ...heard, refused: true };
    if (!this.#refused.has(deviceId) && isAwaitedAt(this.#notAwaited(deviceId, ms, ms), ms))
      this.#refused.set(deviceId, { since: ms, told: null });
  }

  settle(): void {
    return;
  }

  tick(nowMs: number): void {
    const deviceIds = new Set([...Object.keys(this.#devices), ...this.#refused.keys()]);
    for (const deviceId of deviceIds) this.#advance(deviceId, nowMs);
  }

  away(absences: readonly ClosedSpan[]): void {
    this.#absences = joinedAbsences(this.#absences, absences);
  }

  /** None of its alarms is about the patient. */
  hasOpen(): boolean {
    return false;
  }

  finish(): RuleState {
    const refused = Object.fromEntries(this.#refused);
    const streams: SilenceState = { devices: this.#devices, refused, absences: this.#absences };
    return { v: this.#version, streams };
  }

  /** Says what was to be said of the device until `ms`. */
  #advance(deviceId: string, ms: number): void {
    const heard = this.#devices[deviceId];
    if (heard !== undefined) {
      const disarmedMs = disarmedAt(heard, this.#notAwaited(deviceId, heard.liveMs, ms), ms);
      this.#say(deviceId, disarmedMs ?? ms);
      if (disarmedMs !== undefined) this.#disarm(deviceId, disarmedMs);
    }
    const run = this.#refused.get(deviceId);
    if (run === undefined) return;
    const freedMs = freedAt(this.#notAwaited(deviceId, run.since, ms), run.since, ms);
    while (this.#sayRefused(deviceId, freedMs ?? ms));
    if (freedMs !== undefined) this.#endRefused(deviceId, freedMs, 'disarmed');
  }

  #notAwaited(deviceId: string, sinceMs: number, ms: number): readonly Span[] {
    return notAwaited(this.#sink.configsBetween(sinceMs, ms), deviceId);
  }

  #say(deviceId: string, ms: number): void {
    while (this.#saySilence(deviceId, ms));
    while (this.#sayClock(deviceId, ms));
  }

  /** False when there is nothing more to say. */
  #saySilence(deviceId: string, ms: number): boolean {
    const heard = this.#devices[deviceId];
    const wanted = heard && wantedSilence(deviceId, heard, this.#circumstances, ms);
    if (heard === undefined || wanted === undefined || !isNews(heard.told, wanted)) return false;
    this.#tell({ rule: 'silence', deviceId, start: wanted.start }, wanted, heard.told, heard.last);
    this.#devices[deviceId] = { ...heard, told: toldOf(wanted) };
    return true;
  }

  #sayClock(deviceId: string, ms: number): boolean {
    const heard = this.#devices[deviceId];
    const clock = heard?.clock ?? null;
    const wanted = heard && wantedClock(heard, this.#circumstances, ms);
    if (heard === undefined || clock === null || wanted === undefined || !isNews(clock.told, wanted))
      return false;
    this.#tell({ rule: 'wrong-clock', deviceId, start: wanted.start }, wanted, clock.told, clock.first);
    this.#devices[deviceId] = { ...heard, clock: { ...clock, told: toldOf(wanted) } };
    return true;
  }

  #sayRefused(deviceId: string, ms: number): boolean {
    const run = this.#refused.get(deviceId);
    const heard = this.#devices[deviceId];
    const wanted = run && wantedRefused(deviceId, { heard, run }, this.#circumstances, ms);
    if (run === undefined || wanted === undefined || !isNews(run.told, wanted)) return false;
    this.#tell({ rule: 'silence', deviceId, start: run.since }, wanted, run.told, heard?.last);
    this.#refused.set(deviceId, { ...run, told: toldOf(wanted) });
    return true;
  }

  get #circumstances(): Circumstances {
    const { configsBetween, isEpisodeOpen } = this.#sink;
    return { configsBetween, isEpisodeOpen, absences: this.#absences };
  }

  #heardWith(before: Heard | undefined, { reading, at }: RuleInput): Heard {
    const { rowId, deviceId, t, code, value, comparator, receivedAt } = reading;
    const isNow = isLive(at, receivedAt);
    const isOfBacklog = before?.backlogMs != null && receivedAt - before.backlogMs <= BACKLOG_QUIET_MS;
    const arms =
      isNow && !isOfBacklog && isAwaitedAt(this.#notAwaited(deviceId, receivedAt, receivedAt), receivedAt);
    const last: Evidence = { rowId, t, at, code, value, ...(comparator !== undefined && { comparator }) };
    return {
      lastMs: Math.max(receivedAt, before?.lastMs ?? receivedAt),
      last,
      live: Math.min(ARMED_AFTER, (before?.live ?? 0) + (arms ? 1 : 0)),
      liveMs: arms ? receivedAt : (before?.liveMs ?? receivedAt),
      backlogMs: isNow ? (before?.backlogMs ?? null) : receivedAt,
      ...{ refused: false, implausible: false, told: null },
      clock: this.#clockWith(before, reading, last),
    };
  }

  /** The run of readings by a wrong clock that this one begins or continues; null where it ends one, or its clock is right. */
  #clockWith(
    before: Heard | undefined,
    { deviceId, offsetMs = 0, isOfBoot = false, receivedAt }: RuleInput['reading'],
    first: Evidence,
  ) {
    const clock = before?.clock ?? null;
    if (isOfBoot) return clock;
    if (Math.abs(offsetMs) > WRONG_CLOCK_MS) return clock ?? { since: receivedAt, first, told: null };
    if (clock?.told)
      this.#end({ rule: 'wrong-clock', deviceId, start: clock.told.start }, receivedAt, 'recovered');
    return null;
  }

  #tell(
    { rule, deviceId, start }: Named,
    { at, marks, markedAt }: Wanted,
    told: Told | null,
    basis: Evidence | undefined,
  ): void {
    const alarm = {
      ...{ episodeId: this.#idOf({ rule, deviceId, start }), rule, type: typeOfRule(rule) },
      ...{ ...levelOf('low', marks), start, evidence: basis === undefined ? [] : [basis], news2: null },
    };
    this.#sink.events.push(
      told === null
        ? { kind: 'episode-started', ...alarm, raisedAt: at, late: false }
        : { kind: 'episode-escalated', ...alarm, at: markedAt },
    );
  }

  /** A reading that counts has come. One that had come before the alarm was due takes it back: it was on its way. */
  #endSilence(deviceId: string, { told }: Heard, ms: number): void {
    if (told === null) return;
    const named: Named = { rule: 'silence', deviceId, start: told.start };
    if (ms > told.at) this.#end(named, ms, 'recovered');
    else this.#withdraw(named, told);
  }

  /** The device is heard, or nobody waits for it any more: frames that were refused say nothing about what follows. */
  #endRefused(deviceId: string, ms: number, reason: EpisodeEndReason = 'recovered'): void {
    const told = this.#refused.get(deviceId)?.told ?? null;
    this.#refused.delete(deviceId);
    if (told === null) return;
    const named: Named = { rule: 'silence', deviceId, start: told.start };
    if (reason === 'disarmed' || ms > told.at) this.#end(named, ms, reason);
    else this.#withdraw(named, told);
  }

  #end({ rule, deviceId, start }: Named, end: number, reason: EpisodeEndReason): void {
    const episodeId = this.#idOf({ rule, deviceId, start });
    this.#sink.events.push({ kind: 'episode-ended', episodeId, rule, start, end, reason });
  }

  #withdraw({ rule, deviceId, start }: Named, { at }: Told): void {
    const episodeId = this.#idOf({ rule, deviceId, start });
    const withdrawn: Pick<EpisodeRevised, 'status' | 'end' | 'reason' | 'mergedInto'> = {
      ...{ status: 'withdrawn', end: null, reason: null, mergedInto: null },
    };
    this.#sink.events.push({ kind: 'episode-revised', episodeId, rule, start, raisedAt: at, ...withdrawn });
  }

  /** It is not waited for until it was live again. */
  #disarm(deviceId: string, ms: number): void {
    const heard = this.#devices[deviceId];
    if (heard === undefined) return;
    const { told, clock } = heard;
    if (told !== null) this.#end({ rule: 'silence', deviceId, start: told.start }, ms, 'disarmed');
    if (clock?.told) this.#end({ rule: 'wrong-clock', deviceId, start: clock.told.start }, ms, 'disarmed');
    this.#devices[deviceId] = { ...heard, live: 0, told: null, clock: null };
  }

  #idOf({ rule, deviceId, start }: Named): string {
    return `${this.#sink.patientId}/${rule}/${start}/${deviceId}`;
  }
}

const toldOf = ({ start, at, marks }: Wanted): Told => ({ start, at, marks });
