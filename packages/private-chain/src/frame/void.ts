import { isJsonObject } from '@careledger/crypto/portable';
import { isBytes32 } from '../hash-text.js';
import { malformed } from './fields.js';
import type { Frame, VoidedFrame } from './frame.js';

/** A code as results carry it. */
const REASON = /^[A-Z][A-Z0-9_]{0,63}$/;
const MEMBERS = 2;

/** Checks the `void` of a frame without readings. @throws FrameError `FRAME_MALFORMED` */
export function readVoid(value: unknown): VoidedFrame {
  if (!isJsonObject(value) || Object.keys(value).length !== MEMBERS) {
    throw malformed('void has exactly leaf and reason');
  }
  const { leaf, reason } = value;
  if (!isBytes32(leaf)) throw malformed('void.leaf is the refused frame’s SHA-256 in base64url');
  if (typeof reason !== 'string' || !REASON.test(reason)) {
    throw malformed('void.reason is the code of the refusal, e.g. WRONG_UNIT');
  }
  return { leaf, reason };
}

/**
 * What the frame after this one names as its `prev`: its leaf, or for a void frame the leaf of the frame in whose place
 * it stands, since the frames behind that one were signed before.
 */
export function linkOf({ void: voided }: Pick<Frame, 'void'>, leaf: string): string {
  return voided?.leaf ?? leaf;
}
