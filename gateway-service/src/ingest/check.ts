import type { SignatureVerifier } from '@careledger/crypto';
import {
  checkFrame,
  nodeMerkleHasher,
  verifyFrame,
  type Frame,
  type FrameVerdict,
} from '@careledger/private-chain';
import type { StoredLeaves } from '../chain/stored-leaves.js';
import type { Device } from '../devices/index.js';
import type { RefusalCode } from './codes.js';
import type { ReadingRules } from './reading-rules.js';

export interface FrameChecks {
  readonly verifier: SignatureVerifier;
  readonly rules: ReadingRules;
  readonly leaves: StoredLeaves;
}

/** A frame as it came, and what it says. */
interface ParsedFrame {
  readonly device: Device;
  readonly frame: Frame;
  readonly bytes: Uint8Array;
  /** Whether it is signed by the device's key as it is now, if that is known; undefined: it is still to be verified. */
  readonly isSigned: boolean | undefined;
}

export type CheckedFrame =
  | {
      readonly outcome: 'accepted';
      readonly leaf: string;
      readonly verdict: FrameVerdict & { outcome: 'accepted' };
    }
  | { readonly outcome: 'duplicate'; readonly height?: number }
  | { readonly outcome: 'rejected'; readonly code: RefusalCode; readonly detail?: string };

/**
 * Everything that a parsed frame must pass, in the order in which it is cheapest to fail and tells a stranger least:
 * the device, its signature, its position in the device's chain, its readings. Changes nothing.
 */
export function checkQueuedFrame(
  { device, frame, bytes, isSigned }: ParsedFrame,
  { verifier, rules, leaves }: FrameChecks,
): CheckedFrame {
  if (device.status === 'suspended') return rejected('DEVICE_SUSPENDED');
  if (device.status === 'revoked') return rejected('DEVICE_REVOKED');
  const isOwn = frame.kid === device.kid && (isSigned ?? verifyFrame(frame, device.publicKey, verifier));
  if (!isOwn) return rejected('FRAME_SIGNATURE_INVALID');
  const { chain } = device;
  const leaf = nodeMerkleHasher.leaf(bytes);
  const verdict = checkFrame(chain.state, frame, leaf, (seq) => leaves.find(chain, seq));
  if (verdict.outcome !== 'accepted') return verdict;
  for (let index = 0; index < frame.readings.length; index++) {
    const reading = frame.readings[index];
    if (reading === undefined) break;
    if (!device.codes.has(reading.code)) {
      const code = rules.isKnownCode(reading.code) ? 'CODE_NOT_IN_PROFILE' : 'UNKNOWN_CODE';
      const expected = `one of those that the device registered for: ${[...device.codes].join(', ')}`;
      return rejected(code, `readings[${index}].code is ${reading.code}, not ${expected}`);
    }
    const refusal = rules.refusal(reading);
    if (refusal !== null) return rejected(refusal.code, `readings[${index}].${refusal.detail}`);
  }
  return { outcome: 'accepted', leaf, verdict };
}

function rejected(code: RefusalCode, detail?: string): CheckedFrame {
  return { outcome: 'rejected', code, ...(detail !== undefined && { detail }) };
}
