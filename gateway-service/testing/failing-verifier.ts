import { workerData } from 'node:worker_threads';
import { nodeVerifier } from '@careledger/crypto';
import { SlotMemory } from '../src/ingest/signatures/slot-memory.js';
import { SlotVerifier } from '../src/ingest/signatures/slot-verifier.js';

/** What a thread that fails verifies before. */
export const VERIFIED_BEFORE = 20;

/** In a verify thread: verifies so many signatures, then fails in the middle of the next. */
export function verifyAndFail(fail: () => never): never {
  const verifier = nodeVerifier();
  let verified = 0;
  const verify: typeof verifier.verify = (publicKey, message, signature) =>
    verified++ < VERIFIED_BEFORE ? verifier.verify(publicKey, message, signature) : fail();
  return new SlotVerifier(new SlotMemory(workerData as SharedArrayBuffer), { verify }).run();
}
