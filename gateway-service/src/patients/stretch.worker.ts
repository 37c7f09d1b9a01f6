import { scryptSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { ScryptRequest } from '@careledger/crypto/key-store';

/** A thread that stretches one passphrase and ends. Synchronously: libuv's pool, where disks are synced, sees none of it. */
const { passphrase, salt, keyBytes, ...cost } = workerData as ScryptRequest;
parentPort?.postMessage(new Uint8Array(scryptSync(passphrase, salt, keyBytes, cost)));
