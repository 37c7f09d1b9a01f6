import type { ClinicalConfig } from '../../model/config.js';
import { REFUSED_MS } from '../../model/limits.js';
import type { ConfigsBetween } from '../../settings/history.js';
import { isArmed, type Heard, type RefusedRun, type SilenceState, type Told } from './heard.js';
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
  readonly configsBetween: ConfigsBetween;
  readonly absences: SilenceState['absences'];
  /** Whether an alarm about the patient lasts. */
  readonly isEpisodeOpen: () => boolean;
}

/** The device's limit; null where it may be silent as long as it likes. */
function limitOf({ devices, silence }: ClinicalConfig, deviceId: string): number | null {
  const { kind = 'other' } = devices[deviceId] ?? {};
  return { cgm: silence.cgmMs, monitor: silence.monitorMs, meter: silence.meterMs, other: silence.otherMs }[
    kind
  ];
}

const authoritiesAfter = ({ silence }: ClinicalConfig): number | null => silence.authoritiesAfterMs;

/** The alarm of a device's silence as it has to stand at `ms`; undefined where there is none. */
export function wantedSilence(
  deviceId: string,
  heard: Heard,
  circumstances: Circumstances,
  ms: number,
): Wanted | undefined {
  const { told, lastMs, refused, implausible } = heard;
  const { configsBetween, absences } = circumstances;
  if (told === null && !isArmed(heard)) return undefined;
  const configs = configsBetween(lastMs, ms);
  const at = told?.at ?? silentAt(lastMs, configs, (config) => limitOf(config, deviceId), absences);
  if (at > ms) return undefined;
  const authoritiesAt = silentAt(lastMs, configs, authoritiesAfter, absences);
  const causes = [...(refused ? ['only-refused'] : []), ...(implausible ? ['only-implausible'] : [])];
  return marked({ start: told?.start ?? lastMs, at, told, causes, authoritiesAt, ms }, circumstances);
}

/** The same of its clock. */
export function wantedClock(heard: Heard, circumstances: Circumstances, ms: number): Wanted | undefined {
  const { clock } = heard;
  if (clock === null || (clock.told === null && !isArmed(heard))) return undefined;
  const { since: start, told } = clock;
  const authoritiesAt = silentAt(start, circumstances.configsBetween(start, ms), authoritiesAfter, []);
  return marked({ start, at: told?.at ?? ms, told, causes: [], authoritiesAt, ms }, circumstances);
}

/** A device of which frames were refused; not heard where no reading of it ever counted. */
export interface RefusedDevice {
  readonly heard: Heard | undefined;
  readonly run: RefusedRun;
}

/** The same of a device that has had no limit meanwhile, and whose frames are refused. */
export function wantedRefused(
  deviceId: string,
  { heard, run: { since: start, told } }: RefusedDevice,
  circumstances: Circumstances,
  ms: number,
): Wanted | undefined {
  const configs = circumstances.configsBetween(start, ms);
  const hasLimit = configs.some(({ config }) => limitOf(config, deviceId) !== null);
  // The alarm of its silence says that frames were refused.
  if (told === null && (hasLimit || (heard !== undefined && heard.told !== null))) return undefined;
  const { absences } = circumstances;
  const at = told?.at ?? silentAt(start, configs, () => REFUSED_MS, absences);
  if (at > ms) return undefined;
  const wanted = { start, at, told, causes: ['only-refused'], ms };
  // A record rests on a reading: without one the patient alone is told.
  if (heard === undefined)
    return marked({ ...wanted, authoritiesAt: Infinity }, { isEpisodeOpen: () => false });
  const authoritiesAt = silentAt(start, configs, authoritiesAfter, absences);
  return marked({ ...wanted, authoritiesAt }, circumstances);
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
  { isEpisodeOpen }: Pick<Circumstances, 'isEpisodeOpen'>,
): Wanted {
  const before = told?.marks ?? [];
  // It is raised first, and whoever is told later is told in another event.
  const isTimeUp = authoritiesAt <= (told === null ? at : ms);
  const isForAuthorities = before.includes(FOR_AUTHORITIES) || isTimeUp || isEpisodeOpen();
  const marks = [...new Set([...before, ...causes, ...(isForAuthorities ? [FOR_AUTHORITIES] : [])])].sort();
  const isByTime = isTimeUp && !before.includes(FOR_AUTHORITIES);
  return { start, at, marks, markedAt: isByTime ? Math.max(at, authoritiesAt) : ms };
}
