import { parentPort, workerData } from 'node:worker_threads';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { BatchMemory } from './batch-memory.js';

/** A thread that does nothing but verify, batch after batch, until it is terminated. */
const batches = (workerData as readonly SharedArrayBuffer[]).map((shared) => new BatchMemory(shared));
const verifier = sodiumVerifier();

// Ready.
parentPort?.postMessage(null);
for (;;) {
  for (const batch of batches) {
    batch.answer(({ publicKey, message, signature }) => verifier.verify(publicKey, message, signature));
    // The state says it all; this wakes a thread that waits.
    parentPort?.postMessage(null);
  }
}
