import { workerData } from 'node:worker_threads';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { SlotMemory } from './slot-memory.js';
import { SlotVerifier } from './slot-verifier.js';

/** A thread that does nothing but verify, until it is terminated. */
new SlotVerifier(new SlotMemory(workerData as SharedArrayBuffer), sodiumVerifier()).run();
