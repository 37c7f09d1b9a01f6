import { records } from '@careledger/contracts';
import { fromUtf8, sha256 } from '@careledger/crypto';
import { LedgerError, attestTransaction, type Attestor, type LedgerChannel } from '@careledger/ledger';
import { makeProof, parseFrame, readEnvelope, type Proof } from '@careledger/private-chain';
import { ProblemError } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { GatewayCore } from '../../core.js';
import type { Device } from '../../devices/index.js';
import type { LedgerLink } from '../../ledger-access/ledger-link.js';
import type { Patient } from '../../patients/index.js';
import type { ProblemCode } from '../../problems.js';
import { anchorsOf } from './anchors.js';

export interface ProofSources {
  readonly core: Pick<GatewayCore, 'chain' | 'devices' | 'patients' | 'store'>;
  readonly ledger: Pick<LedgerLink, 'channel'>;
  readonly attestor: Attestor;
}

export interface ProvedReading {
  readonly patient: Patient;
  readonly device: Device;
  /** The device's present one if undefined. */
  readonly epoch?: string | undefined;
  /** Counter of the frame in its epoch. */
  readonly seq: number;
  readonly readingIndex: number;
}

/**
 * One reading's whole proof: frame, its position in its block, the blocks up to an anchored head, the transaction that
 * anchored it and what attestors say of that. This organisation attests it itself if it has not yet.
 * @throws ProblemError FRAME_NOT_FOUND, READING_NOT_FOUND, FRAME_NOT_SEALED, FRAME_NOT_ANCHORED, FRAME_ERASED; LedgerError
 */
export async function makeReadingProof(sources: ProofSources, proved: ProvedReading): Promise<Proof> {
  const { core, ledger, attestor } = sources;
  const { patient, device, readingIndex } = proved;
  const frame = findFrame(core, proved);
  const jws = fromUtf8(frame.jws);
  const { length } = parseFrame(jws).readings;
  if (readingIndex >= length)
    throw new ProblemError<ProblemCode>(
      'READING_NOT_FOUND',
      `Frame ${proved.seq} has ${length} readings, counted from 0`,
    );
  const { block, inclusion } = core.chain.prove(frame.rowId);
  const anchors = await anchorsOf(ledger, patient.patientId);
  const anchor = anchors.find(({ height }) => height >= block.height);
  if (anchor === undefined)
    throw new ProblemError<ProblemCode>('FRAME_NOT_ANCHORED', `No anchor covers block ${block.height} yet`);
  const channel = ledger.channel('authorities');
  const { transaction } = await channel.findTransaction(anchor.txId);
  return makeProof({
    network: attestor.networkId,
    patientId: patient.patientId,
    frame: jws,
    readingIndex,
    deviceKey: device.publicKey,
    inclusion,
    keyBlocks: core.chain.keyBlocksBelow(patient.patientNo, block.height),
    blocks: core.chain
      .blocksFrom(patient.patientNo, block.height, anchor.height - block.height + 1)
      .map((sealed) => sealed.block),
    anchor: anchorStatement(transaction.envelope, patient.patientId),
    envelope: transaction.envelope,
    attestations: await attestationsOf(attestor, channel, anchor.txId),
  });
}

function findFrame(
  core: ProofSources['core'],
  { patient, device, epoch = device.chain.state.epoch, seq }: ProvedReading,
): { readonly rowId: number; readonly jws: Uint8Array } {
  const { read } = core.store;
  const isPresent = epoch === device.chain.state.epoch;
  const chainNo = isPresent ? device.chain.chainNo : read.chainNoOf(device.deviceId, epoch);
  if (chainNo === undefined)
    throw new ProblemError<ProblemCode>('FRAME_NOT_FOUND', `The device has had no epoch ${epoch}`);
  const height = read.heightOfSeq(chainNo, seq);
  if (height === undefined) {
    const { nextSeq } = isPresent ? device.chain.state : (read.deviceChain(chainNo)?.state ?? { nextSeq: 0 });
    const isKnown = seq < nextSeq;
    throw isKnown
      ? new ProblemError<ProblemCode>('FRAME_NOT_SEALED', `Frame ${seq} is in no sealed block`)
      : new ProblemError<ProblemCode>('FRAME_NOT_FOUND', `The device has sent no frame ${seq}`);
  }
  const row = core.chain
    .framesOf(patient.patientNo, height)
    .find((candidate) => candidate.chainNo === chainNo && candidate.seq === seq);
  if (row === undefined)
    throw new ProblemError<ProblemCode>('FRAME_NOT_FOUND', `Frame ${seq} is missing from block ${height}`);
  if (row.jws === null) throw new ProblemError<ProblemCode>('FRAME_ERASED', `Frame ${seq} was erased`);
  return { rowId: row.rowId, jws: row.jws };
}

/** The patient's statement among those that the transaction carried. */
function anchorStatement(envelope: Uint8Array, patientId: string): string {
  const { items } = JSON.parse(readEnvelope(envelope, sha256).args[1] ?? '{"items":[]}') as {
    items: string[];
  };
  const own = items.find((token) => readStatement(token).payload.iss === patientId);
  if (own === undefined) throw new Error('The anchoring transaction does not carry the patient’s statement');
  return own;
}

async function attestationsOf(attestor: Attestor, channel: LedgerChannel, txId: string): Promise<string[]> {
  const args = { channel: 'authorities' as const, txId };
  const { attestations } = await channel.evaluate(records, 'GetAttestations', args);
  const statements = attestations.map(({ statement }) => statement);
  if (attestations.some(({ mspId }) => mspId === attestor.mspId)) return statements;
  try {
    return [...statements, await attestTransaction(channel, txId, attestor)];
  } catch (error) {
    // This organisation's attestor is not registered: others' word may suffice.
    if (error instanceof LedgerError && error.code === 'CHAINCODE_REFUSED') return statements;
    throw error;
  }
}
