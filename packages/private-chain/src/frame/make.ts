import { signJws } from '@careledger/crypto';
import type { Signer } from '@careledger/crypto';
import { MAX_FRAME_BYTES } from '../limits.js';
import { FRAME_TYP } from './frame.js';
import type { FramePayload } from './frame.js';
import { parseFrame } from './parse.js';

/**
 * Signs a frame with the device's key. What comes out is what `parseFrame` accepts.
 * @throws FrameError if the payload breaks a rule, CryptoError `JWS_TOO_LARGE` if it does not fit into a frame
 */
export function makeFrame(payload: FramePayload, signer: Signer): string {
  const token = signJws({ typ: FRAME_TYP, payload, maxBytes: MAX_FRAME_BYTES }, signer);
  parseFrame(token);
  return token;
}
