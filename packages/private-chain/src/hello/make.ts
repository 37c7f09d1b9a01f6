import { signJws } from '@careledger/crypto';
import type { Signer } from '@careledger/crypto';
import { MAX_HELLO_BYTES } from '../limits.js';
import { HELLO_TYP } from './hello.js';
import type { HelloPayload } from './hello.js';
import { parseHello } from './parse.js';

/** Signs a hello with the device's key. @throws FrameError if the payload breaks a rule */
export function makeHello(payload: HelloPayload, signer: Signer): string {
  const token = signJws({ typ: HELLO_TYP, payload, maxBytes: MAX_HELLO_BYTES }, signer);
  parseHello(token);
  return token;
}
