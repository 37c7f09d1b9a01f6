import { CryptoError, fromUtf8, parseJws, readJwsPayload } from '@careledger/crypto/portable';
import type { JsonObject, SignatureVerifier } from '@careledger/crypto/portable';
import { FrameError } from '../errors.js';
import { instantMs, isName, malformed, upMs } from '../frame/fields.js';
import { MAX_HELLO_BYTES, MAX_NONCE_CHARS } from '../limits.js';
import { HELLO_TYP } from './hello.js';
import type { Hello } from './hello.js';

const NONCE = /^[A-Za-z0-9_-]+$/;
/** v, epoch, nonce, sent; without a clock boot and up in place of sent. */
const MEMBERS = 4;
const MEMBERS_BOOT = 5;

/**
 * Reads a hello strictly. Pure; checks no signature ({@link verifyHello}).
 * @throws FrameError `FRAME_TOO_LARGE`, `FRAME_TYPE_WRONG`, `FRAME_VERSION_UNSUPPORTED`, `FRAME_TIME_INVALID`, `FRAME_MALFORMED`
 */
export function parseHello(token: string | Uint8Array): Hello {
  if (token.length > MAX_HELLO_BYTES) {
    throw new FrameError('FRAME_TOO_LARGE', `A hello has at most ${MAX_HELLO_BYTES} bytes`);
  }
  try {
    const jws = parseJws(typeof token === 'string' ? token : fromUtf8(token), { maxBytes: MAX_HELLO_BYTES });
    const { typ, kid } = jws.header;
    if (typ !== HELLO_TYP) {
      throw new FrameError('FRAME_TYPE_WRONG', `A hello's header has typ ${HELLO_TYP}, this one ${typ}`);
    }
    const { signingInput, signature } = jws;
    return { ...readHello(readJwsPayload(jws)), kid, signingInput, signature };
  } catch (cause) {
    if (cause instanceof FrameError || !(cause instanceof CryptoError)) throw cause;
    throw new FrameError('FRAME_MALFORMED', `Not a hello: ${cause.message}`, { cause });
  }
}

/** Whether the hello was signed with `publicKey` (raw 32 bytes), which the caller chose by the hello's `kid`. */
export function verifyHello(hello: Hello, publicKey: Uint8Array, verifier: SignatureVerifier): boolean {
  return verifier.verify(publicKey, hello.signingInput, hello.signature);
}

function readHello(payload: JsonObject): Omit<Hello, 'kid' | 'signingInput' | 'signature'> {
  const { v, epoch, nonce, sent, boot, up } = payload;
  if (v !== 2) throw new FrameError('FRAME_VERSION_UNSUPPORTED', 'v of a hello is 2');
  const isOfBoot = sent === undefined;
  if (Object.keys(payload).length !== (isOfBoot ? MEMBERS_BOOT : MEMBERS)) {
    throw malformed('a hello has exactly v, epoch, nonce, and sent (or boot and up)');
  }
  if (!isName(epoch)) throw malformed('epoch is the text that the gateway gave at pairing');
  if (!isNonce(nonce)) throw malformed('nonce is null, or the text that the gateway gave');
  if (!isOfBoot) return { epoch, nonce, sentMs: instantMs(sent, 'sent'), boot: undefined, up: undefined };
  if (!isName(boot)) throw malformed('boot is 1 to 32 characters of A–Z, a–z, 0–9, _ and -');
  return { epoch, nonce, sentMs: undefined, boot, up: upMs(up, 'up') };
}

function isNonce(nonce: unknown): nonce is string | null {
  return (
    nonce === null || (typeof nonce === 'string' && nonce.length <= MAX_NONCE_CHARS && NONCE.test(nonce))
  );
}
