import { timestampOf } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import type { Proof } from '@careledger/private-chain';
import { ProblemError, fromCursor, pageOfRows } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { AnchorStore } from '../../delivery/anchor-store.js';
import { anchorsOf } from './anchors.js';
import { makeReadingProof, type ProofSources } from './reading-proof.js';
import type { BlocksPage, BlocksQuery, ChainView, ProofQuery, VerificationView } from './schemas.js';

export interface ChainServiceOptions extends ProofSources {
  readonly anchors: Pick<AnchorStore, 'get'>;
}

/** A patient's private chain: what it holds, what of it is anchored, and proofs. */
export class ChainService {
  readonly #options: ChainServiceOptions;

  constructor(options: ChainServiceOptions) {
    this.#options = options;
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

  /** Against its raw frames and the anchors on the ledger. */
  async verify(wantedPatientId: string): Promise<VerificationView> {
    const { core, ledger } = this.#options;
    const { patientNo, patientId } = core.patients.get(wantedPatientId);
    const anchors = await onLedger(() => anchorsOf(ledger, patientId));
    const report = await core.chain.verify(patientNo, anchors);
    return { report, anchorsOnLedger: anchors.length };
  }

  async prove(patientId: string, { deviceId, epoch, seq, reading }: ProofQuery): Promise<Proof> {
    const { core } = this.#options;
    const patient = core.patients.get(patientId);
    const device = core.devices.get(deviceId);
    if (device.patientId !== patient.patientId)
      throw new ProblemError<'NOT_FOUND'>('NOT_FOUND', 'This patient has no such device');
    const proved = { patient, device, epoch, seq, readingIndex: reading };
    return onLedger(() => makeReadingProof(this.#options, proved));
  }
}
