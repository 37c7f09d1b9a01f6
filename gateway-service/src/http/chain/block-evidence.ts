import { accessControl, records } from '@careledger/contracts';
import { LruMap, sha256 } from '@careledger/crypto';
import { LedgerError, attestTransaction, type Attestor, type LedgerChannel } from '@careledger/ledger';
import { readEnvelope, type Block } from '@careledger/private-chain';
import { ProblemError } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { SealedFrames } from '../../chain/index.js';
import type { GatewayCore } from '../../core.js';
import type { LedgerLink } from '../../ledger-access/ledger-link.js';
import type { Patient } from '../../patients/index.js';
import type { ProblemCode } from '../../problems.js';
import { anchorsOf } from './anchors.js';

/** Blocks of which it is kept, and how large the envelope may be for that: 32 MiB in all. */
const KEPT_BLOCKS_MAX = 128;
const KEPT_ENVELOPE_MAX_BYTES = 256 * 1024;
/** An organisation may begin to attest: then it is asked for again, after this at the latest. */
const KEPT_MAX_MS = 10 * 60_000;

/** What the proofs of all frames of a block have in common; of what frames say, nothing. */
export interface BlockEvidence {
  /** The genesis and every re-key below the block. */
  readonly keyBlocks: readonly Block[];
  /** The block, up to the anchored one. */
  readonly blocks: readonly Block[];
  /** The patient's statement, and the transaction that carried it. */
  readonly anchor: string;
  readonly envelope: Uint8Array;
  /** What attestors say of that. */
  readonly attestations: readonly string[];
}

interface KeptEvidence extends BlockEvidence {
  readonly txId: string;
  /** By the gateway's clock. */
  readonly askedMs: number;
  /** Whether every organisation that attests has attested: nothing is to come. */
  readonly isWhole: boolean;
}

type Attested = Pick<KeptEvidence, 'attestations' | 'askedMs' | 'isWhole'>;

export interface BlockEvidencesOptions {
  readonly core: Pick<GatewayCore, 'chain'>;
  readonly ledger: Pick<LedgerLink, 'channel'>;
  readonly attestor: Attestor;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/**
 * The evidence of blocks, some of it kept: a sealed block, and what the ledger has of it, changes no more. The ledger is asked for
 * the attestations until every organisation that attests has said its word.
 */
export class BlockEvidences {
  readonly #options: BlockEvidencesOptions;
  readonly #clock: () => number;
  /** By `patientNo height`. */
  readonly #kept = new LruMap<string, KeptEvidence>(KEPT_BLOCKS_MAX);
  readonly #frames = new LruMap<string, SealedFrames>(KEPT_BLOCKS_MAX);

  constructor(options: BlockEvidencesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Where the frames of a block lie; undefined where none is sealed at that height. */
  framesOf({ patientNo }: Patient, height: number): SealedFrames | undefined {
    const name = `${patientNo} ${height}`;
    const frames = this.#frames.get(name) ?? this.#options.core.chain.sealedFrames(patientNo, height);
    if (frames !== undefined) this.#frames.set(name, frames);
    return frames;
  }

  /** This organisation attests it itself if it has not yet. @throws ProblemError FRAME_NOT_ANCHORED; LedgerError */
  async of(patient: Patient, height: number): Promise<BlockEvidence> {
    const name = `${patient.patientNo} ${height}`;
    const kept = this.#kept.get(name);
    if (kept?.isWhole === true && this.#clock() - kept.askedMs < KEPT_MAX_MS) return kept;
    const evidence =
      kept === undefined
        ? await this.#made(patient, height)
        : { ...kept, ...(await this.#attested(kept.txId)) };
    if (evidence.envelope.length <= KEPT_ENVELOPE_MAX_BYTES) this.#kept.set(name, evidence);
    return evidence;
  }

  async #made({ patientId, patientNo }: Patient, height: number): Promise<KeptEvidence> {
    const { core, ledger } = this.#options;
    const anchors = await anchorsOf(ledger, patientId);
    const anchor = anchors.find((each) => each.height >= height);
    if (anchor === undefined)
      throw new ProblemError<ProblemCode>('FRAME_NOT_ANCHORED', `No anchor covers block ${height} yet`);
    const { txId } = anchor;
    const { transaction } = await ledger.channel('authorities').findTransaction(txId);
    const { envelope } = transaction;
    return {
      keyBlocks: core.chain.keyBlocksBelow(patientNo, height),
      blocks: core.chain.blocksFrom(patientNo, height, anchor.height - height + 1).map(({ block }) => block),
      ...{ txId, anchor: anchorStatement(envelope, patientId), envelope },
      ...(await this.#attested(txId)),
    };
  }

  async #attested(txId: string): Promise<Attested> {
    const { attestor, ledger } = this.#options;
    const channel = ledger.channel('authorities');
    const askedMs = this.#clock();
    const [{ attestations }, { attestors }] = await Promise.all([
      channel.evaluate(records, 'GetAttestations', { channel: 'authorities', txId }),
      channel.evaluate(accessControl, 'ListAttestors', {}),
    ]);
    const statements = attestations.map(({ statement }) => statement);
    const said = new Set(attestations.map(({ mspId }) => mspId));
    if (!said.has(attestor.mspId)) {
      const own = await ownAttestation(attestor, channel, txId);
      if (own !== undefined) {
        statements.push(own);
        said.add(attestor.mspId);
      }
    }
    const isWhole = attestors.length > 0 && attestors.every(({ mspId }) => said.has(mspId));
    return { attestations: statements, askedMs, isWhole };
  }
}

/** Undefined where this organisation's attestor is not registered: others' word may suffice. */
async function ownAttestation(
  attestor: Attestor,
  channel: LedgerChannel,
  txId: string,
): Promise<string | undefined> {
  try {
    return await attestTransaction(channel, txId, attestor);
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'CHAINCODE_REFUSED') return undefined;
    throw error;
  }
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
