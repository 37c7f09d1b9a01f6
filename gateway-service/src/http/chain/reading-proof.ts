import { fromUtf8 } from '@careledger/crypto';
import { makeProof, parseFrame, type Proof } from '@careledger/private-chain';
import { ProblemError } from '@careledger/service-kit';
import type { GatewayCore } from '../../core.js';
import type { Device } from '../../devices/index.js';
import type { Patient } from '../../patients/index.js';
import type { ProblemCode } from '../../problems.js';
import type { BlockEvidences } from './block-evidence.js';

export interface ProofSources {
  readonly core: Pick<GatewayCore, 'store'>;
  readonly networkId: string;
  readonly evidences: Pick<BlockEvidences, 'of' | 'framesOf'>;
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
export async function makeReadingProof(
  { core, networkId, evidences }: ProofSources,
  proved: ProvedReading,
): Promise<Proof> {
  const { patient, device, readingIndex, seq } = proved;
  const { chainNo, height } = sealedAt(core, proved);
  const place = evidences.framesOf(patient, height)?.find(chainNo, seq);
  const row = place && core.store.read.frame(place.rowId);
  if (place === undefined || row === undefined)
    throw new ProblemError<ProblemCode>('FRAME_NOT_FOUND', `Frame ${seq} is missing from block ${height}`);
  if (row.jws === null) throw new ProblemError<ProblemCode>('FRAME_ERASED', `Frame ${seq} was erased`);
  const jws = fromUtf8(row.jws);
  const { length } = parseFrame(jws).readings;
  if (readingIndex >= length)
    throw new ProblemError<ProblemCode>(
      'READING_NOT_FOUND',
      `Frame ${seq} has ${length} readings, counted from 0`,
    );
  const evidence = await evidences.of(patient, height);
  return makeProof({
    ...{ network: networkId, patientId: patient.patientId, frame: jws, readingIndex },
    ...{ deviceKey: device.publicKey, inclusion: place.inclusion, ...evidence },
  });
}

/** The chain of the device's epoch, and the block in which the frame is sealed. */
function sealedAt(
  core: ProofSources['core'],
  { device, epoch = device.chain.state.epoch, seq }: ProvedReading,
): { readonly chainNo: number; readonly height: number } {
  const { read } = core.store;
  const isPresent = epoch === device.chain.state.epoch;
  const chainNo = isPresent ? device.chain.chainNo : read.chainNoOf(device.deviceId, epoch);
  if (chainNo === undefined)
    throw new ProblemError<ProblemCode>('FRAME_NOT_FOUND', `The device has had no epoch ${epoch}`);
  const height = read.heightOfSeq(chainNo, seq);
  if (height !== undefined) return { chainNo, height };
  const { nextSeq } = isPresent ? device.chain.state : (read.deviceChain(chainNo)?.state ?? { nextSeq: 0 });
  const isKnown = seq < nextSeq;
  throw isKnown
    ? new ProblemError<ProblemCode>('FRAME_NOT_SEALED', `Frame ${seq} is in no sealed block`)
    : new ProblemError<ProblemCode>('FRAME_NOT_FOUND', `The device has sent no frame ${seq}`);
}
