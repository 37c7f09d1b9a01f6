import { checkFrame } from '../device-chain/check-frame.js';
import { newDeviceChain } from '../device-chain/state.js';
import type { DeviceChainState } from '../device-chain/state.js';
import type { BlockGap, FramesBlock } from '../block/block.js';
import type { Verification } from '../block/statement.js';
import { FrameError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import { parseFrame, verifyFrame } from '../frame/parse.js';
import { MAX_FRAME_BYTES } from '../limits.js';
import { merkleHasher } from '../merkle/hasher.js';
import type { MerkleHasher } from '../merkle/hasher.js';
import type { ChainFault, ChainFaultCode } from './report.js';

/** A leaf of a block as the store has it, with its frame unless that is gone. */
export type StoredFrame = { readonly leaf: string; readonly frame: string | Uint8Array | null };

/** A device of the patient, by the key ID in its frames' headers. */
export type KnownDevice = { readonly deviceId: string; readonly publicKey: Uint8Array };
export type FindDevice = (kid: string) => KnownDevice | undefined;

/** What frames are checked with. */
export type FrameVerification = Verification & {
  /** Of leaves within `MAX_FRAME_BYTES`. */
  readonly merkle: MerkleHasher;
  readonly findDevice: FindDevice;
};

/**
 * Follows every device's chain through the blocks: content against leaf, signature, links, gaps.
 * Memory grows with devices, epochs and open gaps, not with frames.
 */
export class FrameCheck {
  readonly #verification: FrameVerification;
  /** Of whatever is stored: text of any letters, and longer than a frame can be. */
  readonly #anyHasher: MerkleHasher;
  readonly #fault: (fault: ChainFault) => void;
  readonly #chains = new Map<string, DeviceChainState>();
  /** Once a frame is gone, its device's counters cannot be told from skipped ones, so gaps are not compared further. */
  #isComplete = true;
  readings = 0;

  constructor(verification: FrameVerification, fault: (fault: ChainFault) => void) {
    this.#verification = verification;
    this.#anyHasher = merkleHasher(verification.hash);
    this.#fault = fault;
  }

  /** Counters that are still open in the devices' chains. */
  get gaps(): number {
    let count = 0;
    for (const { gaps } of this.#chains.values()) for (const { from, to } of gaps) count += to - from + 1;
    return count;
  }

  /** Checks a block's frames. Returns how many are sound and at which indexes the frame is gone. */
  check(block: FramesBlock, stored: readonly StoredFrame[]): { sound: number; gone: number[] } {
    const gaps: BlockGap[] = [];
    const gone: number[] = [];
    let sound = 0;
    for (const [index, { leaf, frame }] of stored.entries()) {
      if (frame === null) {
        gone.push(index);
        this.#isComplete = false;
        continue;
      }
      const fault = this.#checkOne(frame, leaf, index, gaps);
      if (fault === undefined) sound++;
      else
        this.#fault({
          code: fault,
          height: block.height,
          index,
          detail: DETAIL[fault] ?? 'see the frame rules',
        });
    }
    if (this.#isComplete && textOf(gaps) !== textOf(block.body.gaps)) {
      const detail = `frames skip counters at [${textOf(gaps)}], the block says [${textOf(block.body.gaps)}]`;
      this.#fault({ code: 'GAPS_MISMATCH', height: block.height, detail });
    }
    return { sound, gone };
  }

  #checkOne(
    token: string | Uint8Array,
    leaf: string,
    index: number,
    gaps: BlockGap[],
  ): ChainFaultCode | undefined {
    if (this.#leafOf(token) !== leaf) return 'FRAME_TAMPERED';
    let frame: Frame;
    try {
      frame = parseFrame(token);
    } catch (error) {
      if (error instanceof FrameError) return error.code;
      throw error;
    }
    const device = this.#verification.findDevice(frame.kid);
    if (device === undefined) return 'FRAME_DEVICE_UNKNOWN';
    if (!verifyFrame(frame, device.publicKey, this.#verification.verifier)) return 'FRAME_SIGNATURE_INVALID';
    const code = this.#follow({ deviceId: device.deviceId, frame, leaf, index, gaps });
    if (code === undefined) this.readings += frame.readings.length;
    return code;
  }

  /** Undefined for text that has no bytes. */
  #leafOf(token: string | Uint8Array): string | undefined {
    if (typeof token === 'string' && !token.isWellFormed()) return undefined;
    const isFrameLike = typeof token !== 'string' && token.length <= MAX_FRAME_BYTES;
    return (isFrameLike ? this.#verification.merkle : this.#anyHasher).leaf(token);
  }

  #follow({
    deviceId,
    frame,
    leaf,
    index,
    gaps,
  }: {
    readonly deviceId: string;
    readonly frame: Frame;
    readonly leaf: string;
    readonly index: number;
    readonly gaps: BlockGap[];
  }): ChainFaultCode | undefined {
    const name = `${deviceId} ${frame.epoch}`;
    const state = this.#chains.get(name) ?? newDeviceChain(deviceId, frame.epoch, this.#verification.hash);
    // Nothing is looked up: in a chain no counter stands twice, so whatever the state does not expect is a fault.
    const verdict = checkFrame(state, frame, leaf, () => undefined);
    if (verdict.outcome === 'duplicate') return 'FRAME_REPEATED';
    if (verdict.outcome === 'rejected')
      return verdict.code === 'FRAME_GAP_CLOSED' ? 'FRAME_REPEATED' : verdict.code;
    this.#chains.set(name, verdict.nextState);
    if (verdict.gap !== undefined) gaps.push({ index, missing: verdict.gap.to - verdict.gap.from + 1 });
    return undefined;
  }
}

function textOf(gaps: readonly BlockGap[]): string {
  return gaps.map(({ index, missing }) => `${missing} before frame ${index}`).join(', ');
}

const DETAIL: Partial<Record<ChainFaultCode, string>> = {
  FRAME_TAMPERED: 'the stored frame is not the one that was accepted; restore it from a backup',
  FRAME_DEVICE_UNKNOWN: 'its key is not one of the devices given',
  FRAME_SIGNATURE_INVALID: 'its signature is not by the key it names',
  FRAME_PREV_MISMATCH: 'it does not follow the frame before',
  FRAME_SEQ_REUSED: 'another frame with the same counter stands before it',
  FRAME_REPEATED: 'its counter stands in the chain already',
  FRAME_FILLER_MISLINKED: 'it does not fit between its neighbours',
};
