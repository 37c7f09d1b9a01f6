import { Gateway } from '@careledger/client';
import { LOINC } from '@careledger/clinical';
import { replay, type Person } from '@careledger/examples';
import type { Careledger } from '@careledger/supervisor';
import { BenchError } from '../../errors.js';
import { HOUR_MS } from '../../services/start.js';

/** A continuous glucose monitor measures every five minutes. */
const READING_INTERVAL_MS = 300_000;
const DAY_HOURS = 24;
/** Normal values: no alarm. */
const LEAST_MG_PER_DL = 100;
const VALUES = 20;

/** Readings and records of one patient's day. */
export const DAY = {
  readings: (DAY_HOURS * HOUR_MS) / READING_INTERVAL_MS,
  records: DAY_HOURS,
} as const;

/** Every patient's monitor sends the last 24 whole hours; resolves when their records are on both ledgers. */
export async function sendDay({ gateway }: Careledger, people: readonly Person[]): Promise<void> {
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const sources = people.map(({ subject, device }) => ({
    device,
    rows: Array.from({ length: DAY.readings }, (_, index) => {
      const timeMs = now - DAY_HOURS * HOUR_MS + index * READING_INTERVAL_MS;
      const value = LEAST_MG_PER_DL + (index % VALUES);
      const t = new Date(timeMs).toISOString();
      return { subject, timeMs, readings: [{ t, code: LOINC.interstitialGlucose, value, unit: 'mg/dL' }] };
    }),
  }));
  const { stored } = await replay(sources);
  if (stored !== people.length * DAY.readings)
    throw new BenchError('MEASURE_INVALID', `${stored} frames of ${people.length} patients were stored`);
  const ops = new Gateway({ url: gateway.url, token: gateway.tokens.ops });
  await ops.finished(await ops.flush({ headers: { prefer: 'respond-async' } }));
}
