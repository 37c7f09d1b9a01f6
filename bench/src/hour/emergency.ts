import { setTimeout as delay } from 'node:timers/promises';
import { ProcessGroup } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, totalRounds, type Rounds } from '../run/rounds.js';
import { startServices } from '../services/start.js';
import { hourAgo, sendEmergency, sendHour, settle, type Resident } from './household.js';
import { Services } from './services.js';

const HOSPITAL = 'hospital';
/** Patients whose windows close. */
const PATIENTS = { quick: 150, full: 400 };
/** Emergencies of a round, a patient each: one that goes on is no new one. */
const EMERGENCIES = 10;
const BETWEEN_MS = 60;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 1, counted: 7 },
};

/** Whether somebody in danger waits for everybody else's records. */
export const emergencyAtTheHour: Measure = {
  name: 'emergency_at_the_hour',
  unit: 'ms',
  budget: { atMost: 3 },
  a: 'while many windows close',
  b: 'while nothing else happens',
  what: `From the arrival of an emergency's frame at the gateway to the hospital's word that it has the notice, by the gateway's clock:
    the slowest of ${EMERGENCIES} emergencies a round, ${BETWEEN_MS} ms apart, on the embedded network with all services. Beside
    them the windows of ${PATIENTS.full} patients close at once, or nothing happens.`,
  controlWhat: 'until the records of the hour have all been announced, as if the emergency waited for them',
  whyMissed: `An emergency has workers, requests and transactions of its own and waits in no queue of the others; while it is made or
    told, the gateway begins no other record. All services share the machine's processors with the records of the hour that are on
    their way, each step of the way waits for its turn there, and an organisation's chaincode has one thread.`,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using processes = new ProcessGroup();
    progress('emergency at the hour: the network and the services start');
    const { network, careledger } = await startServices(processes, folder, { authorities: [HOSPITAL] });
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    const endangered = 2 * EMERGENCIES * totalRounds(rounds);
    const count = endangered + (quick ? PATIENTS.quick : PATIENTS.full);
    progress(`emergency at the hour: ${count} patients`);
    const residents = await settle(careledger, network, { count, readers: [HOSPITAL] });
    // Without its end this process would try to connect for good.
    await using connections = new AsyncDisposableStack();
    for (const { monitor } of residents) connections.use(monitor);
    const inDanger = residents.splice(0, endangered);
    let hoursAgo = totalRounds(rounds) + 2;
    await sendHour(residents, hourAgo(hoursAgo));
    const services = new Services(careledger, processes);
    await services.arrived();
    const hospitalId = careledger.authorities[HOSPITAL]?.authorityId ?? '';
    let known = 0;
    /** The slowest of the round. */
    const slowestMs = async (): Promise<number> => {
      const all = await services.noticesMs(hospitalId);
      const ofRound = all.slice(known);
      known = all.length;
      if (ofRound.length !== EMERGENCIES)
        throw new BenchError('MEASURE_INVALID', `${ofRound.length} of ${EMERGENCIES} emergencies arrived`);
      return Math.max(...ofRound);
    };
    const next = () => inDanger.splice(0, EMERGENCIES);
    progress('emergency at the hour: rounds');
    let hourMs = 0;
    const [busy = [], idle = [], waited = []] = await inTurn(rounds, [
      async () => {
        const beginMs = performance.now();
        const hour = sendHour(residents, hourAgo(--hoursAgo));
        await sendSome(next());
        await hour;
        await services.arrived();
        hourMs = performance.now() - beginMs;
        return slowestMs();
      },
      async () => {
        await sendSome(next());
        await services.arrived();
        return slowestMs();
      },
      () => Promise.resolve(hourMs),
    ]);
    return { measured: growthRatio(busy, idle), control: growthRatio(waited, idle) };
  },
};

async function sendSome(residents: readonly Resident[]): Promise<void> {
  for (const resident of residents) {
    await sendEmergency(resident);
    await delay(BETWEEN_MS);
  }
}
