import { enrolAtHome } from '@careledger/examples';
import { patientResourceIdOf } from '@careledger/fhir';
import { ProcessGroup } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { p95 } from '../run/statistics.js';
import { startServices } from '../services/start.js';
import { ask, nextOf, type Asked, type Searchset } from './asking.js';
import { UNIT, fill, letCopy, type AuthorityService } from './copying.js';
import { COMMON_CODE, RARE_CODE, RARE_TIMES, spanQuery } from './observations.js';

const MANY = 100_000;
const FEW = 1_000;
const PAGE = 50;
/** Each asks the five questions once. */
const TURNS_PER_ROUND = 20;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 2, counted: 3 },
  full: { warmUp: 3, counted: 9 },
};
const CONTROL_ROUNDS: Rounds = { warmUp: 0, counted: 3 };

/** Whether what an authority lists and searches stays as quick, however much it keeps. */
export const searchGrowth: Measure = {
  name: 'search_100k_vs_1k',
  unit: 'ms',
  budget: { atMost: 1.5 },
  a: 'of 100,000 records',
  b: 'of 1,000',
  what: `95th percentile of the time of a request, from HTTP to HTTP, at an authority's api that runs on the embedded network: the
    list of what it keeps of a patient (/v1/patients/…/copies) and its second page, a search at /fhir by code and a span of time
    anywhere in the records and its second page, ${PAGE} resources each, and a search by a code of which there are ${RARE_TIMES}. Two authorities
    keep a copy for the same patient; before, with their apis stopped, their stores are filled with records of one observation each by
    the functions with which the intake of the api keeps copies. The ledger's own lists are no part of it.`,
  controlWhat: 'the same search by code alone, with all that may be seen counted',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using processes = new ProcessGroup();
    progress('search: the network and the services start');
    const { careledger } = await startServices(processes, folder, { authorities: ['hospital', 'lab'] });
    const person = await enrolAtHome(careledger);
    const [many, few] = [careledger.authorities['hospital'], careledger.authorities['lab']];
    if (many === undefined || few === undefined)
      throw new RangeError('The network has no hospital or no lab.');
    const sides: Questions[] = [];
    for (const [authority, hours] of [
      [many, MANY],
      [few, FEW],
    ] as const) {
      await letCopy(authority, person);
      progress(`search: ${hours} records`);
      await fill({ processes, dir: folder }, authority, person, hours);
      sides.push(new Questions(authority, person.patientId, hours));
    }
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    const [a = [], b = []] = await inTurn(
      rounds,
      sides.map((side) => () => side.round()),
    );
    progress('search: control');
    const [countedA = [], countedB = []] = await inTurn(
      CONTROL_ROUNDS,
      sides.map((side) => () => side.counted()),
    );
    return { measured: growthRatio(a, b), control: growthRatio(countedA, countedB) };
  },
};

interface Copies {
  readonly resources: readonly object[];
  readonly next: string | null;
}
/** What one authority is asked. */
class Questions {
  readonly #asked: Asked;
  readonly #fhir: string;
  #turn = 0;

  constructor(
    { url, tokens }: AuthorityService,
    readonly patientId: string,
    readonly hours: number,
  ) {
    this.#asked = {
      url,
      headers: { authorization: `Bearer ${tokens.practitioner}`, 'x-careledger-unit': UNIT },
    };
    this.#fhir = `/fhir/Observation?patient=Patient/${patientResourceIdOf(patientId)}&_count=${PAGE}`;
  }

  /** @returns the 95th percentile, in milliseconds */
  async round(): Promise<number> {
    const tookMs: number[] = [];
    for (let turn = 0; turn < TURNS_PER_ROUND; turn += 1)
      tookMs.push(...(await this.#list()), ...(await this.#search()), await this.#searchRare());
    return p95(tookMs);
  }

  /** What the control does, in milliseconds. */
  async counted(): Promise<number> {
    const { ms } = await ask<Searchset>(
      this.#asked,
      `${this.#fhir}&code=${encodeURIComponent(COMMON_CODE)}&_total=accurate`,
    );
    return ms;
  }

  async #list(): Promise<number[]> {
    const path = `/v1/patients/${this.patientId}/copies?resourceType=Observation&limit=${PAGE}&unit=${UNIT}`;
    const first = await ask<Copies>(this.#asked, path);
    const second = await ask<Copies>(this.#asked, `${path}&cursor=${first.answer.next}`);
    assertFound(PAGE, first.answer.resources, second.answer.resources);
    return [first.ms, second.ms];
  }

  /** Two pages, of a span that is another one each time. */
  async #search(): Promise<number[]> {
    this.#turn += 1;
    const path = `${this.#fhir}&${spanQuery(this.hours, 2 * PAGE, this.#turn)}`;
    const first = await ask<Searchset>(this.#asked, path);
    const next = nextOf(first.answer);
    const second = await ask<Searchset>(this.#asked, next.pathname + next.search);
    assertFound(PAGE, first.answer.entry, second.answer.entry);
    return [first.ms, second.ms];
  }

  async #searchRare(): Promise<number> {
    const { ms, answer } = await ask<Searchset>(
      this.#asked,
      `${this.#fhir}&code=${encodeURIComponent(RARE_CODE)}`,
    );
    assertFound(RARE_TIMES, answer.entry);
    return ms;
  }
}

function assertFound(expected: number, ...pages: (readonly object[] | undefined)[]): void {
  for (const page of pages)
    if (page?.length !== expected)
      throw new BenchError('MEASURE_INVALID', `${page?.length} were found, not ${expected}`);
}
