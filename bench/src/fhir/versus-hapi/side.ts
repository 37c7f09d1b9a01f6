import type { Asked } from '../asking.js';

/** One of the two servers that are compared. */
export interface FhirSide {
  readonly name: string;
  /** Address of FHIR. */
  readonly asked: Asked;
  /** Headers of a create that is answered once it is durable there, whatever follows. */
  readonly creating: Readonly<Record<string, string>>;
  /** Ids of the patients, as FHIR has them. */
  readonly patients: readonly string[];
  /** CPU time of the server's process, all its threads, in milliseconds. */
  readonly cpuMs: () => number;
  /** And of all processes that it needs: ledger, providers. */
  readonly wholeCpuMs: () => number;
  /** The most that the server's process has had in memory since its start, in bytes. */
  readonly peakBytes: () => number;
  /** Resolves once all that was sent is found: so many records of each patient. */
  readonly settled: (records: number) => Promise<void>;
}
