import { setTimeout as delay } from 'node:timers/promises';
import { Authority, Gateway } from '@careledger/client';
import { LOINC } from '@careledger/clinical';
import { nodeVerifier, sha256 } from '@careledger/crypto';
import { DeviceSession, LedgerView, enrolAtHome, type Person } from '@careledger/examples';
import { readEnvelope, verifyProof, type Proof } from '@careledger/private-chain';
import type { FrameResult } from '@careledger/protocol';
import { ProcessGroup, type Careledger, type RunningNetwork } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import { ask, type Asked } from '../fhir/asking.js';
import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { p95 } from '../run/statistics.js';
import { HOUR_MS, startServices } from '../services/start.js';

const MINUTE_MS = 60_000;
/** Frames of a block. */
const OF_BLOCK = 64;
/** Blocks that are anchored one by one; the transaction of the last one is attested by the gateway's organisation alone. */
const BLOCKS = 9;
const REQUESTS_PER_ROUND = 200;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 2, counted: 3 },
  full: { warmUp: 3, counted: 9 },
};
/** A token has 6,000 requests a minute there. */
const MS_PER_REQUEST = 12;
/** Readings that the control asks for at once. */
const ASKED_ANEW = 4;
/** Not a divisor of anything here: each turn another reading of another block. */
const STRIDE = 97;

/** What a proof costs whoever reads a value of the own chain. */
export const readWithProofVsPlain: Measure = {
  name: 'read_with_proof_vs_plain',
  unit: 'ms',
  budget: { atMost: 1.5 },
  a: 'a reading with its proof',
  b: 'the reading alone',
  what: `95th percentile of the time of a request, from HTTP to HTTP, at a gateway that runs on the embedded network: one reading with
    its proof (/v1/patients/…/proofs: the device's signature, its place in its block, the blocks up to the anchored one, the
    transaction, and what every organisation that attests says of it), and one reading by its time (/v1/patients/…/readings). Each
    time another reading, of ${BLOCKS - 1} blocks of ${OF_BLOCK} frames, each anchored by a transaction of its own; after rounds that are not counted, so that
    each block was proved before. A proof of each block is verified offline first, else there is no figure.`,
  controlWhat: `proofs of ${ASKED_ANEW} readings, one after the other, of a block that one organisation alone has attested: each time the
    ledger is asked whether another one has by now`,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using processes = new ProcessGroup();
    progress('proofs: the network and the services start');
    const { network, careledger } = await startServices(processes, folder, { authorities: ['hospital'] });
    const person = await enrolAtHome(careledger);
    progress(`proofs: ${BLOCKS * OF_BLOCK} frames`);
    const chain = new ProvedChain(person, careledger);
    await chain.fill();
    await chain.attest(network);
    progress('proofs: rounds');
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    const [a = [], b = [], control = []] = await inTurn(rounds, [
      () => chain.round((turn) => chain.proof(turn % chain.attested)),
      () => chain.round((turn) => chain.plain(turn % chain.attested)),
      () => chain.round((turn) => chain.unattested(turn), ASKED_ANEW),
    ]);
    return { measured: growthRatio(a, b), control: growthRatio(control, b) };
  },
};

/** A patient's readings, a minute from one to the next, each in a frame of its own. */
class ProvedChain {
  /** Readings in blocks that everybody has attested. */
  readonly attested = (BLOCKS - 1) * OF_BLOCK;
  readonly #person: Person;
  readonly #careledger: Careledger;
  readonly #asked: Asked;
  readonly #startMs = Math.floor((Date.now() - 12 * HOUR_MS) / HOUR_MS) * HOUR_MS;
  #turn = 0;

  constructor(person: Person, careledger: Careledger) {
    this.#person = person;
    this.#careledger = careledger;
    const { url, token } = person.api.connection;
    this.#asked = { url, headers: { authorization: `Bearer ${token}` } };
  }

