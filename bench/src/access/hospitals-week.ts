import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Authority } from '@careledger/client';
import { LOINC } from '@careledger/clinical';
import { enrolAtHome, replay, type Person } from '@careledger/examples';
import { ProcessGroup, type Careledger } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import type { BenchContext } from '../run/measure.js';
import type { Rounds } from '../run/rounds.js';
import { HOUR_MS, startServices } from '../services/start.js';

export const HOURS_OF_WEEK = 168;
/** Records on both ledgers, announced and wrapped, within this time. */
const SETTLED_TIMEOUT_MS = 240_000;
const SETTLED_POLL_MS = 2_000;
/** Receipts of what was opened go out after the answer. */
const PAUSE_MS = 1_000;
export const WEEK_ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 2, counted: 3 },
  full: { warmUp: 2, counted: 7 },
};

/** A hospital that may read a patient's week: hourly records, made by the gateway of a week of readings. */
export class HospitalsWeek implements AsyncDisposable {
  readonly #processes: ProcessGroup;
  readonly #hospital: Authority;
  readonly #patientId: string;
  readonly #recordIds: readonly string[];

  private constructor(
    processes: ProcessGroup,
    hospital: Authority,
    { patientId, recordIds }: { readonly patientId: string; readonly recordIds: readonly string[] },
  ) {
    this.#processes = processes;
    this.#hospital = hospital;
    this.#patientId = patientId;
    this.#recordIds = recordIds;
  }

  /** All services start, on the embedded network; resolves once every record of the week opens. */
  static async start({
    folder,
    progress,
  }: Pick<BenchContext, 'folder' | 'progress'>): Promise<HospitalsWeek> {
    await using starting = new AsyncDisposableStack();
    const processes = starting.use(new ProcessGroup());
    progress('week of records: the network and the services start');
    const { careledger } = await startServices(processes, join(folder, 'week'), {
      authorities: ['hospital'],
    });
    const person = await enrolAtHome(careledger);
    const hospital = hospitalOf(careledger);
    progress('week of records: a week of readings');
    const recordIds = await weekOf(person, hospital);
    starting.move();
    return new HospitalsWeek(processes, hospital, { patientId: person.patientId, recordIds });
  }

  /** Milliseconds by the wall clock that one request for all of it takes. */
  openWeek(): Promise<number> {
    return timed(() => openWeek(this.#hospital, this.#patientId));
  }

  /** Milliseconds that the first so many records take, a request each, one after the other. */
  openEach(count: number): Promise<number> {
    const query = { patientId: this.#patientId };
    return timed(async () => {
      for (const recordId of this.#recordIds.slice(0, count))
        await this.#hospital.getRecord({ path: { recordId }, query });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#processes[Symbol.asyncDispose]();
  }
}

function hospitalOf({ authorities: { hospital } }: Careledger): Authority {
  if (hospital === undefined) throw new RangeError('The network has no hospital');
  return new Authority({ url: hospital.url, token: hospital.tokens.practitioner });
}

/** A reading in the middle of every hour of the last week, sent; resolves with the records of whole hours, oldest first. */
async function weekOf({ subject, device, patientId, api }: Person, hospital: Authority): Promise<string[]> {
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const rows = Array.from({ length: HOURS_OF_WEEK }, (_, hour) => {
    const timeMs = now - (HOURS_OF_WEEK - hour) * HOUR_MS + HOUR_MS / 2;
    const t = new Date(timeMs).toISOString();
    const reading = { t, code: LOINC.interstitialGlucose, value: 100 + (hour % 20), unit: 'mg/dL' };
    return { subject, timeMs, readings: [reading] };
  });
  const { stored } = await replay([{ device, rows }]);
  if (stored !== rows.length) throw new BenchError('MEASURE_INVALID', `${stored} frames were stored`);
  await api.flushPatient({ path: { patientId } });
  for (
    const deadlineMs = Date.now() + SETTLED_TIMEOUT_MS;
    Date.now() < deadlineMs;
    await delay(SETTLED_POLL_MS)
  ) {
    const { records } = await openWeek(hospital, patientId);
    const opened = records.flatMap(({ problem, recordId }) => (problem === null ? [recordId] : []));
    if (opened.length === HOURS_OF_WEEK) return opened;
  }
  throw new BenchError('MEASURE_INVALID', 'The records of a week did not all open in time');
}

const openWeek = (hospital: Authority, patientId: string) =>
  hospital.openRecordsOfSpan({ path: { patientId }, query: { limit: HOURS_OF_WEEK } });

async function timed(act: () => Promise<unknown>): Promise<number> {
  await delay(PAUSE_MS);
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}
