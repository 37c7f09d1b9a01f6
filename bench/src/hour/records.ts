import { STORE_BATCH_MAX_ITEMS } from '@careledger/protocol';
import { ProcessGroup } from '@careledger/supervisor';
import { costRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { HOUR_MS, startServices } from '../services/start.js';
import { Floor } from './floor.js';
import { hourAgo, sendHour, settle } from './household.js';
import { Services } from './services.js';

const DAY_MS = 24 * HOUR_MS;
/** To whom a record is wrapped besides the patient. */
const READERS = ['hospital', 'lab'];
/** Enrolling 10,000 with two grants each takes longer than all other measures together, and the cost is per record. */
const PATIENTS = { quick: 200, full: 400 };
const CONTROL_PATIENTS = 20;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 2 },
  full: { warmUp: 2, counted: 5 },
};

/** What a gateway's busiest moment costs. */
export const recordsAtTheHour: Measure = {
  name: 'records_at_the_hour',
  unit: 'µs',
  budget: { atLeast: 0.5 },
  a: 'gateway, providers and apis',
  b: 'cryptography, HTTP and ledger client in bare loops',
  what: `CPU of all services for each record, where the windows of ${PATIENTS.full} patients of one gateway close at once, on the
    embedded network, whose own CPU is not counted: an hour of a glucose monitor is made a record, encrypted, wrapped to the patient
    and ${READERS.length} authorities, stored at a provider, announced, and heard of by the authorities. The frame that closes
    the window is counted with it. Beside it, in bare loops: the same seals, wraps, signatures and checks; HTTP requests with
    up to ${STORE_BATCH_MAX_ITEMS} records each, of their size; its share of a transaction on each channel.`,
  controlWhat: 'the windows close one after the other, so that no two records share anything',
  whyMissed: `Most of the services' CPU is the gateway's, then comes the provider's; the rest is that of the apis and of what everybody
    does while nothing happens. The largest part of the gateway's is making a record (content as FHIR, its tags and checks besides
    seal and wraps, which the floor has as well); then come what V8 does in threads beside, garbage and compiling, and
    SQLite, whose transactions the records of the hour share. Much of the provider's is garbage and compiling as well, the checks
    and readings of signed documents, which the floor has, and the files of the ciphertexts, each synced with its folder. The rest
    is spread: no function takes more than a few hundredths.`,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using processes = new ProcessGroup();
    progress('records at the hour: the network and the services start');
    const { network, careledger } = await startServices(processes, folder, {
      authorities: READERS,
      // Anchors are no part of a record's cost.
      anchorIntervalMs: DAY_MS,
    });
    const count = quick ? PATIENTS.quick : PATIENTS.full;
    progress(`records at the hour: ${count} patients`);
    const residents = await settle(careledger, network, { count, readers: READERS });
    // Without its end this process would try to connect for good.
    await using connections = new AsyncDisposableStack();
    for (const { monitor } of residents) connections.use(monitor);
    await using floor = await Floor.open(folder);
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    // Two hours a round: one for all, one for those of the control.
    let hoursAgo = 2 * totalRounds(rounds) + 2;
    await sendHour(residents, hourAgo(hoursAgo));
    const services = new Services(careledger, processes);
    progress('records at the hour: rounds');
    const [ours = [], bare = [], single = []] = await inTurn(rounds, [
      () => services.round(residents, hourAgo(--hoursAgo), (all, at) => sendHour(all, at)),
      () => floor.round(count),
      () =>
        services.round(residents.slice(0, CONTROL_PATIENTS), hourAgo(--hoursAgo), async (all, at) => {
          for (const resident of all) {
            await sendHour([resident], at);
            await services.arrived();
          }
        }),
    ]);
    return { measured: costRatio(ours, bare), control: costRatio(single, bare) };
  },
};