  /** Block after block, each sealed and anchored before the next. */
  async fill(): Promise<void> {
    const { api, device, patientId } = this.#person;
    await using session = await DeviceSession.open(device);
    for (let block = 0; block < BLOCKS; block += 1) {
      const answers: Promise<FrameResult>[] = [];
      for (let index = block * OF_BLOCK; index < (block + 1) * OF_BLOCK; index += 1) {
        const t = new Date(this.#timeMs(index)).toISOString();
        const reading = { t, code: LOINC.interstitialGlucose, value: 100 + (index % 20), unit: 'mg/dL' };
        answers.push((await session.enqueue([reading])).answer);
      }
      const other = (await Promise.all(answers)).find(({ status }) => status !== 'stored');
      if (other !== undefined)
        throw new BenchError('MEASURE_INVALID', `A frame was ${other.status}: ${other.code}`);
      await api.flushPatient({ path: { patientId } });
    }
  }

  /** Has every organisation attest every anchor but the last, and makes sure that the proofs hold. */
  async attest(network: RunningNetwork): Promise<void> {
    const { gateway, authorities } = this.#careledger;
    const attestors = [
      new Gateway({ url: gateway.url, token: gateway.tokens.ops }),
      ...Object.values(authorities).map(({ url, tokens }) => new Authority({ url, token: tokens.ops })),
    ];
    using view = new LedgerView(network);
    const roots = await view.trustRoots(attestors.length);
    const txIds = new Set<string>();
    for (let first = 0; first < this.attested; first += OF_BLOCK) {
      const { envelope } = (await this.#prove(first)).answer.transaction;
      const { txId } = readEnvelope(envelope, sha256);
      txIds.add(txId);
      for (const attestor of attestors)
        await attestor.createAttestation({ body: { channel: 'authorities', txId } });
      const { answer } = await this.#prove(first);
      const { ok, steps } = verifyProof(answer, roots, { hash: sha256, verifier: nodeVerifier() });
      if (!ok || answer.transaction.attestations.length !== attestors.length)
        throw new BenchError('MEASURE_INVALID', `A proof does not hold: ${JSON.stringify(steps)}`);
    }
    const { transaction } = (await this.#prove(this.attested)).answer;
    if (transaction.attestations.length !== 1 || txIds.size !== BLOCKS - 1)
      throw new BenchError('MEASURE_INVALID', `${txIds.size} transactions anchor ${BLOCKS} blocks`);
  }

  /**
   * Takes as long as the gateway's limit of requests asks for.
   * @param requests of each turn
   * @returns the 95th percentile, in milliseconds
   */
  async round(read: (turn: number) => Promise<number>, requests = 1): Promise<number> {
    const untilMs = performance.now() + REQUESTS_PER_ROUND * requests * MS_PER_REQUEST;
    const tookMs: number[] = [];
    for (let each = 0; each < REQUESTS_PER_ROUND; each += 1) tookMs.push(await read((this.#turn += STRIDE)));
    await delay(Math.max(0, untilMs - performance.now()));
    return p95(tookMs);
  }

  async proof(index: number): Promise<number> {
    return (await this.#prove(index)).ms;
  }

  /** What the control does. */
  async unattested(turn: number): Promise<number> {
    let tookMs = 0;
    for (let each = 0; each < ASKED_ANEW; each += 1)
      tookMs += await this.proof(this.attested + ((turn + each) % OF_BLOCK));
    return tookMs;
  }

  async plain(index: number): Promise<number> {
    const timeMs = this.#timeMs(index);
    const [from, to] = [timeMs, timeMs + 1].map((ms) => new Date(ms).toISOString());
    const path = `${this.#path}/readings?from=${from}&to=${to}&limit=1`;
    const { ms, answer } = await ask<{ readings: readonly { seq: number }[] }>(this.#asked, path);
    if (answer.readings.length !== 1 || answer.readings[0]?.seq !== index)
      throw new BenchError('MEASURE_INVALID', `${answer.readings.length} readings were found, not one`);
    return ms;
  }

  #prove(index: number) {
    const { deviceId } = this.#person.device.registration;
    return ask<Proof>(this.#asked, `${this.#path}/proofs?deviceId=${deviceId}&seq=${index}`);
  }

  get #path(): string {
    return `/v1/patients/${this.#person.patientId}`;
  }

  #timeMs(index: number): number {
    return this.#startMs + index * MINUTE_MS;
  }
}
