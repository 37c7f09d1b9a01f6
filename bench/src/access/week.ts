import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Authority } from '@careledger/client';
import { LOINC } from '@careledger/clinical';
import { enrolAtHome, replay, type Person } from '@careledger/examples';
import { ProcessGroup, startCareledger, startEmbeddedNetwork, type Careledger } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';

const HOUR_MS = 3_600_000;
const HOURS_OF_WEEK = 168;
/** Opened one after the other by the control. */
const HOURS_OF_DAY = 24;
/** Records on both ledgers, announced and wrapped, within this time. */
const SETTLED_TIMEOUT_MS = 240_000;
const SETTLED_POLL_MS = 2_000;
/** Receipts of what was opened go out after the answer. */
const PAUSE_MS = 1_000;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 2, counted: 3 },
  full: { warmUp: 2, counted: 7 },
};

/** What a hospital waits that looks at a patient's week. */
export const accessWeekVsOne: Measure = {
  name: 'access_week_vs_one',
  unit: 'ms',
  budget: { atMost: 12 },
  a: `${HOURS_OF_WEEK} hourly records in one request`,
  b: 'one record',
  what: `Wall-clock time of a hospital's request, from HTTP to HTTP, on the embedded network with all services: signed
    requests, decided in one transaction by two organisations, released by two providers, every signature checked, opened.
    The records are those that the gateway made of a week of readings.`,
  controlWhat: `${HOURS_OF_DAY} records opened one after the other, against one`,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using processes = new ProcessGroup();
    progress('week of records: the network and the services start');
    const careledger = await startAll(processes, join(folder, 'week'));
    const person = await enrolAtHome(careledger);
    const hospital = hospitalOf(careledger);
    progress('week of records: a week of readings');
    const recordIds = await weekOf(person, hospital);
    const [first = ''] = recordIds;
    progress('week of records: rounds');
    const query = { patientId: person.patientId };
    const one = (recordId: string) => hospital.getRecord({ path: { recordId }, query });
    const [week = [], single = [], day = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => timed(() => openWeek(hospital, person)),
      () => timed(() => one(first)),
      () =>
        timed(async () => {
          for (const recordId of recordIds.slice(0, HOURS_OF_DAY)) await one(recordId);
        }),
    ]);
    return { measured: growthRatio(week, single), control: growthRatio(day, single) };
  },
};

async function startAll(processes: ProcessGroup, dir: string): Promise<Careledger> {
  const network = await startEmbeddedNetwork(processes, join(dir, 'network'), join(dir, 'logs'));
  return startCareledger({ processes, network, dir, recordIntervalMs: HOUR_MS, authorities: ['hospital'] });
}

function hospitalOf({ authorities: { hospital } }: Careledger): Authority {
  if (hospital === undefined) throw new RangeError('The network has no hospital');
  return new Authority({ url: hospital.url, token: hospital.tokens.practitioner });
}

/** A reading in the middle of every hour of the last week, sent; resolves with the records of whole hours, oldest first. */
async function weekOf(person: Person, hospital: Authority): Promise<string[]> {
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const rows = Array.from({ length: HOURS_OF_WEEK }, (_, hour) => {
    const timeMs = now - (HOURS_OF_WEEK - hour) * HOUR_MS + HOUR_MS / 2;
    const t = new Date(timeMs).toISOString();
    const reading = { t, code: LOINC.interstitialGlucose, value: 100 + (hour % 20), unit: 'mg/dL' };
    return { subject: person.subject, timeMs, readings: [reading] };
  });
  const { stored } = await replay([{ device: person.device, rows }]);
  if (stored !== rows.length) throw new BenchError('MEASURE_INVALID', `${stored} frames were stored`);
  const { patientId } = person;
  await person.api.flushPatient({ path: { patientId } });
  for (
    const deadlineMs = Date.now() + SETTLED_TIMEOUT_MS;
    Date.now() < deadlineMs;
    await delay(SETTLED_POLL_MS)
  ) {
    const { records } = await openWeek(hospital, person);
    const opened = records.flatMap(({ problem, recordId }) => (problem === null ? [recordId] : []));
    if (opened.length === HOURS_OF_WEEK) return opened;
  }
  throw new BenchError('MEASURE_INVALID', 'The records of a week did not all open in time');
}

const openWeek = (hospital: Authority, { patientId }: Person) =>
  hospital.openRecordsOfSpan({ path: { patientId }, query: { limit: HOURS_OF_WEEK } });

async function timed(act: () => Promise<unknown>): Promise<number> {
  await delay(PAUSE_MS);
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}
