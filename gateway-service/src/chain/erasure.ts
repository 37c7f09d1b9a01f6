import { sha256, type SignatureVerifier } from '@careledger/crypto';
import {
  MAX_ERASED_PER_BLOCK,
  STATEMENT_TYP,
  readStatement,
  type ChainState,
  type ErasedFrame,
  type ErasureBody,
} from '@careledger/private-chain';
import type { StoreReader } from '../store/index.js';
import { ChainAccessError } from './errors.js';
import type { PendingBlock } from './seal.js';
import { leafOfRow } from './stored-leaves.js';

/** Frames to be deleted, and why. */
export interface Erasure {
  /** Of one patient, sealed; at most `MAX_ERASED_PER_BLOCK`. */
  readonly rowIds: readonly number[];
  readonly reason: ErasureBody['reason'];
  /** The patient's `careledger.erase+jws` for `patient-request`; null for `retention`. */
  readonly statement: string | null;
}

/** Whose frames they are: a `PatientChain`. */
interface ErasedChain {
  readonly patientNo: number;
  readonly state: ChainState;
}

/** What an erasure block says, and the rows that go with it. */
export interface PlannedErasure {
  readonly body: ErasureBody;
  readonly erased: NonNullable<PendingBlock['erased']>;
}

/**
 * Finds the positions of the frames in the patient's chain. Changes nothing.
 * @throws ChainAccessError `FRAME_NOT_FOUND`, `FRAME_NOT_SEALED`, `ERASURE_UNPROVEN`; RangeError for too many or none
 */
export function planErasure(
  { patientNo, state }: ErasedChain,
  { rowIds, reason, statement }: Erasure,
  { read, verifier }: { readonly read: StoreReader; readonly verifier: SignatureVerifier },
): PlannedErasure {
  if (rowIds.length === 0 || rowIds.length > MAX_ERASED_PER_BLOCK) {
    throw new RangeError(`Erase 1 to ${MAX_ERASED_PER_BLOCK} frames at a time`);
  }
  assertAsked(state, reason, statement, verifier);
  const erased: ErasedFrame[] = [];
  const rows = rowIds.map((rowId) => {
    const frame = read.frame(rowId);
    if (frame?.jws == null || read.deviceChain(frame.chainNo)?.patientNo !== patientNo) {
      throw new ChainAccessError(
        'FRAME_NOT_FOUND',
        `The patient has no frame ${rowId}, or it is erased already`,
      );
    }
    const index = read.framesOfBlock(patientNo, frame.height)?.rows.indexOf(rowId);
    if (index === undefined)
      throw new ChainAccessError('FRAME_NOT_SEALED', `Seal frame ${rowId} before it is erased`);
    const leaf = leafOfRow(frame);
    erased.push({ height: frame.height, index, leaf });
    return { rowId, leaf };
  });
  return { body: { reason, erased, statement }, erased: rows };
}

function assertAsked(
  { patientId, network, consentKey }: ChainState,
  reason: ErasureBody['reason'],
  statement: string | null,
  verifier: SignatureVerifier,
): void {
  if (reason === 'retention' && statement === null) return;
  const expected = { typ: STATEMENT_TYP.erasure, issuer: patientId, network, key: consentKey };
  const read = readStatement(statement ?? '', expected, { hash: sha256, verifier });
  if (reason === 'retention' || 'fault' in read) {
    const fault = 'fault' in read ? read.fault : 'retention needs none';
    throw new ChainAccessError('ERASURE_UNPROVEN', `The statement for this erasure is refused: ${fault}`);
  }
}
