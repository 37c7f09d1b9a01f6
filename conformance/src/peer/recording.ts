import { readFileSync } from 'node:fs';
import type { Outcome } from '../fixtures/observation/outcome.js';

/** What real Fabric answered, recorded by record.ts. */
interface Recording {
  /** Version of the peers that were asked. */
  readonly recordedFrom: string;
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** The one file that both networks are held to; it is not compiled, so it is read where it was written. */
export const RECORDING_FILE = new URL('../../recordings/peer.json', import.meta.url);

export function readRecording(): Recording {
  return JSON.parse(readFileSync(RECORDING_FILE, 'utf8')) as Recording;
}
