import { BenchError } from '../../errors.js';
import { ask, nextOf, type Answered, type Asked, type Searchset } from '../asking.js';
import { observation, spanQuery } from '../observations.js';
import type { FhirSide } from './side.js';

const PAGE = 50;
/** Searches of which the resources are read. */
const SEARCHES = 10;
/** The record is opened, whatever the copy has; HAPI does not know the header. */
const OF_LEDGER = { 'x-careledger-source': 'ledger' };
/** What is created is of hours that nothing else is of. */
const CREATED_FROM_HOUR = 200_000;

/** What both sides are asked, one request at a time. */
export interface Operation {
  readonly name: string;
  /** Requests of one round, of the first side and of the other. */
  readonly times: readonly [ours: number, others: number];
  /** How long the requests took, in milliseconds. @param turn another one each time */
  run(side: FhirSide, turn: number): Promise<number>;
}

/** A resource of a patient. */
interface Known {
  readonly patient: string;
  readonly id: string;
}

/** Asks both sides the same. */
export class Asking {
  readonly #known = new Map<FhirSide, readonly Known[]>();

  /** @param hours of which each patient has an observation each */
  constructor(readonly hours: number) {}

  /** Finds what is read, and makes sure that both sides find the same. @throws BenchError `MEASURE_INVALID` */
  async prepare(sides: readonly FhirSide[]): Promise<void> {
    const times: string[] = [];
    for (const side of sides) {
      const known: Known[] = [];
      const seen: string[] = [];
      for (let turn = 0; turn < SEARCHES; turn += 1)
        for (const { id, effectiveDateTime } of foundOf(await this.#search(side, turn))) {
          known.push({ patient: patientOf(side, turn), id });
          seen.push(effectiveDateTime);
        }
      this.#known.set(side, known);
      times.push(seen.join());
    }
    if (new Set(times).size !== 1)
      throw new BenchError('MEASURE_INVALID', 'The servers find different things');
  }

  get operations(): Operation[] {
    return [
      { name: 'read by id', times: [200, 200], run: async (side, turn) => this.#read(side, turn) },
      {
        name: 'read by id, of the ledger',
        times: [10, 200],
        run: async (side, turn) => this.#read(side, turn, OF_LEDGER),
      },
      {
        name: 'search by id',
        times: [100, 100],
        run: async (side, turn) => {
          const { patient, id } = this.#knownOf(side, turn);
          const path = `/Observation?patient=Patient/${patient}&_id=${id}`;
          return msOf(await ask<Searchset>(side.asked, path), 1);
        },
      },
      {
        name: 'search by code and date, first page',
        times: [100, 100],
        run: async (side, turn) => msOf(await this.#search(side, turn)),
      },
      {
        name: 'search by code and date, both pages',
        times: [50, 50],
        run: async (side, turn) => {
          const first = await this.#search(side, turn);
          const { origin, pathname, search } = nextOf(first.answer);
          const second = await ask<Searchset>({ ...side.asked, url: origin }, pathname + search);
          return msOf(first) + msOf(second);
        },
      },
      {
        name: 'create, until durable here',
        times: [10, 100],
        run: async (side, turn) => {
          const headers = { ...side.asked.headers, ...side.creating };
          const hour = CREATED_FROM_HOUR + turn;
          const body = observation(patientOf(side, turn), hour, this.hours);
          return (await ask({ ...side.asked, headers }, '/Observation', body)).ms;
        },
      },
    ];
  }

  async #read(side: FhirSide, turn: number, more: Asked['headers'] = {}): Promise<number> {
    const headers = { ...side.asked.headers, ...more };
    return (await ask({ ...side.asked, headers }, `/Observation/${this.#knownOf(side, turn).id}`)).ms;
  }

  #search(side: FhirSide, turn: number): Promise<Answered<Searchset>> {
    const span = spanQuery(this.hours, 2 * PAGE, turn);
    const patient = `patient=Patient/${patientOf(side, turn)}`;
    return ask<Searchset>(side.asked, `/Observation?${patient}&${span}&_sort=-date&_count=${PAGE}`);
  }

  #knownOf(side: FhirSide, turn: number): Known {
    const known = this.#known.get(side) ?? [];
    const one = known[turn % known.length];
    if (one === undefined) throw new BenchError('MEASURE_INVALID', 'Nothing was found to be read');
    return one;
  }
}

const patientOf = ({ patients }: FhirSide, turn: number): string => patients[turn % patients.length] ?? '';

/** @throws BenchError `MEASURE_INVALID` where it is another number */
function foundOf({ answer }: Answered<Searchset>, expected = PAGE) {
  const resources = (answer.entry ?? []).map(({ resource }) => resource);
  if (resources.length === expected) return resources;
  throw new BenchError('MEASURE_INVALID', `${resources.length} were found, not ${expected}`);
}

function msOf(answered: Answered<Searchset>, expected = PAGE): number {
  foundOf(answered, expected);
  return answered.ms;
}
