import { verify, type KeyObject } from 'node:crypto';
import { fromBase64url, okpPublicKey } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { parseFrame, verifyFrame, type Frame } from '@careledger/private-chain';
import { serveWorker } from '../worker/serve.js';
import { BenchError } from '../errors.js';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { readFrames } from './frame-file.js';

interface Signed {
  readonly frame: Frame;
  readonly publicKey: Uint8Array;
}

/** The same as node:crypto takes it. */
interface Bare {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly key: KeyObject;
}

const verifier = sodiumVerifier();
let signed: Signed[] = [];
let bare: Bare[] = [];

const handlers = {
  /** Reads and parses the frames, so that nothing but verifying remains. */
  load({ path, deviceKeys }: { path: string; deviceKeys: readonly string[] }): void {
    const publicKeys = deviceKeys.map((key) => fromBase64url(key));
    const keys = publicKeys.map((publicKey) => okpPublicKey('Ed25519', publicKey));
    signed = [];
    bare = [];
    for (const [index, frames] of readFrames(path).entries()) {
      const [publicKey, key] = [publicKeys[index], keys[index]];
      if (publicKey === undefined || key === undefined)
        throw new RangeError(`There is no key of device ${index}`);
      for (const token of frames) {
        const frame = parseFrame(token);
        signed.push({ frame, publicKey });
        bare.push({ message: frame.signingInput, signature: frame.signature, key });
      }
    }
  },
  /** CPU of verifying `count` frames as the gateway does, microseconds per frame. */
  async round(count: number): Promise<number> {
    const sample = await sampleCpu(() => {
      for (let n = 0; n < count; n++) {
        const { frame, publicKey } = signed[n % signed.length] as Signed;
        if (!verifyFrame(frame, publicKey, verifier)) {
          throw new BenchError('MEASURE_INVALID', 'A frame of the bench does not verify');
        }
      }
      return count;
    });
    return cpuPerOperationUs(sample);
  },
  /** The same by node:crypto alone, keys imported: nothing of ours is called. */
  async bareRound(count: number): Promise<number> {
    const sample = await sampleCpu(() => {
      for (let n = 0; n < count; n++) {
        const { message, key, signature } = bare[n % bare.length] as Bare;
        if (!verify(null, message, key, signature))
          throw new BenchError('MEASURE_INVALID', 'A frame of the bench does not verify by node:crypto');
      }
      return count;
    });
    return cpuPerOperationUs(sample);
  },
};

export type VerifyWorker = typeof handlers;

serveWorker(handlers);
