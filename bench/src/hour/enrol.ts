import { setTimeout as delay } from 'node:timers/promises';
import { Gateway } from '@careledger/client';
import { toBase64url } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import type { ConsentSigner } from '@careledger/signer';
import { ProcessGroup, type Careledger, type RunningNetwork } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import { single, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { startServices } from '../services/start.js';
import { newSigners } from './household.js';

/** Of one request. */
const BATCH = 100;
const PATIENTS = { quick: 200, full: 600 };
const CONTROL_PATIENTS = 10;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 2 },
  full: { warmUp: 1, counted: 5 },
};
const POLL_MS = 50;
const REGISTERED_TIMEOUT_MS = 120_000;
const MS_PER_S = 1_000;

/** How long a clinic takes that brings its patients. */
export const enrolPerS: Measure = {
  name: 'enrol_per_s',
  unit: '1/s',
  budget: { atLeast: 50 },
  a: `requests of ${BATCH} patients`,
  b: null,
  what: `Patients enrolled a second by the wall clock, on the embedded network with all services: offers asked for, registrations
    signed by the patients' own keys, patients made, and registered on both ledgers. Nothing is stretched: no passphrase is used.`,
  controlWhat: 'one patient after the other, each registered before the next',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using processes = new ProcessGroup();
    progress('enrolment: the network and the services start');
    const { network, careledger } = await startServices(processes, folder, { authorities: ['hospital'] });
    const office = new Office(careledger, network);
    const count = quick ? PATIENTS.quick : PATIENTS.full;
    progress('enrolment: rounds');
    const [many = [], one = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => office.perS(count, BATCH),
      () => office.perS(CONTROL_PATIENTS, 1),
    ]);
    return { measured: single(many), control: single(one) };
  },
};

/** Where patients are enrolled. */
class Office {
  readonly #ops: Gateway;
  readonly #network: RunningNetwork;

  constructor({ gateway }: Careledger, network: RunningNetwork) {
    this.#ops = new Gateway({ url: gateway.url, token: gateway.tokens.ops });
    this.#network = network;
  }

  /** New patients, so many in one request; one request of one waits until the patient is registered. */
  async perS(count: number, batch: number): Promise<number> {
    const signers = await newSigners(count, this.#network);
    const beginMs = performance.now();
    const enrolled: string[] = [];
    for (let first = 0; first < count; first += batch) {
      enrolled.push(...(await this.#enrol(signers.slice(first, first + batch))));
      if (batch === 1) await this.#registered();
    }
    await this.#registered();
    const perS = (count * MS_PER_S) / (performance.now() - beginMs);
    await this.#check(enrolled);
    return perS;
  }

  async #enrol(signers: readonly ConsentSigner[]): Promise<string[]> {
    const consentKeys = signers.map(({ key }) => toBase64url(key.publicKey));
    const { offers } = await this.#ops.createEnrolmentsOffer({ body: { consentKeys } });
    const enrolments = await Promise.all(
      signers.map(async (signer, index) => {
        const offer = offers[index]?.offer ?? undefined;
        if (offer === undefined) throw new BenchError('MEASURE_INVALID', 'There is no offer');
        const statement = await signer.sign(signer.registration(offer));
        return { statement, scopeKey: await signer.sealedScopeKey(offer) };
      }),
    );
    const answer = await this.#ops.batchEnrolments({ body: { enrolments } });
    return answer.enrolments.map(({ patientId, problem }) => {
      if (patientId === null) throw new BenchError('MEASURE_INVALID', problem?.code ?? 'not enrolled');
      return patientId;
    });
  }

  /** Resolves when no registration is on its way. */
  async #registered(): Promise<void> {
    for (const deadlineMs = Date.now() + REGISTERED_TIMEOUT_MS; Date.now() < deadlineMs; await delay(POLL_MS))
      if ((await this.#ops.getOutbox()).consent === 0) return;
    throw new BenchError('MEASURE_INVALID', 'The registrations did not arrive in time');
  }

  async #check(patientIds: readonly string[]): Promise<void> {
    for (const patientId of patientIds) {
      const { registeredOn } = await this.#ops.getPatient({ path: { patientId } });
      if (registeredOn.length !== CHANNELS.length)
        throw new BenchError('MEASURE_INVALID', `${patientId} is registered on ${registeredOn.join()} alone`);
    }
  }
}
