import { serveWorker } from '../worker/serve.js';

let held: Buffer | undefined;

const handlers = {
  /** Holds that much memory, written to, so that it is really there. Returns its length. */
  hold(bytes: number): number {
    held = Buffer.alloc(bytes, 1);
    return held.length;
  },
};

export type BallastWorker = typeof handlers;

serveWorker(handlers);
