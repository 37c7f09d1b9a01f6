import type { ClinicalConfig } from '../../model/config.js';
import type { Span } from '../../model/span.js';
import { isArmed, type Heard, type SilenceState, type Told } from './heard.js';
import { silentAt } from './spell.js';

/** The mark of an alarm of a device that authorities are told of. */
export const FOR_AUTHORITIES = 'for-authorities';

/** What an alarm of a device has to say, and since when. */
export interface Wanted extends Told {
  /** When the newest of its marks came about. */
  readonly markedAt: number;
}

/** What decides beside the device's own arrivals. */
export interface Circumstances {
  readonly config: ClinicalConfig;
  readonly absences: SilenceState['absences'];
  /** Whether an alarm about the patient lasts. */
  readonly isEpisodeOpen: () => boolean;
}

/** When nobody waits for the device, in order: a new sensor begins anew. */
export function notAwaited({ devices }: ClinicalConfig, deviceId: string): readonly Span[] {
  const { notAwaited: spans = [], sensorSince } = devices[deviceId] ?? {};
  if (sensorSince === undefined) return spans;
  return [...spans, { from: sensorSince, until: sensorSince }].sort((a, b) => a.from - b.from);
}

/** The device's limit; null where it may be silent as long as it likes. */
function limitOf({ devices, silence }: ClinicalConfig, deviceId: string): number | null {
  const { kind = 'other' } = devices[deviceId] ?? {};
  return { cgm: silence.cgmMs, monitor: silence.monitorMs, meter: silence.meterMs, other: silence.otherMs }[
    kind
  ];
}

/** The alarm of a device's silence as it has to stand at `ms`; undefined where there is none. */
export function wantedSilence(
  deviceId: string,
  heard: Heard,
  circumstances: Circumstances,
  ms: number,
): Wanted | undefined {
  const { told, lastMs, refused, implausible } = heard;
  const { config, absences } = circumstances;
  if (told === null && !isArmed(heard)) return undefined;
  const limitMs = limitOf(config, deviceId);
  const at = told?.at ?? (limitMs === null ? Infinity : silentAt(lastMs, limitMs, absences));
  if (at > ms) return undefined;
  const { authoritiesAfterMs } = config.silence;
  const authoritiesAt =
    authoritiesAfterMs === null ? Infinity : silentAt(lastMs, authoritiesAfterMs, absences);
  const causes = [...(refused ? ['only-refused'] : []), ...(implausible ? ['only-implausible'] : [])];
  return marked({ start: told?.start ?? lastMs, at, told, causes, authoritiesAt, ms }, circumstances);
}

/** The same of its clock. */
export function wantedClock(heard: Heard, circumstances: Circumstances, ms: number): Wanted | undefined {
  const { clock } = heard;
  if (clock === null || (clock.told === null && !isArmed(heard))) return undefined;
  const { since: start, told } = clock;
  const { authoritiesAfterMs } = circumstances.config.silence;
  const authoritiesAt = authoritiesAfterMs === null ? Infinity : start + authoritiesAfterMs;
  return marked({ start, at: told?.at ?? ms, told, causes: [], authoritiesAt, ms }, circumstances);
}

/** Whether there is more to say than was said. */
export const isNews = (told: Told | null, { marks }: Wanted): boolean =>
  told === null || marks.some((mark) => !told.marks.includes(mark));

/** Authorities are told after a while, at once while an alarm about the patient lasts. */
function marked(
  {
    start,
    at,
    told,
    causes,
    authoritiesAt,
    ms,
  }: {
    readonly start: number;
    readonly at: number;
    readonly told: Told | null;
    readonly causes: readonly string[];
    readonly authoritiesAt: number;
    readonly ms: number;
  },
  { isEpisodeOpen }: Circumstances,
): Wanted {
  const before = told?.marks ?? [];
  // It is raised first, and whoever is told later is told in another event.
  const isTimeUp = authoritiesAt <= (told === null ? at : ms);
  const isForAuthorities = before.includes(FOR_AUTHORITIES) || isTimeUp || isEpisodeOpen();
  const marks = [...new Set([...before, ...causes, ...(isForAuthorities ? [FOR_AUTHORITIES] : [])])].sort();
  const isByTime = isTimeUp && !before.includes(FOR_AUTHORITIES);
  return { start, at, marks, markedAt: isByTime ? Math.max(at, authoritiesAt) : ms };
}
