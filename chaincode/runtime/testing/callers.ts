import type { Caller } from '../src/caller/caller.js';

const caller = (mspId: string, unit: string, mayEnrol = false): Caller => ({
  mspId,
  units: [unit],
  mayEnrol,
  certificateSha256: '0'.repeat(64),
});

/** Callers as their certificates would say, for tests in memory. */
export const client = (mspId: string): Caller => caller(mspId, 'client');
export const admin = (mspId: string): Caller => caller(mspId, 'admin');
export const peer = (mspId: string): Caller => caller(mspId, 'peer');
export const enroller = (): Caller => caller('PatientsMSP', 'client', true);
