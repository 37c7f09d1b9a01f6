/** What something cost a process: its CPU time, user and system, of all its threads. */
export interface CpuSample {
  readonly cpuUs: number;
  readonly operations: number;
}

/** Runs `work`, which returns how many operations it did, and counts this process's CPU time meanwhile. */
export async function sampleCpu(work: () => number | Promise<number>): Promise<CpuSample> {
  const before = process.cpuUsage();
  const operations = await work();
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: user + system, operations };
}

/** Microseconds of CPU per operation. */
export function cpuPerOperationUs({ cpuUs, operations }: CpuSample): number {
  return cpuUs / operations;
}
