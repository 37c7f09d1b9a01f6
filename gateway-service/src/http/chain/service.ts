import { timestampOf } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import type { Proof } from '@careledger/private-chain';
import { ProblemError, fromCursor, pageOfRows } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { AnchorStore } from '../../delivery/anchor-store.js';
import type { GatewayCore } from '../../core.js';
import { anchorsOf } from './anchors.js';
import { BlockEvidences, type BlockEvidencesOptions } from './block-evidence.js';
import { makeReadingProof } from './reading-proof.js';
import { rawFrames } from './raw-frames.js';
import type {
  BlocksPage,
  BlocksQuery,
  ChainView,
  FramesPage,
  FramesQuery,
  ProofQuery,
  VerificationView,
} from './schemas.js';

export interface ChainServiceOptions extends Omit<BlockEvidencesOptions, 'core'> {
  readonly core: Pick<GatewayCore, 'chain' | 'devices' | 'patients' | 'store'>;
  readonly anchors: Pick<AnchorStore, 'get'>;
}

/** A patient's private chain: what it holds, what of it is anchored, and proofs. */
export class ChainService {
  readonly #options: ChainServiceOptions;
  readonly #evidences: BlockEvidences;

  constructor(options: ChainServiceOptions) {
    this.#options = options;
    this.#evidences = new BlockEvidences(options);
  }

  head(patientId: string): ChainView {
    const { core, anchors } = this.#options;
    const { patientNo, chain } = core.patients.get(patientId);
    const { anchored, anchoredMs, fault } = anchors.get(patientNo);
    return {
      head: { ...chain.durableHead },
      blocks: chain.durableHead.height + 1,
      openFrames: chain.open?.frames.length ?? 0,
      anchored,
      ...(anchoredMs !== null && { anchoredAt: timestampOf(anchoredMs) }),
      ...(fault !== null && { fault }),
    };
  }

  blocks(patientId: string, { cursor, from, limit }: BlocksQuery): BlocksPage {
    const { core } = this.#options;
    const { patientNo } = core.patients.get(patientId);
    const first = cursor === undefined ? from : fromCursor(cursor, Type.Integer({ minimum: 0 })) + 1;
    const rows = core.chain.blocksFrom(patientNo, first, limit + 1);
    const { rows: blocks, next } = pageOfRows(rows, limit, ({ block }) => block.height);
    return { blocks: [...blocks], next };
  }

  frames(patientId: string, query: FramesQuery): FramesPage {
    const { core } = this.#options;
    return rawFrames(core, core.patients.get(patientId).chain, query);
  }

  /**
   * Against its raw frames and the anchors on the ledger.
   * @param onProgress how many blocks have been met, of how many that the chain had at the beginning
   */
  async verify(
    wantedPatientId: string,
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<VerificationView> {
    const { core, ledger } = this.#options;
    const { patientNo, patientId, chain } = core.patients.get(wantedPatientId);
    const total = chain.durableHead.height + 1;
    const anchors = await onLedger(() => anchorsOf(ledger, patientId));
    const report = await core.chain.verify(patientNo, anchors, (height) =>
      onProgress(Math.min(height + 1, total), total),
    );
    return { report, anchorsOnLedger: anchors.length };
  }

  async prove(patientId: string, { deviceId, epoch, seq, reading }: ProofQuery): Promise<Proof> {
    const { core, attestor } = this.#options;
    const patient = core.patients.get(patientId);
    const device = core.devices.get(deviceId);
    if (device.patientId !== patient.patientId)
      throw new ProblemError<'NOT_FOUND'>('NOT_FOUND', 'This patient has no such device');
    const proved = { patient, device, epoch, seq, readingIndex: reading };
    const { networkId } = attestor;
    return onLedger(() => makeReadingProof({ core, networkId, evidences: this.#evidences }, proved));
  }
}
