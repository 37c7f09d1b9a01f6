import { fromUtf8, generateEd25519 } from '@careledger/crypto';
import { LedgerError, type LedgerChannel } from '@careledger/ledger';
import { type Proof } from '@careledger/private-chain';
import { txIdOf, writeEnvelope } from '@careledger/private-chain/testing';
import { makeStatement } from '@careledger/statements';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SimulatedDevice } from '../../../testing/simulated-device.js';
import { TestCore } from '../../../testing/test-core.js';
import type { Patient } from '../../patients/index.js';
import { BlockEvidences } from './block-evidence.js';
import { makeReadingProof } from './reading-proof.js';

const NETWORK = 'devnet';
const MINUTE_MS = 60_000;

/** What the own peer has of a patient's anchors, and of what attestors say. */
class AnchoringLedger {
  readonly attestors = ['PatientsMSP', 'HospitalMSP'];
  readonly attested = ['PatientsMSP'];
  /** Of the anchored blocks, by height. */
  readonly heights: number[] = [];
  readonly asked: string[] = [];
  isAway = false;

  constructor(readonly patientId: string) {}

  channel(): LedgerChannel {
    const evaluate = async (_: object, name: string) => {
      this.#ask(name);
      if (name === 'ListAttestors') return { attestors: this.attestors.map((mspId) => ({ mspId })) };
      if (name === 'GetAttestations')
        return { attestations: this.attested.map((mspId) => ({ mspId, statement: `${mspId}.b.c` })) };
      return { rows: this.heights.map((height) => ({ height, txId: this.#txIdOf(height) })), bookmark: '' };
    };
    const findTransaction = async (txId: string) => {
      this.#ask('findTransaction');
      const height = this.heights.find((each) => this.#txIdOf(each) === txId) ?? 0;
      return { transaction: { envelope: writeEnvelope(this.#partsOf(height)) } };
    };
    return { name: 'authorities', evaluate, findTransaction } as unknown as LedgerChannel;
  }

  #ask(name: string): void {
    if (this.isAway) throw new LedgerError('UNAVAILABLE', 'authorities is away');
    this.asked.push(name);
  }

  #txIdOf(height: number): string {
    return txIdOf(this.#partsOf(height));
  }

  #partsOf(height: number) {
    const statement = makeStatement(
      {
        ...{ typ: 'careledger.anchor+jws', iss: this.patientId, aud: NETWORK, channels: ['authorities'] },
        ...{ sid: 'A'.repeat(22), iat: 0, body: { height } },
      },
      signer,
    );
    return {
      ...{ channel: 'authorities', chaincode: 'records' },
      args: ['AnchorHeads', JSON.stringify({ items: [statement] })],
      response: { status: 200, payload: '{"items":[]}' },
      ...{ creator: Buffer.from('creator'), nonce: Buffer.alloc(24, height) },
    };
  }
}

const { signer } = generateEd25519();
let t: TestCore;
let patient: Patient;
let device: SimulatedDevice;
let ledger: AnchoringLedger;
let evidences: BlockEvidences;
beforeEach(async () => {
  t = await TestCore.open();
  patient = await t.patient();
  device = t.pair(patient);
  ledger = new AnchoringLedger(patient.patientId);
  const attestor = { networkId: NETWORK, mspId: 'PatientsMSP', signer };
  evidences = new BlockEvidences({ core: t.core, ledger, attestor, clock: () => t.nowMs });
});
afterEach(() => t[Symbol.asyncDispose]());

/** Frames in a block of their own, which is anchored or not. */
async function sealed(count: number, isAnchored = true): Promise<void> {
  for (let each = 0; each < count; each += 1) await t.next(device);
  await t.core.sealNow(patient.patientId);
  const { height } = t.core.patients.get(patient.patientId).chain.durableHead;
  if (isAnchored) ledger.heights.push(height);
}
const prove = (seq: number, readingIndex = 0): Promise<Proof> =>
  makeReadingProof(
    { core: t.core, networkId: NETWORK, evidences },
    { patient, device: t.core.devices.get(device.deviceId), seq, readingIndex },
  );

test('what all of a block’s proofs have in common is asked for once, when every attestor has said its word', async () => {
  await sealed(5);
  ledger.attested.push('HospitalMSP');
  const first = await prove(0);
  expect(ledger.asked.sort()).toEqual(['GetAttestations', 'ListAnchors', 'ListAttestors', 'findTransaction']);
  ledger.isAway = true;
  const others = await Promise.all([1, 2, 3, 4].map((seq) => prove(seq)));
  for (const [index, other] of others.entries()) {
    const { reading, frame, ...common } = first;
    expect(other).toMatchObject(common);
    expect(other.frame.jws).not.toBe(frame.jws);
    expect(other.frame.inclusion).toMatchObject({ index: index + 1, size: 5 });
    expect(other.reading).toMatchObject({ code: reading.code });
  }
  expect(await prove(0)).toEqual(first);
});

test('until then attestations are asked for each time, and nothing else: a later word is in the next proof', async () => {
  await sealed(2);
  expect((await prove(0)).transaction.attestations).toEqual(['PatientsMSP.b.c']);
  ledger.asked.length = 0;
  expect((await prove(1)).transaction.attestations).toEqual(['PatientsMSP.b.c']);
  expect(ledger.asked.sort()).toEqual(['GetAttestations', 'ListAttestors']);
  ledger.attested.push('HospitalMSP');
  expect((await prove(1)).transaction.attestations).toEqual(['PatientsMSP.b.c', 'HospitalMSP.b.c']);
  ledger.asked.length = 0;
  await prove(0);
  expect(ledger.asked).toEqual([]);
});

test('an organisation that begins to attest is in the proofs of 10 min later', async () => {
  await sealed(1);
  ledger.attested.push('HospitalMSP');
  await prove(0);
  ledger.attestors.push('LabMSP');
  ledger.attested.push('LabMSP');
  t.nowMs += 10 * MINUTE_MS - 1;
  expect((await prove(0)).transaction.attestations).toHaveLength(2);
  t.nowMs += 1;
  expect((await prove(0)).transaction.attestations).toHaveLength(3);
});

test('another block has another evidence: up to the first anchor that covers it', async () => {
  ledger.attested.push('HospitalMSP');
  for (const isAnchored of [true, false, true]) await sealed(2, isAnchored);
  const heights = async (seq: number) => (await prove(seq)).blocks.map(({ height }) => height);
  for (let turn = 0; turn < 2; turn += 1)
    expect([await heights(0), await heights(2), await heights(4)]).toEqual([[1], [2, 3], [3]]);
  const [one, two] = [await prove(0), await prove(4)];
  expect(one.transaction).not.toEqual(two.transaction);
});

test('of what frames say nothing is kept: what is erased, open or not there is not proved', async () => {
  ledger.attested.push('HospitalMSP');
  await sealed(3);
  await prove(0);
  await expect(prove(0, 1)).rejects.toMatchObject({ code: 'READING_NOT_FOUND' });
  await t.next(device);
  await expect(prove(3)).rejects.toMatchObject({ code: 'FRAME_NOT_SEALED' });
  await expect(prove(4)).rejects.toMatchObject({ code: 'FRAME_NOT_FOUND' });
  await sealed(0, false);
  await expect(prove(3)).rejects.toMatchObject({ code: 'FRAME_NOT_ANCHORED' });
  const { chainNo } = t.core.devices.get(device.deviceId).chain;
  const rowId = evidences.framesOf(patient, 1)?.find(chainNo, 0)?.rowId ?? 0;
  expect(fromUtf8(t.core.store.read.frame(rowId)?.jws ?? new Uint8Array())).toContain('.');
  await t.core.eraseFrames(patient.patientId, { rowIds: [rowId], reason: 'retention', statement: null });
  await expect(prove(0)).rejects.toMatchObject({ code: 'FRAME_ERASED' });
  expect((await prove(1)).frame.inclusion.index).toBe(1);
});
