import { ask } from '../asking.js';
import { observation } from '../observations.js';
import type { FhirSide } from './side.js';

/** Hours of which each patient has an observation: loaded one after the other, the second including the first. */
export const HOURS: readonly number[] = [250, 25_000];
/** Observations that one bundle has, which becomes one record: fewer where fewer are left. */
export const BUNDLE_OBSERVATIONS = 1_000;

/** What a load cost. */
export interface Loaded {
  readonly observations: number;
  readonly seconds: number;
  readonly cpuMs: number;
  readonly wholeCpuMs: number;
}

/** Hours of one patient's observations. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** A transaction for each so many hours, one after the other. */
export function bundlesOf({ from, to }: Hours): Hours[] {
  const bundles: Hours[] = [];
  for (let start = from; start < to; start += BUNDLE_OBSERVATIONS)
    bundles.push({ from: start, to: Math.min(to, start + BUNDLE_OBSERVATIONS) });
  return bundles;
}

/** Sends all of each patient's hours, and waits until it is found. @param records of each patient, those before included */
export async function load(side: FhirSide, hours: Hours, records: number): Promise<Loaded> {
  const [startMs, cpuMs, wholeCpuMs] = [performance.now(), side.cpuMs(), side.wholeCpuMs()];
  for (const bundle of bundlesOf(hours))
    for (const patient of side.patients) await ask(side.asked, '', transactionOf(patient, bundle, hours.to));
  await side.settled(records);
  return {
    observations: (hours.to - hours.from) * side.patients.length,
    seconds: (performance.now() - startMs) / 1_000,
    cpuMs: side.cpuMs() - cpuMs,
    wholeCpuMs: side.wholeCpuMs() - wholeCpuMs,
  };
}

function transactionOf(patient: string, { from, to }: Hours, hours: number): object {
  const entry = Array.from({ length: to - from }, (_, index) => ({
    ...{ fullUrl: `urn:uuid:${crypto.randomUUID()}`, resource: observation(patient, from + index, hours) },
    request: { method: 'POST', url: 'Observation' },
  }));
  return { resourceType: 'Bundle', type: 'transaction', entry };
}
