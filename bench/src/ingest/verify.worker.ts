import { fromBase64url } from '@careledger/crypto';
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

const verifier = sodiumVerifier();
let signed: Signed[] = [];

const handlers = {
  /** Reads and parses the frames, so that nothing but verifying remains. */
  load({ path, deviceKeys }: { path: string; deviceKeys: readonly string[] }): void {
    const publicKeys = deviceKeys.map((key) => fromBase64url(key));
    signed = readFrames(path).flatMap((frames, index) => {
      const publicKey = publicKeys[index];
      if (publicKey === undefined) throw new RangeError(`There is no key of device ${index}`);
      return frames.map((frame) => ({ frame: parseFrame(frame), publicKey }));
    });
  },
  /** CPU of verifying `count` frames, microseconds per frame. */
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
};

export type VerifyWorker = typeof handlers;

serveWorker(handlers);
